import { bitsFor } from '../../common/bits.js';
import type { Files } from '../../common/files/text-file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import { calibrationCycles, MOST_REPEATS, WINDOW_BITS } from '../../macro/plan/self-calibration.js';
import { BUSES, type BusPin } from '../rtl/bus-ports.js';
import { streamPins } from '../rtl/stream-ports.js';
import { macroView } from '../rtl/view.js';
import type { Contribution, PackageFile } from '../text/contribution.js';
import { wrapped } from '../text/header.js';
import { render } from '../text/render.js';
import { type Observed, outputsOf, type Proof } from './proof.js';
import { columnParts, longestPhase, proofsOf } from './proofs.js';
import { moduleOf, shippedScript } from './script.js';

/** The property modules and scripts of a package, in `formal/`. */
export const FORMAL: Contribution = {
  readme: () => [
    { file: '`formal/`', meaning: 'what is proved of it, as Verilog, and a Yosys script for each proof' },
  ],
  files: (plan) => {
    const proofs = proofsOf(plan);
    const verilog = new Map(proofs.flatMap((proof) => [...propertyFiles(plan, proof)]));
    return [
      ...[...verilog].map(([path, text]) => ({ path, text })),
      ...proofs.map((proof) => ({ path: `formal/${proof.name}.ys`, text: shippedScript(plan, proof) })),
    ];
  },
};

/** The Verilog that says what has to hold, by path in the package. */
export function propertyFiles(plan: MacroPlan, proof: Proof): Files {
  const files = [
    verilog(plan, proof.template, moduleOf(plan, proof), `proof: ${proof.title}`, proof),
    ...proof.models.map((model) => verilog(plan, model, `${plan.name}_${model}`, MODELS[model]!)),
  ];
  return new Map(files.map(({ path, text }) => [path, text]));
}

/** Bits that hold every count of a calibration by itself. */
const LEAST_BITS = 12;

/** Purpose of each naive model. */
const MODELS: Readonly<Record<string, string>> = {
  naive_column: 'a column converter by itself, for the proof',
  naive_schedule: 'when what happens in a conversion, for the proof',
};

function verilog(
  plan: MacroPlan,
  template: string,
  module: string,
  purpose: string,
  proof?: Proof,
): PackageFile {
  const file = `${module}.v`;
  const line = wrapped(purpose, file);
  const view = { ...macroView(plan), ...proofView(plan, proof), file, module, purpose: line };
  return { path: `formal/${file}`, text: render(`formal/${template}.v`, view) };
}

function proofView(plan: MacroPlan, proof: Proof | undefined) {
  const { shape, layers, config } = plan;
  const { adcBits, outputBits } = shape;
  const { pins, clocked } = BUSES[config.bus];
  return {
    busClocked: clocked,
    busInputs: inputsAmong(pins),
    busOutputs: outputsAmong(pins),
    streamInputs: inputsAmong(streamPins(shape)),
    streamOutputs: outputsAmong(streamPins(shape)),
    plannedEntries: layers.flatMap(({ bank, table }) =>
      table.entries.map((entry, code) => ({
        index: bank * 2 ** adcBits + code,
        value: `${outputBits}'d${BigInt.asUintN(outputBits, BigInt(entry))}`,
      })),
    ),
    fewestCycles: scheduleOf(shape, 1).fewest,
    longestPhase: longestPhase(shape),
    windowCycles: scheduleOf(shape, WINDOW_BITS).total,
    calibrationBits: Math.max(LEAST_BITS, bitsFor(2 * calibrationCycles(shape, MOST_REPEATS))),
    assumptions: proof?.assumptions ?? [],
    properties: (proof?.properties ?? []).flatMap((claim) =>
      outputsOf(claim).map((output) => ({ name: output, says: claim.says })),
    ),
    columnParts: columnParts(shape).map((part, at, { length }) => ({
      ...part,
      suffix: length === 1 ? '' : `_${at}`,
    })),
    witnesses: proof?.witnesses ?? [],
    observed: declared(proof?.observed ?? []),
  };
}

const rangeOf = (width: number) => (width === 1 ? '' : `[${width - 1}:0]`).padEnd(6);

/** Ports of the property module for the inputs of the design among some pins. */
function inputsAmong(pins: readonly BusPin[]) {
  return pins
    .filter(({ direction }) => direction === 'input')
    .map(({ name, width }) => ({ declaration: `input  wire ${rangeOf(width)} ${name}` }));
}

/** Nets of the property module for its outputs. */
function outputsAmong(pins: readonly BusPin[]) {
  return pins
    .filter(({ direction }) => direction === 'output')
    .map(({ name, width }) => ({ name, declaration: `wire ${rangeOf(width)} ${name}` }));
}

export function declared(observed: readonly Observed[]) {
  const range = ({ range }: Observed) => (range === '' ? '' : `[${range}]`);
  const widest = Math.max(0, ...observed.map((one) => range(one).length));
  return observed.map((one) => ({ declaration: `input  wire ${range(one).padEnd(widest)} ${one.port}` }));
}
