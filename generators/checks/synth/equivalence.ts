import type { PackageFile } from '../../package/text/contribution.js';
import { yosysBuiltin } from '../yosys/builtin.js';

/** What the proof says of a netlist and the Verilog that it was mapped from. */
export interface Equivalence {
  readonly proved: boolean;
  /** Blocks as far as they were looked at, the top level with its connections last. */
  readonly blocks: readonly ProvedBlock[];
  /** What Yosys ended with, where it is not proved. */
  readonly complaint?: string;
}

export interface ProvedBlock {
  readonly module: string;
  /** Pairs of nets, outputs and registers among them, that were shown to be the same. */
  readonly nets: number;
  readonly proved: boolean;
  /** Pairs that were not, by name. */
  readonly unproved: readonly string[];
}

/** What the script logs before each block. */
const BLOCK = 'block ';

/**
 * Runs the equivalence script of a package: registers are paired by name, what lies between them is compared by
 * SAT and induction.
 *
 * @param files   what the script reads: Verilog, netlist, library, the script itself
 * @param onBlock told of each block as its proof begins
 */
export async function proveEquivalence(
  name: string,
  files: readonly PackageFile[],
  {
    signal,
    onBlock,
  }: { readonly signal?: AbortSignal | undefined; readonly onBlock?: (module: string) => void } = {},
): Promise<Equivalence> {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const script = texts.get(`syn/${name}_equivalence.ys`)!;
  const { finished, messages: log } = await yosysBuiltin({
    files: texts,
    script,
    signal,
    onStage: onBlock && ((line) => line.startsWith(BLOCK) && onBlock(line.slice(BLOCK.length))),
  });
  const blocks = log
    .split(/^block /m)
    .slice(1)
    .map(blockOf);
  const proved = finished && blocks.length > 0 && blocks.every((block) => block.proved);
  const complaint = /^ERROR: .*$/m.exec(log)?.[0];
  return { proved, blocks, ...(complaint === undefined ? {} : { complaint }) };
}

function blockOf(log: string): ProvedBlock {
  const [, nets] = /^ {2}Of those cells (\d+) are proven/m.exec(log) ?? [];
  const failed = [...log.matchAll(/Trying to prove \$equiv for (.*): failed\./g)].map(([, net]) => net!);
  const success = new Set(
    [...log.matchAll(/Trying to prove \$equiv for (.*): success!/g)].map(([, net]) => net!),
  );
  const proved = /Equivalence successfully proven!/.test(log);
  return {
    module: log.slice(0, log.indexOf('\n')),
    nets: Number(nets ?? 0),
    proved,
    unproved: proved ? [] : [...new Set(failed.filter((net) => !success.has(net)))].map(plain),
  };
}

/** `\count_q[3] ` as the Verilog has it. */
const plain = (net: string) => net.replace(/^\\/, '').replace(' ', '').trim();
