/** A process of {@link generateEach}: plans come in, the files of their packages go out. */

import type { MacroPlan } from '../../macro/plan/plan.js';
import { packageFiles } from '../../package/package.js';

process.on('message', (plan: MacroPlan) => {
  process.send?.(packageFiles(plan));
});
