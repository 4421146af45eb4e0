/** In: a validated config and its levels. Out: the hash that generated files carry. */
import { createHash } from 'node:crypto';
import type { MacroInput } from './input.js';

/** Hashes known already: every file of a package asks for its own. */
const known = new WeakMap<object, string>();

/**
 * sha256 over the validated content of config and levels, in hexadecimal: file names and white space do not change it.
 * Headers of generated files have its first 12 digits, `manifest.json` the whole.
 *
 * @param hashed a plan, or what it is made from
 */
export function configHash(hashed: Pick<MacroInput, 'config' | 'levels'>): string {
  let hash = known.get(hashed);
  if (hash === undefined) {
    hash = createHash('sha256')
      .update(JSON.stringify([hashed.config, hashed.levels]))
      .digest('hex');
    known.set(hashed, hash);
  }
  return hash;
}
