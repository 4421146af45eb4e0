import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { orThrow } from '../../../../generators/common/problems.js';
import { presetPlan } from '../../../../generators/macro/presets/files.js';
import { PRESETS } from '../../../../generators/macro/presets/presets.js';
import { packageFiles } from '../../../../generators/package/package.js';
import { writePackage } from '../../../../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../../../fixtures/configurations.js';
import type { Check } from '../check.js';
import { pythonTool, run } from '../python.js';

const DEPENDENT = fileURLToPath(new URL('dependent', import.meta.url));
const MACRO = 'imcgen:macro:small_signed';
const SOC = 'acme:design:soc';

/** A run of FuseSoC: what it is asked for, and what it must print. */
interface Run {
  readonly core: string;
  readonly args: readonly string[];
  readonly prints: RegExp;
}

const SIMULATED = /^PASS n=\d+$/m;
/** The design that depends on the macro prints this where the array has cells. */
const CELLS = /^PASS$/m;
const NO_CELLS = /^FAIL read=z+$/m;
/** Nothing to print: it ends well, without a warning of the tool. */
const ENDS = /^/;

const RUNS: readonly Run[] = [
  // Every target of a generated core, with each tool that it has options for.
  { core: MACRO, args: ['--target=sim'], prints: SIMULATED },
  { core: MACRO, args: ['--target=sim', '--tool=verilator'], prints: SIMULATED },
  { core: MACRO, args: ['--target=lint'], prints: ENDS },
  { core: MACRO, args: ['--target=synth'], prints: ENDS },
  { core: 'imcgen:macro:tiny', args: ['--target=fpga'], prints: ENDS },
  // A design in another library, which chooses the view of the array in its target, by a flag, or not at all.
  { core: SOC, args: ['--target=sim'], prints: CELLS },
  { core: SOC, args: ['--target=sim', '--tool=verilator'], prints: CELLS },
  { core: SOC, args: ['--target=flow'], prints: CELLS },
  { core: SOC, args: ['--target=plain', '--flag=imcgen_model'], prints: CELLS },
  { core: SOC, args: ['--target=plain', '--flag=imcgen_digital'], prints: CELLS },
  { core: SOC, args: ['--target=plain'], prints: NO_CELLS },
  { core: SOC, args: ['--target=lint'], prints: ENDS },
  { core: SOC, args: ['--target=lint', '--flag=imcgen_model'], prints: ENDS },
];

/** FuseSoC and Edalize themselves: their older tool interface, which `--tool` needs, is to go one day. */
const THEIRS = /This backend is deprecated/;

function complaint({ prints }: Run, exitCode: number | undefined, text: string): string | undefined {
  const warnings = text.split('\n').filter((line) => /\bwarning\b/i.test(line) && !THEIRS.test(line));
  if (exitCode === 0 && prints.test(text) && warnings.length === 0) return undefined;
  return `exit code ${exitCode}, ${warnings.length} warnings\n${text}`;
}

/** FuseSoC and Edalize run the targets of generated cores, and of a design that depends on one. */
export async function fusesocChecks(root: string): Promise<Check[]> {
  const macros = path.join(root, 'macros');
  const preset = PRESETS.find(({ name }) => name === 'small-signed')!;
  const tiny = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'tiny')!);
  for (const plan of [presetPlan(preset), tiny]) {
    orThrow(await writePackage(path.join(macros, plan.name), packageFiles(plan)));
  }
  const libraries = Object.entries({ macros, design: DEPENDENT }).map(([name, location]) =>
    [`[library.${name}]`, `location = ${location}`, `sync-uri = ${location}`, 'sync-type = local', ''].join(
      '\n',
    ),
  );
  return RUNS.map((one, at): Check => {
    const folder = path.join(root, `run${at}`);
    return {
      name: `FuseSoC, ${one.core} ${one.args.join(' ')}`,
      run: async () => {
        await mkdir(folder, { recursive: true });
        await writeFile(path.join(folder, 'fusesoc.conf'), libraries.join('\n'));
        const { exitCode, text } = await run(pythonTool('fusesoc'), ['run', ...one.args, one.core], folder);
        return complaint(one, exitCode, text);
      },
    };
  });
}
