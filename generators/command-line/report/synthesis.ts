import type { AreaReport } from '../../checks/synth/area.js';
import type { CriticalPath } from '../../checks/synth/critical-path.js';
import type { Equivalence } from '../../checks/synth/equivalence.js';
import type { Synthesis } from '../../checks/synth/synth.js';
import { textTable } from './table.js';
import { verdictJson, verdictText } from './verdict.js';

/** What a block of the top level is, for readers of a critical path. */
const BLOCKS: Readonly<Record<string, string>> = {
  '': 'the top level',
  u_bus: 'the bus adapter',
  u_registers: 'address map and registers',
  u_controller: 'the controller',
  u_input_drivers: 'the input drivers',
  u_reference_drivers: 'the reference drivers',
  u_array: 'the analog macro',
  u_columns: 'the column converters',
  u_decoder: 'the decoder',
  u_calibration: 'the calibration of the trim rows',
  u_march: 'the march test',
  u_self_test: 'the self-test',
};

/** Area with as many digits as it needs. */
export function areaText(area: number): string {
  return area.toFixed(area < 100 ? 1 : 0);
}

const ns = (value: number) => `${value.toFixed(2)} ns`;

/** A synthesis as an engineer reads it. */
export function synthesisText(synthesis: Synthesis): string {
  const { macro, plan, library, yosys, area, nets, gateLevel, equivalence } = synthesis;
  const { shape } = plan;
  const { total, gateArea } = area;
  const gates =
    gateArea === undefined || gateArea === 1 ? '' : `, ${gatesText(total.area, area)} gate equivalents`;
  const lines = [
    `${macro}: ${shape.rows} x ${shape.columns}, ${shape.adcBits} bits, readout ${shape.readout}; ` +
      `library ${library.liberty.name}, ${yosys}`,
    `  ${total.cells} cells, ${total.flops} flip-flops, no latches, area ${areaText(total.area)}${gates}`,
    `  nets with several drivers ${nets.multiplyDriven}, without one ${nets.undriven}; ` +
      'the analog macro is a black box and counts nothing',
    '',
    ...blockTable(area),
    '',
    ...converterLines(area, shape.columns).map((line) => `  ${line}`),
    '',
    ...timingLines(synthesis).map((line) => `  ${line}`),
  ];
  const simulated = gateLevel === undefined ? '' : `\n  ${verdictText('netlist', gateLevel).trimEnd()}\n`;
  const proof = equivalence === undefined ? '' : `\n  ${equivalenceText(macro, equivalence)}\n`;
  return `${lines.join('\n')}\n${simulated}${proof}`;
}

/** Nets worth naming where a proof fails. */
const MOST_NETS = 5;

function equivalenceText(macro: string, { proved, blocks, complaint }: Equivalence): string {
  const count = blocks.filter((block) => block.proved).reduce((sum, { nets }) => sum + nets, 0);
  if (proved) {
    return `EQUIVALENT ${macro}: netlist and Verilog, ${count} pairs of nets in ${blocks.length} modules proved`;
  }
  const failed = blocks.find((block) => !block.proved);
  const nets = failed?.unproved.slice(0, MOST_NETS).join(', ') ?? '';
  return (
    `NOT EQUIVALENT ${macro}: ${failed?.module ?? complaint}` +
    `${nets === '' ? '' : `, not proved: ${nets}${failed!.unproved.length > MOST_NETS ? ', ..' : ''}`}`
  );
}

/** Gate equivalents of an area; empty where the library has no 2-input NAND. */
function gatesText(area: number, { gateArea }: AreaReport): string {
  return gateArea === undefined ? '' : areaText(area / gateArea);
}

function blockTable(area: AreaReport): string[] {
  const { blocks, total } = area;
  const rows = [...blocks, { ...total, instance: '-', module: 'together' }];
  return textTable(
    [
      ['', 'block'],
      ['', 'area'],
      ['', 'share'],
      ['gate', 'equiv.'],
      ['', 'cells'],
      ['flip-', 'flops'],
      ['of them', 'buffers'],
    ],
    rows.map(({ instance, module, area: used, cells: count, flops, buffers }) => [
      instance === '' ? '(top level)' : module,
      areaText(used),
      `${((100 * used) / total.area).toFixed(1)} %`,
      gatesText(used, area),
      String(count),
      String(flops),
      String(buffers),
    ]),
    (column) => column === 0,
    { indent: 2 },
  );
}

/** What a column costs, and of that what converts it. */
export function converterLines(area: AreaReport, columns: number): string[] {
  const { converter, perColumn } = area;
  const { own, shared, sharedBlocks } = converter;
  const gates = (value: number) =>
    area.gateArea === undefined || area.gateArea === 1 ? '' : ` (${gatesText(value, area)} gates)`;
  return [
    `per column, of ${columns}: area ${areaText(perColumn)}${gates(perColumn)}, everything digital`,
    `per converter: area ${areaText(own + shared)}${gates(own + shared)}: ` +
      `${areaText(own)} its own, ${areaText(shared)} its part of ${sharedBlocks.join(', ')}`,
  ];
}

/** Slacks, the highest clock and the critical path. */
export function timingLines({ timing }: Pick<Synthesis, 'timing'>): string[] {
  if ('notRun' in timing) return [`timing: not run: ${timing.notRun}`];
  const { targetNs, setupSlackNs, holdSlackNs, shortestNs, critical, path } = timing;
  const verdict = (slack: number) => (slack < 0 ? 'VIOLATED' : 'met');
  return [
    `timing at ${ns(targetNs)} (${megahertz(targetNs)}), no wires: setup slack ${setupSlackNs.toFixed(3)} ns, ` +
      `${verdict(setupSlackNs)}; hold slack ${holdSlackNs.toFixed(3)} ns, ${verdict(holdSlackNs)}`,
    `highest clock that closes: ${megahertz(shortestNs)} (${ns(shortestNs)})`,
    ...pathLines(path, critical.requiredNs),
  ];
}

function megahertz(periodNs: number): string {
  return `${(1000 / periodNs).toFixed(0)} MHz`;
}

/** The critical path in words, wrapped for a terminal. */
function pathLines(path: CriticalPath, requiredNs: number): string[] {
  const outside = path.outsideNs > 0 ? `, which arrives after ${ns(path.outsideNs)}` : '';
  const through = path.through.map(
    ({ instance, cells, ns: time }) =>
      `${BLOCKS[instance] ?? instance} (${cells} ${cells === 1 ? 'cell' : 'cells'}, ${ns(time)})`,
  );
  return [
    `critical path: ${ns(path.arrivalNs)} of ${ns(requiredNs)}, ${path.levels} levels of logic, ${path.buffers} of them buffers`,
    `  from ${named(path.from)}${outside},`,
    ...(through.length > 0 ? [`  through ${through.join(',\n            ')},`] : []),
    `  to ${named(path.to)}`,
  ].flatMap((line) => line.split('\n'));
}

/** An end of a path, its block by its role. */
function named(end: string): string {
  const [, what, instance] = /^(.*) of (\w+)$/.exec(end) ?? [];
  const block = instance === undefined ? undefined : BLOCKS[instance];
  return block === undefined ? end : `${what} of ${block}`;
}

/** What machines are told of timing: the path in words, not the text of the analyser. */
export function timingJson(timing: Synthesis['timing']) {
  if ('notRun' in timing) return timing;
  const { critical: _, text: __, ...plain } = timing;
  return plain;
}

/** The same for machines. */
export function synthesisJson(synthesis: Synthesis): string {
  const { macro, sha256, plan, library, yosys, area, nets, timing, gateLevel, equivalence } = synthesis;
  return `${JSON.stringify(
    {
      macro,
      sha256,
      readout: plan.shape.readout,
      library: library.liberty.name,
      yosys,
      area,
      nets,
      timing: timingJson(timing),
      gateLevel: gateLevel && verdictJson(gateLevel),
      equivalence,
    },
    null,
    2,
  )}\n`;
}
