import type { MacroConfig } from '../../macro/config/types.js';

/** Names, and files of levels: they say which macro it is, not what it is. */
const NAMES = /^(?:name|\$schema|layers\.\d+\.(?:levels|name))$/;

/** Options of a config by their path, `adc.bits`; lists and texts as they stand. */
export function optionsOf(config: MacroConfig): Map<string, string | number> {
  const found = new Map<string, string | number>();
  const walk = (value: unknown, path: string) => {
    if (NAMES.test(path) || value === undefined) return;
    if (typeof value === 'number' || typeof value === 'string') found.set(path, value);
    else if (typeof value !== 'object' || value === null) found.set(path, String(value));
    else for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
  };
  walk(config, '');
  return found;
}
