import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../bench/calibrate/oracle.py', import.meta.url));
/** Debian's interpreter, which sees the packages that apt installs; another one comes second. */
const INTERPRETERS = ['/usr/bin/python3', 'python3'];

export interface OracleAnswer {
  readonly seconds: number;
  readonly inertia: number;
  readonly centres: readonly number[];
  readonly rounds: number;
}

/** A Python with scikit-learn, or undefined where there is none. */
export function findScikitLearn(): string | undefined {
  return INTERPRETERS.find((python) => {
    try {
      execFileSync(python, ['-c', 'import sklearn'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

export function askScikitLearn(python: string, ...call: readonly string[]): OracleAnswer {
  // Threads that wait for each other are slower than one on a busy machine; only a timing uses all cores.
  const threads = call[0] === 'time' ? {} : { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const environment = { ...process.env, ...threads };
  const answer = execFileSync(python, ['-W', 'ignore', SCRIPT, ...call], {
    env: environment,
    encoding: 'utf8',
  });
  return JSON.parse(answer) as OracleAnswer;
}

/** What to print where scikit-learn is absent. */
export const NO_SCIKIT_LEARN = 'scikit-learn is not installed: apt-get install -y python3-sklearn';
