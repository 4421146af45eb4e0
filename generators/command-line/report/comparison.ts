import type { NetworkConfig } from '../../network/config/network.js';
import type { ComparedRow, Comparison, RefusedRow, Rival } from '../../network/evaluate/compare.js';
import { percent } from './evaluation.js';
import { share, weightsName } from './network.js';
import { paragraphs, textTable } from './table.js';

interface Compared {
  readonly config: NetworkConfig;
  readonly comparison: Comparison;
  readonly test: string;
}

/** A published system whose methods a row has, and how sure that is: S stated, I inferred, F field practice. */
interface System {
  readonly name: string;
  readonly has: (rival: Rival) => boolean;
  readonly marks: string;
}

const clipped = ({ levels }: Rival) => levels === 'linear-clipped';

const SYSTEMS: readonly System[] = [
  {
    name: 'BWMA',
    has: ({ method }) => method === 'bwma',
    marks:
      'arXiv 2508.21524: binary weights, inputs of several bits (S); scale the mean of the magnitudes (F); its activation function is not public',
  },
  {
    name: 'column-wise',
    has: (rival) => rival.granularity === 'column' && rival.method === 'digits' && clipped(rival),
    marks:
      'arXiv 2502.07842: a scale a column, digits over columns, evenly spaced levels over a clipped range (S); clipped at chosen tails, not at 6 sigma, and not trained (I)',
  },
  {
    name: 'CIMQ',
    has: (rival) => rival.granularity === 'array' && rival.method === 'digits' && clipped(rival),
    marks:
      'TCAD 2024: a scale an array (S); clip of partial sums from calibration data, without its training (I: formulas are not public)',
  },
  {
    name: 'BS-KMQ',
    has: ({ levels }) => levels === 'bs-kmq' || levels === 'bs-kmq-plain',
    marks: 'arXiv 2603.10540: boundary-suppressed k-means (S), its constants (I)',
  },
];

const systemsOf = (rival: Rival) => SYSTEMS.filter(({ has }) => has(rival)).map(({ name }) => name);

/** Accuracy by method for a person. */
export function comparisonText({ config, comparison, test }: Compared): string {
  const { images, float, rows } = comparison;
  const titles: [string, string][] = [
    ['', 'weights'],
    ['scale', 'for each'],
    ['', 'levels'],
    ['ADC', 'bits'],
    ['', 'methods of'],
    ['weight', 'error'],
    ['', 'cells'],
    ['cells', 'conduct'],
    ['cycles', 'a sample'],
    ['', 'correct'],
    ['', 'accuracy'],
    ['95 %', 'interval'],
  ];
  const scoreCells = ({ score }: Pick<ComparedRow, 'score'>) => [
    ...[String(score.correct), percent(score.accuracy)],
    `${percent(score.interval.low)} .. ${percent(score.interval.high)}`,
  ];
  const body = [
    ['float model', '', '', '', '', '', '', '', '', ...scoreCells({ score: float })],
    ...rows.map((row) => {
      const { method, digits, granularity, levels, bits } = row;
      const head = [
        weightsName(method, digits),
        granularity,
        levels,
        String(bits),
        systemsOf(row).join(', '),
      ];
      if ('problems' in row) return [...head, '', '', '', '', '', 'refused', ''];
      const cost = [
        share(row.weightError, 1),
        String(row.cells),
        share(row.usedCells, Math.max(1, row.cells)),
      ];
      return [...head, ...cost, String(row.cycles), ...scoreCells(row)];
    }),
  ];
  const matching = config.digital.matching ? 'matched to the float layers' : 'from the weights alone';
  const named = SYSTEMS.filter(({ has }) => rows.some(has));
  const refused = rows.filter((row): row is RefusedRow => 'problems' in row);
  const lines = [
    `${config.name}: ${images} images of ${test}`,
    `${config.macro.input.bits}-bit inputs, a set of levels for each ${config.levels.sharing}; ` +
      `factors and biases of every row ${matching}, on ${config.images.count} images`,
    '',
    ...textTable(titles, body, (column) => column < 3 || column === 4, { keys: 4 }),
    ...(named.length === 0 ? [] : ['', ...paragraphs(named.map(({ name, marks }) => `${name}: ${marks}`))]),
    ...(refused.length === 0 ? [] : ['', ...refused.map(refusal)]),
  ];
  return `${lines.join('\n')}\n`;
}

function refusal({ method, digits, granularity, levels, bits, problems }: RefusedRow): string {
  const [first] = problems;
  return `refused: ${weightsName(method, digits)}, ${granularity}, ${levels}, ${bits} bits: ${first!.path} ${first!.message}`;
}

/** The same for machines. */
export function comparisonJson({ config, comparison, test }: Compared): string {
  const { name, macro, levels, digital, images } = config;
  const rows = comparison.rows.map((row) => ({ ...row, methodsOf: systemsOf(row) }));
  const settings = { macro, sharing: levels.sharing, digital, calibrationImages: images.count };
  return `${JSON.stringify({ name, test, ...comparison, rows, settings }, null, 2)}\n`;
}
