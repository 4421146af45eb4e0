/** One thing that a client must find in order. */
export interface Check {
  readonly name: string;
  /** What is wrong, or undefined. A line for the log, where there is something to tell, goes to `tell`. */
  readonly run: (tell: (line: string) => void) => Promise<string | undefined>;
}

/** Runs checks two at a time, prints what fails, and counts. */
export async function runChecks(checks: readonly Check[]): Promise<{ passed: number; failed: number }> {
  const jobs = [...checks];
  const write = (line: string) => process.stdout.write(`${line}\n`);
  let passed = 0;
  let failed = 0;
  const worker = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { name } = job;
      const complaint = await job
        .run((line) => write(`${name}: ${line}`))
        .catch((error: Error) => error.stack);
      if (complaint === undefined) passed++;
      else {
        failed++;
        write(`FAILED ${name}\n${complaint}\n`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return { passed, failed };
}
