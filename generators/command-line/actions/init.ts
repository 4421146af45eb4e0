import path from 'node:path';
import { writeNewFiles } from '../../common/files/writer.js';
import { orThrow } from '../../common/problems.js';
import { nextSteps, presetFiles, presetPlan } from '../../macro/presets/files.js';
import { PRESETS, type Preset } from '../../macro/presets/presets.js';
import { wrapped } from '../report/table.js';

/** The command line as commander hands it over. */
export interface InitFlags {
  readonly preset: string;
  readonly network: boolean;
  readonly list: boolean;
  readonly force: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `imcgen init`: writes the files of a preset, or lists the presets. */
export async function runInit(folder: string, flags: InitFlags): Promise<void> {
  if (flags.list) {
    const presets = PRESETS.map(described);
    print(flags, { presets }, () => presets.map(listedText).join('\n'));
    return;
  }
  if (flags.network) {
    await initNetwork(folder, flags);
    return;
  }
  const preset = PRESETS.find(({ name }) => name === flags.preset)!;
  const files = orThrow(await writeNewFiles(folder, presetFiles(preset), flags));
  const title = `${preset.name}: ${preset.summary}`;
  print(flags, { preset: preset.name, files }, () => writtenText(folder, title, files, nextSteps(preset)));
}

/** `imcgen init --network`. */
async function initNetwork(folder: string, flags: InitFlags): Promise<void> {
  const { NETWORK_STEPS, networkFiles } = await import('../../network/config/files.js');
  const files = orThrow(await writeNewFiles(folder, networkFiles(), flags));
  print(flags, { files }, () => writtenText(folder, 'a network on macros', files, NETWORK_STEPS));
}

/** A preset with the figures of its hardware. */
function described(preset: Preset) {
  const { shape, schedule, levels } = presetPlan(preset);
  const { rows, columns, inputBits, adcBits } = shape;
  const levelsFrom = levels[0]!.provenance!.source;
  const { name, summary } = preset;
  return { name, summary, rows, columns, inputBits, adcBits, cycles: schedule.total, levelsFrom };
}

const INDENT = 2 + Math.max(...PRESETS.map(({ name }) => name.length));

function listedText(preset: ReturnType<typeof described>): string {
  const { name, summary, rows, columns, inputBits, adcBits, cycles, levelsFrom } = preset;
  const indent = ' '.repeat(INDENT);
  const lines = [
    ...wrapped(summary.split(' '), indent, name.padEnd(INDENT)),
    `${indent}${rows} x ${columns}, ${inputBits}-bit inputs, ${adcBits}-bit codes, ${cycles} cycles a conversion`,
    ...wrapped(levelsFrom.split(' '), indent, `${indent}levels from `),
  ];
  return `${lines.join('\n')}\n`;
}

function writtenText(
  folder: string,
  title: string,
  files: readonly string[],
  steps: readonly (readonly [command: string, purpose: string])[],
): string {
  const enter = path.relative('.', folder) === '' ? [] : [`  cd ${shellWord(folder)}`];
  const lines = [
    title,
    ...files.map((file) => `  ${file}`),
    'next:',
    ...enter,
    ...steps.map(([command]) => `  ${command}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A path as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function print(flags: InitFlags, result: unknown, text: () => string): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else if (!flags.quiet) process.stdout.write(text());
}
