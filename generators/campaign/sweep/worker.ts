/** A process of {@link buildEach}: jobs come in, what became of their packages goes out. */

import { buildPackage, type Job } from './build.js';

let before: Promise<unknown> = Promise.resolve();

// One after the other: what is done is told while the next is made, and a job takes its place meanwhile.
process.on('message', (job: Job) => {
  before = before.then(async () => process.send?.(await buildPackage(job)));
});
