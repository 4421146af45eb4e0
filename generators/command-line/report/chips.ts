import type { ChipRow, ChipSetting, RefusedChips } from '../../campaign/chips/summary.js';
import type { TestedChips } from '../../campaign/shards/chips.js';
import type { DieConfig } from '../../macro/die/constants.js';
import { percent } from './evaluation.js';
import { weightsName } from './network.js';
import { textTable } from './table.js';

const points = (share: number) => (100 * share).toFixed(2);

/** Accuracy over chips for a person. */
export function chipsText({ config, die, seed, test, evaluation }: TestedChips): string {
  const { images, float, rows, differences } = evaluation;
  const titles: [string, string][] = [
    ['', 'weights'],
    ['scale', 'for each'],
    ['', 'corner'],
    ['ideal', 'macros, %'],
    ['mean of', 'dies, %'],
    ['loss,', 'points'],
    ['spread,', 'points'],
    ['least,', '%'],
    ['5 .. 95 % of', 'the dies, %'],
  ];
  const cells = (row: ChipRow | RefusedChips) => {
    if ('problems' in row) return ['refused', '', '', '', '', ''];
    const { ideal, mean, loss, spread, least, low, high } = row;
    return [
      ...[points(ideal.accuracy), points(mean), points(loss), points(spread), points(least)],
      `${points(low)} .. ${points(high)}`,
    ];
  };
  const body = rows.map((row) => [...nameOf(row), ...cells(row)]);
  const tested = rows.find((row): row is ChipRow => !('problems' in row))!;
  const { low, high } = float.interval;
  const ideal = tested.ideal.interval;
  const chips = tested.chips.length;
  const refused = rows.filter((row): row is RefusedChips => 'problems' in row);
  const lines = [
    `${config.name}: ${images} images of ${test}, ${chips} ${chips === 1 ? 'die' : 'dies'} of every macro, from seed ${seed} on`,
    `${config.macro.adc.bits}-bit ADCs; each macro of each layer is a die of its own; ${effectsOf(die)}`,
    `float model: ${float.correct} correct, ${percent(float.accuracy)}; 95 % interval (Wilson) ${percent(low)} .. ${percent(high)}`,
    `ideal macros, first row: ${tested.ideal.correct} correct; 95 % interval (Wilson) ${percent(ideal.low)} .. ${percent(ideal.high)}`,
    '',
    ...textTable(titles, body, (column) => column < 3, { keys: 3 }),
    ...(differences.length === 0
      ? []
      : ['', 'on the same dies and images, mean and two standard errors over dies and images:']),
    ...differences.map(({ row, against, corner, gain, margin }) => {
      const [one, other] = [rows[row]!.rival!, rows[against]!.rival!];
      const verdict =
        Math.abs(gain) <= margin ? 'no difference shown' : gain > 0 ? 'more robust' : 'less robust';
      return (
        `  ${weightsName(one.method, one.digits)}, ${corner}: ${one.granularity} loses ` +
        `${points(gain)} +- ${points(margin)} points less than ${other.granularity}: ${verdict}`
      );
    }),
    ...refused.map(
      (row) => `refused: ${nameOf(row).join(', ')}: ${row.problems[0]!.path} ${row.problems[0]!.message}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function nameOf({ rival, corner }: ChipSetting): string[] {
  if (rival === undefined) return ['as configured', '', corner];
  return [weightsName(rival.method, rival.digits), rival.granularity, corner];
}

/** What differs from the ideal, as the section has it. */
export function effectsOf({
  seed: _,
  fractionBits: __,
  swing: ___,
  temperature,
  ...effects
}: DieConfig): string {
  const on = Object.entries(effects).filter(([, value]) => value !== 0);
  const named = on.map(([name, value]) => `${name} ${value}`);
  if (temperature.celsius !== temperature.nominalCelsius) named.push(`${temperature.celsius} C`);
  return named.length === 0 ? 'no effect is on' : named.join(', ');
}

/** The same for machines. */
export function chipsJson({ config, die, seed, test, evaluation }: TestedChips): string {
  const { name, macro, weights, levels, digital, images } = config;
  const settings = { macro, weights, levels, digital, calibrationImages: images.count };
  return `${JSON.stringify({ name, test, seed, die, ...evaluation, settings }, null, 2)}\n`;
}
