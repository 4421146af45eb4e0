import { TOOL } from '../common/version.js';
import type { Readout } from '../macro/config/macro.js';
import type { MacroPlan } from '../macro/plan/plan.js';
import { readmeView, registersView } from './documents/documents.js';
import { registerFiles } from './documents/register-files.js';
import { flowFiles } from './flow/flow-files.js';
import { GENERIC, genericLibraryFiles, synthesisScripts } from './flow/synthesis.js';
import { formalFiles } from './formal/files.js';
import { MANIFEST, type Manifest, sha256 } from './manifest.js';
import { BUSES } from './rtl/bus-ports.js';
import { macroView, type View } from './rtl/view.js';
import { wrapped } from './text/header.js';
import { render } from './text/render.js';
import { vectorFiles } from './vectors/vectors.js';
import { arrayViews } from './views/views.js';

/** A text file of a package; the path is relative to its folder, with forward slashes. */
export interface PackageFile {
  readonly path: string;
  readonly text: string;
}

export { MANIFEST, type Manifest };

/** One Verilog file: module `<macro><suffix>` in `<folder>/<macro><suffix>.v`. */
interface VerilogFile {
  readonly folder: 'rtl' | 'model' | 'blackbox' | 'digital' | 'tb';
  readonly template: string;
  readonly suffix: string;
  readonly purpose: string;
}

const COLUMN_CONVERTERS: Readonly<Record<Readout, VerilogFile>> = {
  counter: verilog('rtl', 'column_counter', 'column converters: count accepted ramp steps'),
  capture: verilog('rtl', 'column_capture', 'column converters: keep the last accepted ramp step'),
  column_lut: verilog('rtl', 'column_lut', 'column converters: count accepted ramp steps, decode each'),
  broadcast: verilog('rtl', 'column_broadcast', 'column converters: keep the last accepted decoded value'),
};

const verilogFiles = ({ shape, config }: MacroPlan): readonly VerilogFile[] => [
  verilog('rtl', 'top', 'in-memory-computing macro with a nonlinear in-memory ADC', ''),
  verilog('rtl', config.bus, BUSES[config.bus].purpose),
  verilog('rtl', 'registers', 'address map, control registers, error status'),
  verilog('rtl', 'controller', 'sequence of a conversion: precharge, mac, ramp, sense, done'),
  verilog('rtl', 'input_drivers', 'word line pulses from the inputs'),
  verilog('rtl', 'reference_drivers', 'reference word lines of each ramp step'),
  COLUMN_CONVERTERS[shape.readout],
  ...(shape.march ? [verilog('rtl', 'march', 'march test of all cells, through the cell port')] : []),
  ...(shape.selfTest ? [verilog('rtl', 'self_test', 'known codes in place of the sense amplifiers')] : []),
  verilog('rtl', 'decoder', 'from nonlinear code to linear value, one table a bank'),
  verilog('model', 'array', 'the analog macro, for simulation'),
  verilog('blackbox', 'array', 'the analog macro, for synthesis'),
  verilog('digital', 'array', 'the analog macro in digital logic, for FPGA prototypes'),
  verilog('digital', 'array_column', 'one column of the array in digital logic'),
  verilog('tb', 'testbench', 'self-checking: plays vectors/ over the bus', '_tb'),
];

function verilog(
  folder: VerilogFile['folder'],
  template: string,
  purpose: string,
  suffix = `_${template}`,
): VerilogFile {
  return { folder, template: `${folder}/${template}.v`, suffix, purpose };
}

/** The package's files by kind, as its README lists them. */
function contents(name: string): readonly { readonly file: string; readonly meaning: string }[] {
  return [
    { file: '`rtl/`', meaning: `synthesizable Verilog; top level \`${name}\`` },
    { file: `\`model/${name}_array.v\``, meaning: 'the analog macro, for simulation' },
    { file: `\`blackbox/${name}_array.v\``, meaning: 'the analog macro, for synthesis' },
    {
      file: `\`digital/\`, \`${name}_digital.f\``,
      meaning: 'the analog macro in digital logic, for FPGA prototypes; file list with rtl',
    },
    { file: `\`blackbox/${name}_array.vlt\``, meaning: 'why Verilator need not warn about it' },
    { file: `\`views/${name}_array.lef\``, meaning: 'outline, pins and blocked layers of the analog macro' },
    {
      file: `\`views/${name}_array.lib\``,
      meaning: 'pins, loads and arcs of the analog macro; its head says where the numbers come from',
    },
    {
      file: `\`views/${name}_array.cdl\``,
      meaning: 'its transistors: cells, reference columns, sense amplifiers; sizes are parameters',
    },
    { file: `\`${name}.f\``, meaning: 'file list of rtl and model' },
    {
      file: `\`${name}.core\``,
      meaning:
        'FuseSoC: targets default, sim, lint, synth, fpga; flags choose the array of a dependent design',
    },
    {
      file: '`librelane/config.json`',
      meaning: 'LibreLane, OpenLane 2: rtl around the analog macro, which has no GDS yet',
    },
    { file: `\`include/${name}_params.vh\``, meaning: 'parameters as Verilog macros' },
    {
      file: `\`include/${name}_regs.h\`, \`include/${name}_regs.rdl\``,
      meaning: 'addresses, registers and bits for C, and in SystemRDL',
    },
    { file: `\`tb/${name}_tb.v\`, \`vectors/\``, meaning: 'self-checking testbench and what it plays' },
    { file: '`formal/`', meaning: 'what is proved of it, as Verilog, and a Yosys script for each proof' },
    {
      file: `\`syn/${name}.ys\`, \`syn/${name}_equivalence.ys\``,
      meaning: 'synthesis with Yosys; proof that the netlist is the Verilog',
    },
    {
      file: `\`syn/${name}_edalize.tcl\``,
      meaning: 'synthesis with Yosys where FuseSoC and Edalize run it',
    },
    {
      file: '`syn/generic_cells.lib`, `.v`',
      meaning: 'cells without a technology to map to, and their simulation models',
    },
    {
      file: `\`syn/${name}.sdc\`, \`syn/${name}_sta.tcl\``,
      meaning: 'timing constraints; static timing with OpenSTA and a library of yours',
    },
    { file: '`docs/registers.md`', meaning: 'address map, registers, error bits, reference rows' },
    { file: '`config.resolved.json`, `levels/`', meaning: 'what this package was generated from' },
    { file: '`manifest.json`', meaning: 'sha256 of every file' },
  ];
}

/**
 * Every file of a macro's package. Pure and deterministic: the same plan gives the same bytes,
 * on any machine, in any folder, at any time.
 */
export function packageFiles(plan: MacroPlan): PackageFile[] {
  const { name } = plan;
  const view = macroView(plan);
  const sources = verilogFiles(plan).map((file) => verilogFile(plan, view, file));
  const listed = (view: 'model' | 'digital') =>
    sources
      .filter(({ path }) => path.startsWith('rtl/') || path.startsWith(`${view}/`))
      .map(({ path }) => `${path}\n`)
      .join('');
  const files: PackageFile[] = [
    ...sources,
    { path: `blackbox/${name}_array.vlt`, text: render('blackbox/array.vlt', view) },
    { path: `${name}.f`, text: listed('model') },
    { path: `${name}_digital.f`, text: listed('digital') },
    ...arrayViews(plan),
    ...registerFiles(plan),
    ...synthesisScripts(plan, sources, GENERIC),
    ...genericLibraryFiles(plan.config.license),
    { path: 'docs/registers.md', text: render('docs/registers.md', registersView(plan)) },
    { path: 'README.md', text: render('docs/readme.md', readmeView(plan, contents(name))) },
    { path: 'config.resolved.json', text: json(plan.config) },
    ...plan.config.layers.map(({ levels }, bank) => ({ path: levels, text: json(plan.levels[bank]) })),
    ...vectorFiles(plan),
    ...formalFiles(plan),
  ];
  const all = [...files, ...flowFiles(plan, files)];
  return [...all, { path: MANIFEST, text: json(manifestOf(plan, all)) }];
}

function verilogFile(
  { name }: MacroPlan,
  view: View,
  { folder, template, suffix, purpose }: VerilogFile,
): PackageFile {
  const file = `${name}${suffix}.v`;
  const text = render(template, { ...view, file, purpose: wrapped(purpose, file) });
  return { path: `${folder}/${file}`, text };
}

function manifestOf(plan: MacroPlan, files: readonly PackageFile[]): Manifest {
  const hashes = files.map(({ path, text }) => [path, sha256(text)] as const);
  return {
    tool: TOOL,
    macro: plan.name,
    config: plan.sha256,
    files: Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
