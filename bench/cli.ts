/**
 * Wall clock of whole processes, beside a Node that does nothing: `npm run bench:cli`.
 * Prints median and spread of each command, and how many empty Nodes it costs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { growingReferences, levelsFrom } from '../rtl-tests/fixtures/configurations.js';

const RUNS = 15;
const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-bench-'));
const cli = path.resolve('dist/cli.js');

writeFileSync(
  path.join(folder, 'relu.json'),
  JSON.stringify(levelsFrom('relu', growingReferences(4, 2, 60))),
);
const writeMacro = (file: string, rows: number, columns: number, layers: number) =>
  writeFileSync(
    path.join(folder, file),
    JSON.stringify({
      name: 'demo',
      array: { rows, columns },
      input: { bits: 6 },
      adc: { bits: 4 },
      output: { bits: 6 },
      layers: Array.from({ length: layers }, () => ({ levels: 'relu.json' })),
    }),
  );
writeMacro('macro.json', 256, 128, 1);
writeMacro('large.json', 1024, 1024, 16);

/** A command, and the seconds or the empty Nodes it may take. */
const COMMANDS: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly most?: number;
  readonly mostEmpty?: number;
}[] = [
  { name: 'node -e 0', args: ['-e', '0'] },
  { name: 'imcgen --help', args: [cli, '--help'], most: 0.3 },
  { name: 'imcgen check macro.json', args: [cli, 'check', 'macro.json'] },
  { name: 'imcgen generate, 256 x 128, 4 bits', args: [cli, 'generate', 'macro.json'], mostEmpty: 8 },
  {
    name: 'imcgen generate, 1024 x 1024, 16 banks',
    args: [cli, 'generate', 'large.json', '-o', 'large'],
    most: 3,
  },
];

function seconds(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}\n${stderr}`);
  return (performance.now() - started) / 1000;
}

try {
  // Rounds, so that a busy moment of the machine meets all commands alike.
  const times = COMMANDS.map((): number[] => []);
  for (let round = 0; round <= RUNS; round++) {
    for (const [at, { args }] of COMMANDS.entries()) {
      const taken = seconds(args);
      if (round > 0) times[at]!.push(taken);
    }
  }
  const medians = times.map((runs) => runs.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!);
  process.stdout.write(`${'median'.padStart(47)}  ${'min .. max'.padStart(15)}  x node -e 0\n`);
  const verdict = (value: number, most: number | undefined, unit: string) =>
    most === undefined ? '' : `  ${value < most ? 'below' : 'NOT BELOW'} ${most} ${unit}`;
  for (const [at, { name, most, mostEmpty }] of COMMANDS.entries()) {
    const runs = times[at]!;
    const spread = `${runs[0]!.toFixed(3)} .. ${runs.at(-1)!.toFixed(3)}`;
    const ratio = medians[at]! / medians[0]!;
    const verdicts = verdict(medians[at]!, most, 's') + verdict(ratio, mostEmpty, 'x node -e 0');
    process.stdout.write(
      `${name.padEnd(39)} ${medians[at]!.toFixed(3)} s  ${spread.padStart(15)}  ${ratio.toFixed(1).padStart(11)}${verdicts}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
