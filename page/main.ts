/** The live section of a datasheet: native controls, the golden model, and pictures drawn as those of the package are. */
import { describeProblem } from '../generators/common/problems.js';
import { packReferences, unpackReferences } from '../generators/macro/golden/pack.js';
import { type RampPlan, rampFromCells, rampReferences } from '../generators/macro/plan/ramp.js';
import { maxMac } from '../generators/macro/plan/shape.js';
import type { LiveMacro } from '../generators/package/datasheet/live.js';
import { decisionsOf, rampChart } from '../generators/package/datasheet/ramp-chart.js';
import { chart, whole as exact, signed } from '../generators/package/pages/chart.js';
import { box, element } from '../generators/package/pages/svg.js';
import { type Outcome, simulate } from './simulate.js';

const macro = JSON.parse(document.getElementById('macro')!.textContent!) as LiveMacro;
const { shape, layers, conversions } = macro;

function find<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

type Control = HTMLInputElement | HTMLSelectElement;
const NUMBERS = ['vector', 'bank', 'width', 'column', 'row', 'input', 'weight'] as const;
const OTHERS = ['step', 'reference', 'mismatch', 'offset', 'die'] as const;
type Name = (typeof NUMBERS)[number] | (typeof OTHERS)[number];
const controls = Object.fromEntries([...NUMBERS, ...OTHERS].map((id) => [id, find<Control>(id)])) as Record<
  Name,
  Control
>;

/** What has been moved away from the vectors. */
interface State {
  inputs: number[];
  weights: string[];
  /** References of the bank in use, unit discharges. */
  references: number[];
}

let state: State;

/** A whole number of a control, kept within its range. */
function whole(name: Name): number {
  const control = controls[name];
  const found = Math.round(Number(control.value));
  if (control instanceof HTMLSelectElement) return found;
  return Math.min(Number(control.max), Math.max(Number(control.min), Number.isFinite(found) ? found : 0));
}

function planOf(bank: number, references: readonly number[]) {
  const { bits, name } = layers[bank]!;
  const cells = references.map((reference) => Math.round(reference / shape.referencePulses));
  return rampFromCells(cells, bits, shape, { file: macro.name, levels: name }, references);
}

function rampOf(bank: number): RampPlan {
  const planned = planOf(bank, layers[bank]!.references);
  if (!planned.ok) throw new Error(planned.problems.map(describeProblem).join('\n'));
  return planned.value;
}

/** Puts inputs, cells, bank and width of a conversion of the vectors back. */
function load(): void {
  const { inputs, bank, bits } = conversions[whole('vector')]!;
  controls.bank.value = String(bank);
  controls.width.value = String(bits);
  state = { inputs: [...inputs], weights: [...macro.weights], references: [...layers[bank]!.references] };
}

/** Shows in the controls what the chosen row, cell and step hold. */
function follow(): void {
  const [row, column, bank] = [whole('row'), whole('column'), whole('bank')];
  controls.input.value = String(state.inputs[row]!);
  controls.weight.value = { '+': '1', '-': '-1' }[state.weights[row]![column]!] ?? '0';
  const step = controls.step as HTMLInputElement;
  step.max = String(layers[bank]!.references.length);
  const k = whole('step');
  const reference = controls.reference as HTMLInputElement;
  const { references } = state;
  const pulses = shape.referencePulses;
  const most = pulses * Math.floor(maxMac(shape) / pulses);
  reference.min = String(references[k - 2] ?? Math.max(-most, references[k - 1]! - 8 * pulses));
  reference.max = String(references[k] ?? Math.min(most, references[k - 1]! + 8 * pulses));
  reference.value = String(references[k - 1]!);
}

function say(id: string, words: string): void {
  const place = find(id);
  if (place.textContent !== words) place.textContent = words;
}

/** The ramp that was planned last: what the model keeps where a reference breaks a rule. */
let planned: { readonly bank: number; readonly ramp: RampPlan };

function update(): void {
  const [bank, bits, column] = [whole('bank'), whole('width'), whole('column')];
  say('input-value', exact(whole('input')));
  say('reference-value', `${exact(Number(controls.reference.value))} u`);
  say('mismatch-value', `${controls.mismatch.value} %`);
  say('offset-value', `${controls.offset.value} u`);
  const result = planOf(bank, state.references);
  const problem = find('problem');
  problem.hidden = result.ok;
  if (result.ok) planned = { bank, ramp: result.value };
  else {
    const [{ message }] = result.problems as [(typeof result.problems)[number]];
    say('problem', `No ramp has these references: ${message}. The last one that a ramp has is kept.`);
    if (planned.bank !== bank) planned = { bank, ramp: rampOf(bank) };
  }
  const setup = {
    ...{ inputs: state.inputs, weights: state.weights, bank, bits },
    reference: planned.ramp,
    ...{ mismatch: Number(controls.mismatch.value) / 100, offset: Number(controls.offset.value) },
    die: whole('die'),
  };
  show(simulate(macro, setup), column, bank, bits);
}

/** References that the steps of this width pass: at another width than the bank's own a step drives other groups. */
function referencesAt(bits: number): readonly number[] {
  const { stepCells, offsetCells } = unpackReferences(packReferences(planned.ramp, shape), bits, shape);
  return rampReferences(stepCells, offsetCells, shape.referencePulses);
}

function show(outcome: Outcome, column: number, bank: number, bits: number): void {
  const { macs, codes, values, cycles } = outcome;
  const { outputScale } = layers[bank]!;
  const mac = macs[column]!;
  const decisions = decisionsOf(cycles, column, bits, shape);
  const high = decisions.filter((one) => one === true).length;
  const looked = decisions.filter((one) => one !== undefined).length;
  const code = shape.readout === 'broadcast' ? '' : ` Code ${codes[column]}.`;
  say(
    'result',
    `Column ${column}: MAC ${exact(mac)} u, ${high} of ${looked} comparisons high.${code} ` +
      `Value ${exact(values[column]!)}, activation ${signed(values[column]! * outputScale)}.`,
  );
  const name = `column ${column}: ${exact(mac)} u`;
  find('live-ramp').innerHTML = rampChart(
    `Ramp of column ${column}: MAC ${mac} u, ${high} of ${looked} comparisons high.`,
    referencesAt(bits),
    -shape.referencePulses * planned.ramp.offsetCells,
    [{ name, mac, decisions }],
    shape.ramp === 'falling',
  );
  find('live-rows').innerHTML = bars({
    label: 'What each row adds to the column.',
    x: 'row',
    y: 'input times weight, u',
    values: state.inputs.map((x, row) => x * weightOf(row, column)),
    chosen: whole('row'),
  });
  find('live-codes').innerHTML = bars({
    label: 'Decoded values of all columns.',
    x: 'column',
    y: 'value',
    values,
    chosen: column,
  });
}

function weightOf(row: number, column: number): number {
  return { '+': 1, '-': -1 }[state.weights[row]![column]!] ?? 0;
}

interface Bars {
  readonly label: string;
  readonly x: string;
  readonly y: string;
  readonly values: readonly number[];
  readonly chosen: number;
}

function bars({ label, x, y, values, chosen }: Bars): string {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = (high - low || 1) / 12;
  return chart({
    label,
    ...{ width: 480, height: 250 },
    x: { label: x, low: -0.75, high: values.length - 0.25, whole: true },
    y: { label: y, low: low < 0 ? low - margin : 0, high: high + margin, whole: true },
    marks: (toX, toY) => {
      const wide = Math.max(0.8, Math.min(18, 0.7 * (toX(1) - toX(0))));
      const bar = (value: number, at: number) => {
        const [top, bottom] = [toY(Math.max(0, value)), toY(Math.min(0, value))];
        return box(toX(at) - wide / 2, top, wide, bottom - top);
      };
      const others = values.map((value, at) => (at === chosen ? '' : bar(value, at)));
      const half = Math.max(3, 0.5 * (toX(1) - toX(0)));
      const top = toY(high + margin);
      const band = box(toX(chosen) - half, top, 2 * half, toY(low < 0 ? low - margin : 0) - top);
      const [left, right] = [toX(-0.75), toX(values.length - 0.25)];
      return (
        element('path', { class: 'band', d: band }) +
        element('path', { class: 'fill one', d: others.join('') }) +
        element('path', { class: 'fill two', d: bar(values[chosen]!, chosen) }) +
        element('path', { class: 'axis', d: `M${left} ${toY(0)}H${right}` })
      );
    },
  });
}

/** Runs every conversion that the page has of the vectors, and says whether it gives what was recorded. */
function check(): void {
  let [compared, equal] = [0, 0];
  for (const { inputs, bank, bits, results } of conversions) {
    const reference = rampOf(bank);
    const ideal = { mismatch: 0, offset: 0, die: 1 };
    const outcome = simulate(macro, { inputs, weights: macro.weights, bank, bits, reference, ...ideal });
    for (const { column, code, value } of results) {
      compared++;
      if (outcome.codes[column] === code && outcome.values[column] === value) equal++;
    }
  }
  say(
    'check',
    `This page has run ${conversions.length} conversions of vectors/ again: ${equal} of ${compared} results are those that the vectors hold.`,
  );
}

/** What changes when a control does. */
function changed(name: Name): void {
  const row = whole('row');
  if (name === 'vector') load();
  if (name === 'bank') {
    const bank = whole('bank');
    state.references = [...layers[bank]!.references];
    controls.width.value = String(layers[bank]!.bits);
  }
  if (name === 'input') state.inputs[row] = whole('input');
  if (name === 'weight') {
    const letter = { '1': '+', '-1': '-' }[controls.weight.value] ?? '0';
    const [before, column] = [state.weights[row]!, whole('column')];
    state.weights[row] = before.slice(0, column) + letter + before.slice(column + 1);
  }
  if (name === 'reference') state.references[whole('step') - 1] = Number(controls.reference.value);
  if (name !== 'reference' && name !== 'input') follow();
  update();
}

function begin(): void {
  find('controls').hidden = false;
  find('results').hidden = false;
  load();
  planned = { bank: whole('bank'), ramp: rampOf(whole('bank')) };
  follow();
  update();
}

const form = find<HTMLFormElement>('controls');
form.addEventListener('input', ({ target }) => changed((target as Control).id as Name));
form.addEventListener('submit', (event) => event.preventDefault());
// The controls have their first values only after the event.
form.addEventListener('reset', () => setTimeout(begin));
begin();
setTimeout(check);
