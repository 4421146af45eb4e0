import { agrees, COSIM_IMAGES, type SimulatedMacro } from '../../network/cosim/simulate.js';
import { textTable } from './table.js';
import { verdictJson, verdictText } from './verdict.js';

const TITLES: readonly [string, string][] = [
  ['', 'layer'],
  ['', 'tile'],
  ['', 'digits'],
  ['rows x', 'columns'],
  ['', 'results'],
  ['engine', 'differs'],
  ['Verilog', 'checks'],
  ['Verilog', 'differs'],
];

/** Verilog of macros beside the golden engine, for a person. */
export function simulatedLines(macros: readonly SimulatedMacro[], of: number): string[] {
  const body = macros.map(({ layer, tile, digits, rows, columns, values, differing, verilog }) => [
    ...[layer, String(tile), digits.join(' '), `${rows} x ${columns}`, String(values), String(differing)],
    ...[String(verilog.checks), String(verilog.mismatches.length)],
  ]);
  const failed = macros.filter(({ verilog }) => !verilog.passed);
  const agreeing = macros.filter(agrees).length;
  return [
    `Verilog of ${macros.length} of ${of} macros on Icarus, with weights, references and ${COSIM_IMAGES} input vectors of the network`,
    '',
    ...textTable(TITLES, body, (column) => column === 0, { keys: 3 }),
    '',
    `${agreeing} of ${macros.length} macros give in every place what the golden engine gives`,
    ...failed.map(({ layer, tile, verilog }) => verdictText(`${layer}, tile ${tile}`, verilog).trimEnd()),
  ];
}

/** The same for machines. */
export function simulatedJson(macros: readonly SimulatedMacro[]) {
  return macros.map((macro) => ({ ...macro, verilog: verdictJson(macro.verilog) }));
}
