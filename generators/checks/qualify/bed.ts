import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Interrupted } from '../../common/problems.js';
import { runTool, type ToolOutput } from '../../common/tool.js';

/** One synthesizable file of a macro, with one module. */
export interface Source {
  readonly module: string;
  readonly file: string;
  readonly text: string;
}

/** A macro with vectors for it, that mutants are put into. */
export interface Bed {
  readonly name: string;
  /** Its synthesizable files by a name of their own. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Array model and testbench. */
  readonly others: readonly string[];
  /** Text of the array as synthesis sees it: pins, and nothing behind them. */
  readonly blackbox: string;
  /** Folder with operations.txt and trace.txt. */
  readonly vectors: string;
}

/** A bed without a mutant, compiled. */
export interface Original {
  /** Path of the image. */
  readonly image: string;
  /** What is simulated, as {@link fingerprint} tells it. */
  readonly fingerprint: string;
  /** Of the compilation. */
  readonly seconds: number;
}

/** How a bed runs without a mutant. */
export interface Baseline {
  /** The line on which it passes. */
  readonly pass: string;
  /** Of the simulation. */
  readonly seconds: number;
}

/** A text that takes the place of one of the files. */
export interface Replacement {
  readonly kind: string;
  readonly text: string;
}

/**
 * A simulation that takes so many times as long as the original's does not end, on a machine that does other work too; a
 * compilation that does has a generate loop without an end, and is nothing that could be built.
 */
const PATIENCE = { seconds: 10, times: 20 } as const;
/** The original has nothing to be compared with. */
const ORIGINAL_SECONDS = 60;

/**
 * Compiles a bed as it is.
 *
 * @returns undefined where it does not compile without any mutant
 * @throws MissingTool where Icarus Verilog is not installed
 */
export async function originalOf(
  bed: Bed,
  scratch: string,
  signal: AbortSignal | undefined,
): Promise<Original | undefined> {
  const image = `${scratch}.vvp`;
  const started = performance.now();
  const compiled = await compile(bed, image, undefined, ORIGINAL_SECONDS, signal);
  if (compiled?.exitCode !== 0) return undefined;
  const seconds = (performance.now() - started) / 1000;
  return { image, fingerprint: await fingerprint(image), seconds };
}

/**
 * Runs a bed as it is.
 *
 * @returns undefined where it fails without any mutant
 */
export async function baselineOf(
  bed: Bed,
  { image }: Original,
  signal: AbortSignal | undefined,
): Promise<Baseline | undefined> {
  const started = performance.now();
  const { output } = await runTool('vvp', ['-n', '-N', image, `+vectors=${bed.vectors}`], signal);
  const seconds = (performance.now() - started) / 1000;
  const pass = /^PASS n=\d+$/m.exec(output)?.[0];
  if (pass === undefined || /^(MISMATCH|FAIL|ERROR)/m.test(output)) return undefined;
  return { pass, seconds };
}

/** A mutant that does not compile, or elaborates to the very same design, so that nothing can tell it; or its image. */
export type Build = 'not viable' | 'identical' | { readonly image: string };

/** Compiles a bed with one of its files replaced. */
export async function build(
  bed: Bed,
  original: Original,
  scratch: string,
  replacement: Replacement,
  signal: AbortSignal | undefined,
): Promise<Build> {
  const image = `${scratch}.vvp`;
  const changed = `${scratch}.v`;
  await writeFile(changed, replacement.text);
  const limit = patience(original.seconds);
  const compiled = await compile(bed, image, { ...replacement, file: changed }, limit, signal);
  if (compiled?.exitCode !== 0) return 'not viable';
  return (await fingerprint(image)) === original.fingerprint ? 'identical' : { image };
}

/** Whether a compiled mutant passes. One that does not end in many times the time of the original does not. */
export async function passes(
  bed: Bed,
  baseline: Baseline,
  image: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const simulated = await limited(patience(baseline.seconds), signal, (limit) =>
    runTool('vvp', ['-n', '-N', image, `+vectors=${bed.vectors}`], limit),
  );
  const lines = simulated?.output.split('\n') ?? [];
  return lines.includes(baseline.pass) && !lines.some((line) => /^(MISMATCH|FAIL|ERROR)/.test(line));
}

/** Seconds after which a mutant does not end, whose original took so many. */
function patience(seconds: number): number {
  return PATIENCE.seconds + PATIENCE.times * seconds;
}

async function compile(
  bed: Bed,
  image: string,
  changed: { readonly kind: string; readonly file: string } | undefined,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<ToolOutput | undefined> {
  const sources = [...bed.sources].map(([kind, { file }]) => (kind === changed?.kind ? changed.file : file));
  const args = ['-g2005', '-s', `${bed.name}_tb`, '-o', image, ...sources, ...bed.others];
  return limited(seconds, signal, (limit) => runTool('iverilog', args, limit));
}

/**
 * What a compiled simulation does: its text without what is no part of that. Labels are addresses, which differ from
 * run to run, so they are numbered; parameters have done their work when the design is elaborated.
 */
async function fingerprint(image: string): Promise<string> {
  const text = await readFile(image, 'utf8');
  const end = text.indexOf(':file_names');
  const labels = new Map<string, number>();
  const plain = text
    .slice(0, end < 0 ? undefined : end)
    .replace(/^P_0x.*\n/gm, '')
    .replace(/0x[0-9a-f]{6,}/g, (label) => {
      const number = labels.get(label) ?? labels.size;
      labels.set(label, number);
      return `#${number}`;
    });
  return createHash('sha256').update(plain).digest('hex');
}

/**
 * Work that gets so many seconds.
 *
 * @returns undefined where they are over
 * @throws Interrupted where `signal` aborts
 */
export async function limited<Value>(
  seconds: number,
  signal: AbortSignal | undefined,
  work: (limit: AbortSignal) => Promise<Value>,
): Promise<Value | undefined> {
  const limit = AbortSignal.timeout(Math.ceil(1000 * seconds));
  try {
    return await work(signal === undefined ? limit : AbortSignal.any([signal, limit]));
  } catch (error) {
    if (error instanceof Interrupted && signal?.aborted !== true) return undefined;
    throw error;
  }
}

/** A testbench that ends at the first mismatch: what the others are does not matter. */
export function impatient(testbench: string): string {
  return testbench.replace(/(?<=localparam MOST_BAD *= *)\d+/, '1');
}
