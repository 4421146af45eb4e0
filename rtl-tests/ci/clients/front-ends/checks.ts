import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { orThrow } from '../../../../generators/common/problems.js';
import { packageFiles } from '../../../../generators/package/package.js';
import { writePackage } from '../../../../generators/package/write.js';
import { planOf } from '../../../fixtures/configurations.js';
import { MATRIX } from '../../../fixtures/matrix.js';
import { replaceOnce } from '../../../fixtures/packages.js';
import type { Check } from '../check.js';
import { type Output, pythonPackage, pythonTool, run } from '../python.js';
import explained from './explained.json' with { type: 'json' };

const SLANG = fileURLToPath(new URL('slang.py', import.meta.url));

/** Every bus and readout, rising and falling ramps, early stops, signed and not, with and without trim and tests. */
const MACROS = ['pair3', 'pair10', 'pair13', 'pair14', 'pair16', 'pair25'];

/**
 * The default rules of Verible's linter without those that ask for SystemVerilog, which Verilog-2005 is not:
 * `always_comb`, types and lifetimes of parameters and arguments, `[N]` for a memory.
 */
const SYSTEM_VERILOG_RULES = [
  'always-comb',
  'explicit-function-lifetime',
  'explicit-function-task-parameter-type',
  'explicit-parameter-storage-type',
  'explicit-task-lifetime',
  'unpacked-dimensions-range-ordering',
];

/** Names of parameters as generated Verilog has them. */
const UPPER_SNAKE =
  'parameter-name-style=localparam_style_regex:[A-Z][A-Z0-9_]*;parameter_style_regex:[A-Z][A-Z0-9_]*';

/** The package of one macro, on disk. */
interface Package {
  readonly name: string;
  readonly folder: string;
  /** Its Verilog files of some folders. */
  readonly verilog: (...folders: readonly string[]) => readonly string[];
  /** Modules of the proofs. */
  readonly proofs: readonly string[];
}

/** A front end with one way to read a package. */
interface Reading {
  readonly tool: string;
  readonly reads: string;
  readonly command: (made: Package) => readonly string[];
}

const slang = (tops: readonly string[], files: readonly string[]) => [
  ...[pythonTool('python'), SLANG, '-Wextra', '--std', '1364-2005'],
  // A file name in a register: Verilog-2005 has no strings.
  '--relax-string-conversions',
  ...tops.flatMap((top) => ['--top', top]),
  ...files,
];
const verilator = (options: readonly string[], files: readonly string[]) => [
  ...['env', `VERILATOR_ROOT=${pythonPackage('verilator')}`, pythonPackage('verilator/bin/verilator')],
  ...['--lint-only', ...options, ...files],
];
const yosys = (name: string, script: string) => [
  ...[
    pythonTool('yowasp-yosys'),
    '-q',
    '-p',
    `${script}; hierarchy -check -top ${name}; proc; check -assert`,
  ],
];

const READINGS: readonly Reading[] = [
  {
    tool: 'slang',
    reads: 'model and testbench',
    command: ({ name, verilog }) => slang([`${name}_tb`], verilog('rtl', 'model', 'tb')),
  },
  {
    tool: 'slang',
    reads: 'digital equivalent',
    command: ({ name, verilog }) => slang([name], verilog('rtl', 'digital')),
  },
  {
    tool: 'slang',
    reads: 'black box and proofs',
    command: ({ name, verilog, proofs }) => slang([name, ...proofs], verilog('rtl', 'blackbox', 'formal')),
  },
  { tool: 'slang', reads: 'library cells', command: ({ verilog }) => slang([], verilog('syn')) },
  {
    tool: 'Verible',
    reads: 'every file, syntax',
    command: ({ verilog }) => [pythonTool('verible-verilog-syntax'), ...verilog()],
  },
  {
    tool: 'Verible',
    reads: 'every file, style',
    command: ({ verilog }) => [
      pythonTool('verible-verilog-lint'),
      `--rules=${[...SYSTEM_VERILOG_RULES.map((rule) => `-${rule}`), UPPER_SNAKE].join(',')}`,
      ...verilog('rtl', 'model', 'digital', 'blackbox', 'tb', 'formal'),
    ],
  },
  ...(['model', 'digital'] as const).map(
    (view): Reading => ({
      tool: 'newer Verilator',
      reads: view,
      command: ({ name, verilog }) => verilator(['-Wall', '--top-module', name], verilog('rtl', view)),
    }),
  ),
  {
    tool: 'newer Verilator',
    reads: 'black box',
    command: ({ name, verilog }) =>
      verilator(
        ['-Wall', '--top-module', name],
        [`blackbox/${name}_array.vlt`, ...verilog('rtl', 'blackbox')],
      ),
  },
  {
    tool: 'newer Verilator',
    reads: 'testbench',
    command: ({ name, verilog }) =>
      verilator(['--timing', '--top-module', `${name}_tb`], verilog('rtl', 'model', 'tb')),
  },
  {
    tool: 'newer Yosys',
    reads: 'black box',
    command: ({ name, verilog }) => yosys(name, `read_verilog ${verilog('rtl', 'blackbox').join(' ')}`),
  },
  {
    tool: 'newer Yosys',
    reads: 'digital equivalent',
    command: ({ name, verilog }) => yosys(name, `read_verilog ${verilog('rtl', 'digital').join(' ')}`),
  },
];

const used = new Set<number>();

/** Lines of an output that say something is wrong or doubtful, less those that are explained. */
function unexplained(tool: string, { exitCode, text }: Output): string | undefined {
  const lines = text.split('\n').filter((line) => /warning|error|\[[a-z-]+\]$/i.test(line));
  const remarks = lines.filter((line) => !/0 errors, \d+ warnings?$/.test(line));
  const left = remarks.filter((line) => {
    const at = explained.findIndex((one) => one.tool === tool && new RegExp(one.warning).test(line));
    if (at >= 0) used.add(at);
    return at < 0;
  });
  if (left.length > 0) return left.join('\n');
  return exitCode === 0 || remarks.length > 0 ? undefined : text || `ends with ${exitCode}`;
}

/** slang, Verible, newer Verilator and Yosys take every file of some packages without an unexplained remark. */
export async function frontEndChecks(root: string): Promise<Check[]> {
  const write = async (name: string, at: string): Promise<Package> => {
    const { configuration } = MATRIX.find((one) => one.configuration.config.name === name)!;
    const files = packageFiles(planOf(configuration));
    const folder = orThrow(await writePackage(path.join(root, at, name), files));
    const paths = files.map((file) => file.path).filter((file) => file.endsWith('.v'));
    return {
      name,
      folder,
      verilog: (...folders) =>
        paths.filter((file) => folders.length === 0 || folders.includes(path.dirname(file))),
      proofs: paths.filter((file) => /_prove_\w+\.v$/.test(file)).map((file) => path.basename(file, '.v')),
    };
  };
  const packages = await Promise.all(MACROS.map((name) => write(name, 'sound')));
  const read = async ({ tool, command }: Reading, made: Package) => {
    const [program, ...args] = command(made);
    return unexplained(tool, await run(program!, args, made.folder));
  };
  return [
    ...packages.flatMap((made) =>
      READINGS.map(
        (reading): Check => ({
          name: `${reading.tool}, ${reading.reads}, ${made.name}`,
          run: () => read(reading, made),
        }),
      ),
    ),
    ...[...new Set(READINGS.map(({ tool }) => tool))].map(
      (tool): Check => ({
        name: `${tool} finds an expression that breaks off`,
        run: async () => {
          const made = await write('pair14', `broken ${tool}`.replaceAll(' ', '-'));
          await replaceOnce(path.join(made.folder, 'rtl', 'pair14_apb.v'), '= pstrb_i;', '= pstrb_i +;');
          const reading = READINGS.find((one) => one.tool === tool)!;
          return (await read(reading, made)) === undefined ? 'nothing was said' : undefined;
        },
      }),
    ),
  ];
}

/** An explanation that nothing needs any more is a mistake of its own. */
export const explanationCheck: Check = {
  name: 'explained warnings still occur',
  run: async () => {
    const idle = explained.filter((_, at) => !used.has(at));
    return idle.length === 0 ? undefined : idle.map(({ tool, warning }) => `${tool}: ${warning}`).join('\n');
  },
};
