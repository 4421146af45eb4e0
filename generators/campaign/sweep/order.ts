import type { Settings } from '../../levels/calibrate/options.js';
import type { MacroConfig } from '../../macro/config/macro.js';

/** The method that makes levels within the limits of a macro. */
export const HARDWARE = 'hardware-optimal';

/** What levels to make for a layer: by which method, of which width, within which limits. */
export interface Order {
  readonly bank: number;
  readonly settings: Settings;
  readonly method: string;
  readonly config: MacroConfig;
}

/** A pattern with the layer's name and the width in their places. */
export function filled(pattern: string, layer: string, bits?: number): string {
  const named = pattern.replaceAll('{layer}', layer);
  return bits === undefined ? named : named.replaceAll('{bits}', String(bits));
}
