import { isDigital } from '../../network/engine/digital-steps.js';
import type { WeightRow } from '../../network/plan/compare-weights.js';
import type { LayerPlan, NetworkPlan } from '../../network/plan/plan.js';
import { textTable } from './table.js';

const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
export const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
export const weightsName = (method: string, digits: readonly number[]) =>
  method === 'digits' ? `digits ${digits.join(',')}` : method;

interface Column {
  readonly title: readonly [string, string];
  readonly cell: (layer: LayerPlan) => string;
}

const ifMacro = (text: (layer: LayerPlan) => string) => (layer: LayerPlan) =>
  layer.macros === 0 ? '-' : text(layer);

const COLUMNS: readonly Column[] = [
  { title: ['', 'layer'], cell: ({ rule }) => rule.step.name },
  { title: ['', 'weights'], cell: ({ rule }) => weightsName(rule.method, rule.digits) },
  {
    title: ['kernel x', 'in > out'],
    cell: ({ rule: { step } }) => `${step.window.kernel.join('x')} ${step.channels}>${step.outputs}`,
  },
  { title: ['vectors', 'a sample'], cell: ({ positions }) => String(positions) },
  { title: ['', 'tiles'], cell: ifMacro(({ tiles }) => String(tiles.length)) },
  { title: ['rows', 'a tile'], cell: ifMacro(({ tiles }) => String(tiles[0]!.rows)) },
  { title: ['', 'macros'], cell: ({ macros, rule }) => (macros === 0 ? rule.on : String(macros)) },
  { title: ['level', 'sets'], cell: ifMacro(({ levelSets }) => String(levelSets)) },
  { title: ['ADC', 'bits'], cell: ifMacro(({ rule }) => String(rule.bits)) },
  { title: ['', 'cells'], cell: ifMacro(({ cells }) => String(cells)) },
  { title: ['of full', 'macros'], cell: ifMacro(({ cells, fullCells }) => share(cells, fullCells)) },
  { title: ['cells', 'conduct'], cell: ifMacro(({ weights, cells }) => share(weights.usedCells, cells)) },
  { title: ['weight', 'error'], cell: ({ weights }) => share(weights.relativeError, 1) },
  { title: ['cycles', 'a sample'], cell: ifMacro(({ sampleCycles }) => String(sampleCycles)) },
];

/** The plan of a network for a person. */
export function networkPlanText(plan: NetworkPlan, compared: readonly WeightRow[] | undefined): string {
  const { config, network, layers } = plan;
  const { array, input, adc } = config.macro;
  const body = layers.map((layer) => COLUMNS.map(({ cell }) => cell(layer)));
  const macros = sum(layers.map(({ macros }) => macros));
  const cells = sum(layers.map(({ cells }) => cells));
  const full = sum(layers.map(({ fullCells }) => fullCells));
  const slowest = layers.reduce((most, layer) => (layer.sampleCycles > most.sampleCycles ? layer : most));
  const lines = [
    `${config.name}: ${network.file}, ${layers.length} layers, ${macros} macros of at most ${array.rows} x ${array.columns}`,
    `${input.bits}-bit inputs, ${adc.bits}-bit ADCs, levels by ${config.levels.method} for each ${config.levels.sharing}`,
    '',
    ...textTable(
      COLUMNS.map(({ title }) => title),
      body,
      (column) => column < 2,
    ),
    '',
    ...(macros === 0
      ? ['no layer is on macros']
      : [
          `${cells} cells, ${share(cells, full)} of full macros`,
          `${slowest.sampleCycles} cycles a sample in a pipeline of layers (${slowest.rule.step.name} is the slowest), ` +
            `${sum(layers.map(({ sampleCycles }) => sampleCycles))} layer by layer`,
        ]),
    ...unitLines(plan),
    ...(compared === undefined ? [] : ['', ...weightLines(compared)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Digital units of a transformer; other networks have none. */
function unitLines({ network }: NetworkPlan): string[] {
  const counts = new Map<string, number>();
  for (const { kind } of network.steps.filter(isDigital)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const units = [...counts].map(([kind, count]) => `${count} ${kind}${count > 1 ? 's' : ''}`);
  return units.length === 0 ? [] : [`digital units between the layers: ${units.join(', ')}`];
}

/** Error and cells of weights, by method and granularity. */
function weightLines(rows: readonly WeightRow[]): string[] {
  const titles: [string, string][] = [
    ['', 'weights'],
    ['scale', 'for each'],
    ['squared error,', 'mean of layers'],
    ['', 'largest'],
    ['', 'cells'],
    ['cells', 'conduct'],
  ];
  const body = rows.map(({ method, digits, granularity, meanError, largestError, cells, usedCells }) => [
    ...[weightsName(method, digits), granularity, share(meanError, 1), share(largestError, 1)],
    ...[String(cells), share(usedCells, Math.max(1, cells))],
  ]);
  return textTable(titles, body, (column) => column < 2, { keys: 2 });
}

/** The same for machines; the weights themselves left out. */
export function networkPlanJson(plan: NetworkPlan, compared: readonly WeightRow[] | undefined): string {
  const layers = plan.layers.map(({ rule, weights, ...layer }) => {
    const { step, ...settings } = rule;
    const { name, channels, outputs, window, bounds } = step;
    const { relativeError, usedCells, factors, scales } = weights;
    return {
      ...{ name, channels, outputs, window },
      // JSON has no infinity: a bound that is not there is left out.
      bounds: Object.fromEntries(Object.entries(bounds).filter(([, bound]) => Number.isFinite(bound))),
      ...settings,
      ...layer,
      weights: { relativeError, usedCells, factors, scales: [...scales] },
    };
  });
  const { config, network } = plan;
  const result = {
    ...{ name: config.name, model: network.file, input: network.input, output: network.output, layers },
    macros: sum(plan.layers.map(({ macros }) => macros)),
    cells: sum(plan.layers.map(({ cells }) => cells)),
    ...(compared !== undefined && { weights: compared }),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}
