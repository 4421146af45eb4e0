import { readFile } from 'node:fs/promises';
import { failure, InvalidInput, orThrow, type Problem, type Result, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { dieSchema } from '../../macro/config/die.js';
import { parseJson } from '../../macro/config/json.js';
import { parse } from '../../macro/config/parse.js';
import type { DieConfig } from '../../macro/die/constants.js';

/** A die section, and where it stands. */
export interface FoundDie {
  readonly die: DieConfig;
  /** The path is empty where the section is all of a file. */
  readonly source: Pick<Problem, 'file' | 'path'>;
}

/**
 * What dies differ by: the section of a file, where one is named, else that of the config.
 *
 * @param named file that `--die` names
 * @param own   section of the config
 * @param place where that stands
 * @throws InvalidInput where there is none, or the file has none that can be used
 */
export async function foundDie(
  named: string | undefined,
  own: DieConfig | undefined,
  place: FoundDie['source'],
): Promise<FoundDie> {
  if (named !== undefined) return orThrow(await readDie(named));
  if (own !== undefined) return { die: own, source: place };
  const section = place.path === 'die' ? '' : ' to "macro"';
  const fix = `Add a "die" section${section}, such as { "mismatch": 0.025 }, or name a file with --die.`;
  throw new InvalidInput([{ ...place, message: 'is not there', fix }]);
}

/** The same without its place. */
export async function dieOf(...where: Parameters<typeof foundDie>): Promise<DieConfig> {
  return (await foundDie(...where)).die;
}

/** A die section, by itself or as a `macro.json` has it. */
async function readDie(file: string): Promise<Result<FoundDie>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return failure(unreadable(file, error));
  }
  const json = parseJson(file, text);
  if (!json.ok) return json;
  const { value } = json;
  const whole = typeof value === 'object' && value !== null && 'die' in value;
  const die = parse(file, dieSchema, whole ? value.die : value);
  return die.ok ? success({ die: die.value, source: { file, path: whole ? 'die' : '' } }) : die;
}
