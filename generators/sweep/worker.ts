/** A process of {@link generateEach}: plans come in, the files of their packages go out. */
import { packageFiles } from '../emit/package.js';
import type { MacroPlan } from '../plan/plan.js';

process.on('message', (plan: MacroPlan) => {
  process.send?.(packageFiles(plan));
});
