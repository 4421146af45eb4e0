/** A process of {@link Builders}: jobs come in, what became of their packages goes out. */

import { buildPackage, type Job } from './build.js';

process.on('message', async (job: Job) => {
  const built = await buildPackage(job);
  process.send?.(built);
});
