import type { BitsRow, ChosenBits } from '../../network/bits/choose.js';
import type { MeasuredBits } from '../../network/bits/measure.js';
import type { NetworkConfig } from '../../network/config/network.js';
import { percent } from './evaluation.js';
import { textTable } from './table.js';

interface BitsFile {
  readonly config: NetworkConfig;
  readonly found: ChosenBits;
  readonly measured: MeasuredBits | undefined;
  readonly output: string | undefined;
}

/** Bits by layer for a person. */
export function bitsText({ config, found, measured, output }: BitsFile): string {
  const { layers, rows, spent } = found;
  const widths = layers[0]!.widths.map(({ bits }) => bits);
  const losses = textTable(
    [
      ['', 'layer'],
      ['', 'vectors'],
      ...widths.map((bits): [string, string] => ['loss with', `${bits} bit${bits === 1 ? '' : 's'}`]),
    ],
    layers.map(({ layer, widths: each }) => [
      ...[layer.rule.step.name, String(layer.positions)],
      ...each.map(({ loss }) => loss.toPrecision(2)),
    ]),
    (column) => column < 1,
  );
  const name = spent === 'steps' ? 'ramp steps' : 'reference cells';
  const titles: [string, string][] = [
    ['', 'ADC bits'],
    ['', name],
    ['', 'loss'],
    ...(measured === undefined
      ? []
      : ([
          ['', 'correct'],
          ['', 'accuracy'],
          ['95 %', 'interval, %'],
        ] as [string, string][])),
    ['bits of', 'the layers'],
  ];
  const score = (at: number | 'float') => {
    if (measured === undefined) return [];
    const { correct, accuracy, interval } = at === 'float' ? measured.float : measured.scores[at]!;
    return [
      String(correct),
      percent(accuracy),
      `${(100 * interval.low).toFixed(2)} .. ${(100 * interval.high).toFixed(2)}`,
    ];
  };
  const body = [
    ...(measured === undefined ? [] : [['float model', '', '', ...score('float'), '']]),
    ...rows.map(({ kind, cost, loss, bits }, at) => [
      nameOf({ kind, bits }),
      ...[String(cost), loss.toPrecision(3), ...score(at), kind === 'uniform' ? '' : bits.join('')],
    ]),
  ];
  const last = titles.length - 1;
  const lines = [
    `${config.name}: error of the ADCs over the variance of a layer's sums, on ${config.images.count} images`,
    '',
    ...losses,
    '',
    ...textTable(titles, body, (column) => column === 0 || column === last),
    ...sensitivityLines(found, measured),
    ...(measured === undefined
      ? []
      : ['', `accuracy on ${measured.images} held-out images, levels made anew for every row`]),
    ...(output === undefined ? [] : ['', `written: ${output}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function nameOf({ kind, bits }: Pick<BitsRow, 'kind' | 'bits'>): string {
  if (kind === 'uniform') return `${bits[0]} everywhere`;
  return kind === 'best' ? 'chosen' : 'as configured';
}

/** Changes of one layer each: what they add to the row above them, in cost, loss and points of accuracy. */
function sensitivityLines({ changes, spent }: ChosenBits, measured: MeasuredBits | undefined): string[] {
  if (changes === undefined) return [];
  const signed = (text: string) => (text.startsWith('-') ? text : `+${text}`);
  const points = (share: number) => signed((100 * share).toFixed(2));
  const titles: [string, string][] = [
    ['one layer', 'alone'],
    ['ADC', 'bits'],
    spent === 'steps' ? ['ramp', 'steps'] : ['reference', 'cells'],
    ['', 'loss'],
    ...(measured === undefined
      ? []
      : ([
          ['', 'correct'],
          ['accuracy,', 'points'],
          ['95 %', 'interval'],
        ] as [string, string][])),
  ];
  const body = changes.map(({ layer, from, to, costChange, lossChange }, at) => {
    const changed = measured?.changes?.[at];
    const row = [layer, `${from} > ${to}`, signed(String(costChange)), signed(lossChange.toPrecision(2))];
    if (changed === undefined) return row;
    const { difference, interval } = changed.difference;
    const range = `${points(interval.low)} .. ${points(interval.high)}`;
    return [...row, String(changed.score.correct), points(difference), range];
  });
  return ['', ...textTable(titles, body, (column) => column < 2)];
}

/** The same for machines. */
export function bitsJson({ config, found, measured, output }: BitsFile): string {
  const layers = found.layers.map(({ layer, widths }) => ({
    ...{ name: layer.rule.step.name, positions: layer.positions, macros: layer.macros, widths },
  }));
  const rows = found.rows.map((row, at) => ({
    ...row,
    ...(measured !== undefined && { score: measured.scores[at] }),
  }));
  const test = measured && { images: measured.images, float: measured.float };
  const changes = found.changes?.map((change, at) => ({ ...change, ...measured?.changes?.[at] }));
  const result = { name: config.name, spent: found.spent, layers, rows, changes, ...test, output };
  return `${JSON.stringify(result, null, 2)}\n`;
}
