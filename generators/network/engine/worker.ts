/** In: a calibrated network, then batches of images. Out: the codes of each batch. The other side is threads.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { GoldenNetwork } from './golden.js';
import type { NetworkHardware } from './hardware.js';

const golden = new GoldenNetwork(workerData as NetworkHardware);
parentPort!.on('message', (samples: Float32Array) => parentPort!.postMessage(golden.run(samples)));
