import type { PsumCosimResult } from '../../checks/psum/cosim.js';
import type { PsumSynthesis } from '../../checks/psum/synth.js';
import {
  columnOf,
  columnsOf,
  LATENCY,
  type PsumPlan,
  sumCycles,
  vectorBeats,
} from '../../macro/psum/plan.js';
import { areaText, timingJson, timingLines } from './synthesis.js';

const kind = (signed: boolean) => (signed ? 'signed' : 'unsigned');

/** The plan of a unit as an engineer reads it. */
export function psumPlanText({ name, shape, config }: PsumPlan): string {
  const { channels, tiles, lanes, valueBits, weightBits, scaleBits, biasBits, resultBits } = shape;
  return [
    `${name}: ${channels} channels, ${tiles} tiles, digits ${config.digits.join(' ')}, ${lanes} channels a beat`,
    `  values ${valueBits} bits ${kind(shape.valueSigned)}, weights ${weightBits}, accumulators ${shape.accBits}: hold every sum`,
    `  scale ${scaleBits} bits, bias ${biasBits}, results ${resultBits} bits ${kind(shape.resultSigned)}`,
    `  columns of a tile ${columnsOf(shape)}, of which digit j of channel c is ${columnOf(shape, 1, 0)} j + c`,
    `  ${vectorBeats(shape)} beats a vector, ${sumCycles(shape)} cycles a sum, first result ${LATENCY} cycles after its last product`,
    '',
  ].join('\n');
}

/** The same for machines. */
export function psumPlanJson(plan: PsumPlan): string {
  const { name, shape, config } = plan;
  const cycles = { vectorBeats: vectorBeats(shape), sum: sumCycles(shape), latency: LATENCY };
  return `${JSON.stringify({ name, shape, columns: columnsOf(shape), cycles, config }, null, 2)}\n`;
}

/** Mismatches that are worth showing: the first ones lead to the cause. */
const MOST_SHOWN = 5;

/** A co-simulation as an engineer reads it. */
export function psumVerdictText(result: PsumCosimResult): string {
  const { unit, simulator, sums, cycles, checks, seconds, mismatches, complaints } = result;
  const shown = mismatches
    .slice(0, MOST_SHOWN)
    .map(
      ({ cycle, signal, expected, got }) => `  cycle ${cycle}: ${signal}: expected ${expected}, got ${got}`,
    );
  const more = mismatches.length > MOST_SHOWN ? [`  and ${mismatches.length - MOST_SHOWN} more`] : [];
  return [
    `${result.passed ? 'PASS' : 'FAIL'} ${unit}: ${sums} sums, ${cycles} cycles, ${checks} checks, ` +
      `${mismatches.length} mismatches, ${simulator} ${seconds.toFixed(1)} s`,
    ...shown,
    ...more,
    ...complaints.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** A synthesis as an engineer reads it. */
export function psumSynthesisText(synthesis: PsumSynthesis): string {
  const { unit, plan, library, yosys, area, gateLevel } = synthesis;
  const { channels, lanes } = plan.shape;
  const { gateArea } = library;
  const gates =
    gateArea === undefined || gateArea === 1 ? '' : `, ${(area.area / gateArea).toFixed(0)} gate equivalents`;
  return [
    `${unit}: ${channels} channels, ${lanes} a beat; library ${library.liberty.name}, ${yosys}`,
    `  ${area.cells} cells, ${area.flops} flip-flops, no latches, area ${areaText(area.area)}${gates}`,
    `  per channel: area ${areaText(area.area / channels)}, ${(area.flops / channels).toFixed(1)} flip-flops`,
    ...timingLines(synthesis).map((line) => `  ${line}`),
    ...(gateLevel === undefined ? [] : [`  netlist: ${psumVerdictText(gateLevel).trimEnd()}`]),
    '',
  ].join('\n');
}

/** The same for machines. */
export function psumSynthesisJson(synthesis: PsumSynthesis): string {
  const { unit, library, yosys, area, timing, gateLevel } = synthesis;
  const report = { unit, library: library.liberty.name, yosys, area, timing: timingJson(timing), gateLevel };
  return `${JSON.stringify(report, null, 2)}\n`;
}
