import { TOOL } from '../../common/version.js';
import type { ResetStyle } from '../../macro/config/macro.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { type Block, blocksOf } from '../rtl/blocks.js';
import { BUSES } from '../rtl/bus-ports.js';
import { arrayParametersOf } from '../rtl/parameters.js';
import { statusPorts, valuePorts } from '../rtl/ports.js';
import { streamPins } from '../rtl/stream-ports.js';
import { macroView, resetView } from '../rtl/view.js';
import type { PackageFile } from '../text/contribution.js';
import { render } from '../text/render.js';

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

/**
 * Blocks mapped for area alone. A row of the input drivers is one piece of logic many times over: what the mapper
 * finds for it counts by the number of rows, and a word line has time.
 */
const AREA_BLOCKS: readonly string[] = ['u_input_drivers'];

/** Blocks with a few registers for every row or column, which are proved to be the netlist one by one. */
const MANY_ALIKE: readonly string[] = ['u_input_drivers', 'u_columns'];

/** Part of the clock period that the mapper aims at in each block: a path may pass several blocks. */
const BLOCK_SHARE = 0.25;

/** An instance of the top level that synthesis keeps as a module of its own. */
export type KeptBlock = Pick<Block, 'instance' | 'module'>;

/** The kept instances: all but the analog macro. */
export function keptBlocks(plan: MacroPlan): readonly KeptBlock[] {
  return blocksOf(plan)
    .filter(({ role }) => role !== 'array')
    .map(({ instance, module }) => ({ instance, module }));
}

/** Ports of the top level that are timed: all but the clock, and reset where it is in step with the clock. */
function timedPorts({ shape, config }: MacroPlan) {
  const pins = [...BUSES[config.bus].pins, ...streamPins(shape)];
  const named = (direction: 'input' | 'output') =>
    pins.filter((pin) => pin.direction === direction).map(({ name }) => name);
  return {
    inputs: [...(isSynchronous(config.reset) ? [resetView(config.reset).name] : []), ...named('input')],
    outputs: [...named('output'), ...[...statusPorts(shape), ...valuePorts(shape)].map(({ name }) => name)],
  };
}

function isSynchronous(reset: ResetStyle): boolean {
  return reset.startsWith('sync');
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

function synthesisView(plan: MacroPlan, sources: readonly PackageFile[], library: MappingLibrary) {
  const { name, shape, config } = plan;
  const { clockNs, outsideShare, uncertaintyShare } = config.timing;
  const blocks = keptBlocks(plan);
  const { inputs, outputs } = timedPorts(plan);
  const target = Math.round(clockNs * 1000 * BLOCK_SHARE);
  return {
    ...macroView(plan),
    analog: true,
    sources: sources.map(({ path }) => path).filter((path) => path.startsWith('rtl/')),
    blocks,
    equivalent: [
      ...blocks.map(({ module, instance }) => ({ module, many: MANY_ALIKE.includes(instance) })),
      { module: name, many: false },
    ],
    /** Those of the analog macro, which a netlist does not carry. */
    parameters: arrayParametersOf(shape).map((parameter) => parameter.name),
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
    synchronous: isSynchronous(config.reset),
    inputs: inputs.join(' '),
    outputs: outputs.join(' '),
  };
}

/** Commands of the mapper ABC, in the form that Yosys takes; sizes and buffers where there are delays. */
function mapping(library: MappingLibrary, commands: string, target: number): string {
  const sizing = `buffer,-c;topo;upsize,-D,${target};dnsize,-D,${target};stime,-p`;
  return `+${commands}${library.driver === undefined ? '' : `;${sizing}`}`;
}
