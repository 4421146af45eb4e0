import { TOOL } from '../../common/version.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { macroView, resetView } from '../rtl/view.js';
import type { PackageFile } from '../text/contribution.js';
import { render } from '../text/render.js';
import type { View } from '../text/view.js';

/** What a script has to know of a cell library. */
export interface MappingLibrary {
  /** Liberty file, from the folder of the package. */
  readonly path: string;
  /** Has delays. */
  readonly timed: boolean;
  /** Cell that drives every input, for the mapper; undefined where delays play no part. */
  readonly driver: string | undefined;
  /** Load of every output, for the mapper. */
  readonly loadFemtofarads: number;
  /** Cells that give constants; without them constants stay assignments. */
  readonly tie: { readonly high: TieCell; readonly low: TieCell } | undefined;
}

export interface TieCell {
  readonly cell: string;
  readonly pin: string;
}

export const GENERIC_LIBRARY = 'syn/generic_cells.lib';

/** As `synth/library.ts` finds them in the file; a test compares the two. */
export const GENERIC: MappingLibrary = {
  path: GENERIC_LIBRARY,
  timed: false,
  driver: undefined,
  loadFemtofarads: 0,
  tie: { high: { cell: 'TIEHI', pin: 'Y' }, low: { cell: 'TIELO', pin: 'Y' } },
};

/** An instance that synthesis keeps as a module of its own. */
export interface Block {
  readonly instance: string;
  readonly module: string;
}

/**
 * Blocks mapped for area alone. A row of the input drivers is one piece of logic many times over: what the mapper
 * finds for it counts by the number of rows, and a word line has time.
 */
const AREA_BLOCKS: readonly string[] = ['u_input_drivers'];

/** Blocks with a few registers for every row or column, which are proved to be the netlist one by one. */
const MANY_ALIKE: readonly string[] = ['u_input_drivers', 'u_columns'];

/** Part of the clock period that the mapper aims at in each block: a path may pass several blocks. */
const BLOCK_SHARE = 0.25;

/** Instances of the top level, the analog macro left out. */
export function blocksOf({ name }: MacroPlan, sources: readonly PackageFile[]): readonly Block[] {
  const { text } = sources.find(({ path }) => path === `rtl/${name}.v`)!;
  return [...text.matchAll(/^ {4}(\w+) (?:#\([\s\S]*?\n {4}\) )?(u_\w+) \(/gm)]
    .map(([, module, instance]) => ({ module: module!, instance: instance! }))
    .filter(({ module }) => module !== `${name}_array`);
}

/** Names of the ports of the top level. */
export function topPorts({ name }: MacroPlan, sources: readonly PackageFile[]) {
  const { text } = sources.find(({ path }) => path === `rtl/${name}.v`)!;
  const ports = [...text.matchAll(/^ {4}(input|output) +wire +(?:\[[^\]]*\] *)?(\w+)/gm)];
  const named = (direction: string) =>
    ports.filter(([, way]) => way === direction).map(([, , port]) => port!);
  return { inputs: named('input'), outputs: named('output') };
}

/** The scripts of `syn/` for one library: mapping, constraints, static timing, equivalence. */
export function synthesisScripts(
  plan: MacroPlan,
  sources: readonly PackageFile[],
  library: MappingLibrary,
): PackageFile[] {
  const { name } = plan;
  const view = synthesisView(plan, sources, library);
  const script = (file: string, template: string, purpose: string): PackageFile => ({
    path: `syn/${file}`,
    text: render(`syn/${template}`, { ...view, file, purpose }),
  });
  return [
    script(`${name}.ys`, 'synth.ys', 'Yosys: from rtl/ to a netlist of library cells'),
    ...(library.driver === undefined ? [] : [script(`${name}.abc`, 'mapper.abc', '')]),
    script(`${name}.sdc`, 'constraints.sdc', 'timing constraints: clock, surroundings, reset'),
    script(`${name}_sta.tcl`, 'sta.tcl', 'OpenSTA: setup, hold and the highest clock of the netlist'),
    script(`${name}_equivalence.ys`, 'equivalence.ys', 'Yosys: proof that the netlist is the Verilog'),
  ];
}

/** The generic library, for synthesis without any other, and the simulation models of its cells. */
export function genericLibraryFiles(license: string): readonly [liberty: PackageFile, models: PackageFile] {
  const view = { tool: TOOL, license };
  const file = (name: string, purpose: string) => ({
    path: `syn/${name}`,
    text: render(`syn/${name}`, { ...view, file: name, purpose }),
  });
  return [
    file('generic_cells.lib', 'cells without a technology: areas in gate equivalents, no delays'),
    file('generic_cells.v', 'simulation models of generic_cells.lib'),
  ];
}

function synthesisView(plan: MacroPlan, sources: readonly PackageFile[], library: MappingLibrary): View {
  const { name, config } = plan;
  const { clockNs, outsideShare, uncertaintyShare } = config.timing;
  const blocks = blocksOf(plan, sources);
  const { inputs, outputs } = topPorts(plan, sources);
  const reset = resetView(config.reset).name;
  const synchronous = config.reset.startsWith('sync');
  const untimed = synchronous ? ['clk_i'] : ['clk_i', reset];
  const target = Math.round(clockNs * 1000 * BLOCK_SHARE);
  return {
    ...macroView(plan),
    sources: sources.map(({ path }) => path).filter((path) => path.startsWith('rtl/')),
    blocks,
    equivalent: [
      ...blocks.map(({ module, instance }) => ({ module, many: MANY_ALIKE.includes(instance) })),
      { module: name, many: false },
    ],
    parameters: arrayParameters(name, sources),
    areaBlocks: blocks.filter(({ instance }) => AREA_BLOCKS.includes(instance)).map(({ module }) => module),
    otherBlocks: [
      name,
      ...blocks.filter(({ instance }) => !AREA_BLOCKS.includes(instance)).map(({ module }) => module),
    ],
    library: library.path,
    timed: library.timed,
    driver: library.driver ?? false,
    load: library.loadFemtofarads,
    tie: library.tie ?? false,
    areaMapping: mapping(library, `strash;ifraig;scorr;dc2;dch,-f;map,-a`, target),
    clockNs,
    outsideShare,
    uncertaintyShare,
    target,
    synchronous,
    inputs: inputs.filter((port) => !untimed.includes(port)).join(' '),
    outputs: outputs.join(' '),
  };
}

/** Commands of the mapper ABC, in the form that Yosys takes; sizes and buffers where there are delays. */
function mapping(library: MappingLibrary, commands: string, target: number): string {
  const sizing = `buffer,-c;topo;upsize,-D,${target};dnsize,-D,${target};stime,-p`;
  return `+${commands}${library.driver === undefined ? '' : `;${sizing}`}`;
}

/** Parameters of the analog macro, which a netlist does not carry. */
function arrayParameters(name: string, sources: readonly PackageFile[]): readonly string[] {
  const { text } = sources.find(({ path }) => path === `blackbox/${name}_array.v`)!;
  return [...text.matchAll(/^ {4}parameter (\w+)/gm)].map(([, parameter]) => parameter!);
}
