import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { midpoints } from '../calibrate/quantizer.js';
import { bitsOf, type Edges, type Split, splits } from './edges.js';
import { type Lists, type NumberList, trimmed } from './list.js';
import { binProblems, conventionProblems, countProblem, valueProblems } from './problems.js';
import { CONVENTIONS, type Ends, type Statement } from './statement.js';

/** A quantizer as a file describes it, in the units of the file. */
export interface Foreign {
  /** Width of the code, 1..8. */
  readonly bits: number;
  /** The levels; the outputs where no levels are known. */
  readonly centres: readonly number[];
  /** 2^bits - 1; the code is the number of references at or below a value. */
  readonly references: readonly number[];
  /** What each code decodes to. */
  readonly outputs: readonly number[];
  /** Lower edge of the first bin, where it is known. */
  readonly low: number | undefined;
  /** Upper edge of the last bin, where it is known. */
  readonly high: number | undefined;
  /** Outer edges that stood in the file. */
  readonly edges: Edges;
  /** Which numbers stood in the file and which follow from the convention. */
  readonly note: string;
}

/**
 * References and outputs from the lists of a foreign file.
 *
 * | given | convention | references | outputs |
 * |---|---|---|---|
 * | levels | midpoint | midway between neighbours | the levels |
 * | levels | floor | the levels but the first | the levels |
 * | levels | floor-middle | the levels but the first | bin middles |
 * | references | midpoint, floor-middle | as given | bin middles |
 * | references | floor | as given | lower edges of the bins |
 * | both | none; or one that they are held to | as given | as given |
 *
 * @param lists     as {@link Lists} has them: one list, or both
 * @param statement what the file itself does not say
 * @returns the quantizer, or the rules that the lists break
 */
export function foreignQuantizer(lists: Lists, statement: Statement): Result<Foreign> {
  const missing = unsaid(lists, statement);
  if (missing !== undefined) return failure(missing);
  if (!('single' in lists)) return fromBoth(trimmed(lists.references), trimmed(lists.outputs), statement);
  const list = trimmed(lists.single);
  return statement.kind === 'levels' ? fromLevels(list, statement) : fromReferences(list, statement);
}

/** What must be said, or must not. */
function unsaid(lists: Lists, { kind, convention, edges }: Statement): Problem | undefined {
  const option = (file: string, message: string, fix: string) => ({ file, path: '', message, fix });
  if (!('single' in lists)) {
    if (kind === undefined) return undefined;
    const fix = 'Leave it out; or name the one column that is meant, such as --columns 2.';
    return option('--kind', 'does not go with references and outputs both', fix);
  }
  if (kind === undefined) {
    return option('--kind', 'is missing', `Say what ${lists.single.file} lists: references or levels.`);
  }
  if (convention === undefined) {
    const meanings = Object.entries(CONVENTIONS).map(([name, meaning]) => `${name}: ${meaning}.`);
    return option('--convention', 'is missing', `Say how the ${kind} are meant. ${meanings.join(' ')}`);
  }
  if (kind === 'levels' && edges !== undefined) {
    return option('--edges', 'does not go with levels', 'Leave it out, or use --kind references.');
  }
  return undefined;
}

function fromLevels(list: NumberList, statement: Statement): Result<Foreign> {
  const problems = valueProblems(list);
  const bits = bitsOf(list.values.length);
  if (bits === undefined) problems.push(countProblem(list, 'level'));
  if (bits === undefined || problems.length > 0) return failure(...problems);
  const levels = list.values as readonly number[];
  const midway = statement.convention === 'midpoint';
  const references = midway ? midpoints(levels) : levels.slice(1);
  const low = midway ? undefined : levels[0];
  const split: Split = { bits, edges: 'none', references, first: 0, low, high: undefined };
  const known = withRange(list.file, split, statement.range);
  if (!known.ok) return known;
  const made = midway ? 'references midway between the levels' : 'references are the levels but the first';
  if (statement.convention !== 'floor-middle') {
    return success({ ...known.value, centres: levels, outputs: levels, note: `${made}, outputs the levels` });
  }
  const ended = withEnds(list.file, known.value, ['high'], statement.extremes);
  if (!ended.ok) return ended;
  return success({
    ...ended.value,
    centres: levels,
    outputs: middles(ended.value),
    note: `${made}, outputs the middles of the bins`,
  });
}

function fromReferences(list: NumberList, statement: Statement): Result<Foreign> {
  const problems = valueProblems(list, { openEnds: true });
  const read = splits(list, { edges: statement.edges });
  if (!read.ok) problems.push(...read.problems);
  if (!read.ok || problems.length > 0) return failure(...problems);
  if (read.value.length > 1) {
    const message = `has ${list.values.length} references: one of them is an outer edge, of the first bin or of the last`;
    const fix = 'Say which: --edges lower, or --edges upper.';
    return failure({ file: list.file, path: '', message, fix });
  }
  const known = withRange(list.file, read.value[0], statement.range);
  if (!known.ok) return known;
  const floor = statement.convention === 'floor';
  const ended = withEnds(list.file, known.value, floor ? ['low'] : ['low', 'high'], statement.extremes);
  if (!ended.ok) return ended;
  const { low, references } = ended.value;
  const outputs = floor ? [low!, ...references] : middles(ended.value);
  const note = `references as given, outputs the ${floor ? 'lower edges' : 'middles'} of the bins`;
  return success({ ...ended.value, centres: outputs, outputs, note });
}

function fromBoth(references: NumberList, outputs: NumberList, statement: Statement): Result<Foreign> {
  const problems = [...valueProblems(references, { openEnds: true }), ...valueProblems(outputs)];
  const bits = bitsOf(outputs.values.length);
  if (bits === undefined) problems.push(countProblem(outputs, 'output'));
  if (problems.length > 0) return failure(...problems);
  const read = splits(references, { edges: statement.edges, bits });
  if (!read.ok) return read;
  // A single edge may be either: with the right one the outputs lie in their bins.
  const judged = read.value.map((split) => ({ split, misfits: binProblems(split, outputs) }));
  const { split, misfits } = judged.reduce((a, b) => (b.misfits.length < a.misfits.length ? b : a));
  if (misfits.length > 0) return failure(misfits[0]!);
  const known = withRange(references.file, split, statement.range);
  if (!known.ok) return known;
  const { convention } = statement;
  const broken =
    convention === undefined ? [] : conventionProblems(convention, references, known.value, outputs);
  if (broken.length > 0) return failure(...broken);
  const values = outputs.values as readonly number[];
  return success({
    ...known.value,
    centres: values,
    outputs: values,
    note: `references and outputs as given${convention === undefined ? '' : `, held to ${convention}`}`,
  });
}

/** Outer edges from `--range` where the file holds none. */
function withRange(file: string, split: Split, range: Ends | undefined): Result<Split> {
  if (range === undefined) return success(split);
  if (split.low !== undefined && split.high !== undefined) {
    const message = `${file} holds the outer edges ${split.low} and ${split.high} itself`;
    return failure({ file: '--range', path: '', message, fix: 'Leave it out.' });
  }
  return enclosing('--range', { ...split, low: split.low ?? range.low, high: split.high ?? range.high });
}

/** Outer edges on which outputs depend, from the samples where nothing else tells them. */
function withEnds(
  file: string,
  split: Split,
  needed: readonly ('low' | 'high')[],
  extremes: Ends | undefined,
): Result<Split> {
  const missing = needed.filter((end) => split[end] === undefined);
  if (missing.length === 0) return success(split);
  if (extremes !== undefined) {
    const ends = Object.fromEntries(missing.map((end) => [end, extremes[end]]));
    return enclosing('--histogram-from', { ...split, ...ends });
  }
  const edges = missing.map((end) =>
    end === 'low' ? 'lower edge of the first bin' : 'upper edge of the last bin',
  );
  return failure({
    file,
    path: '',
    message: `does not hold the ${edges.join(' and the ')}, on which outputs depend`,
    fix: 'Give --range low,high, or --histogram-from samples, whose extremes are then the edges.',
  });
}

/** The split if its outer edges lie outside its references. */
function enclosing(option: string, split: Split): Result<Split> {
  const { references, low = -Infinity, high = Infinity } = split;
  if (low < references[0]! && high > references.at(-1)!) return success(split);
  const message = `${low} .. ${high} does not enclose the references ${references[0]} .. ${references.at(-1)}`;
  return failure({ file: option, path: '', message, fix: 'Give --range low,high that lies around them.' });
}

function middles({ references, low, high }: Split): readonly number[] {
  return midpoints([low!, ...references, high!]);
}
