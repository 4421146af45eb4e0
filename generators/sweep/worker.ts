/** A thread of {@link generateEach}: plans come in, the files of their packages go out. */
import { parentPort } from 'node:worker_threads';
import { packageFiles } from '../emit/package.js';
import type { MacroPlan } from '../plan/plan.js';

parentPort?.on('message', (plan: MacroPlan) => parentPort?.postMessage(packageFiles(plan)));
