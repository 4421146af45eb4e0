import { orThrow } from '../../common/problems.js';
import { type MacroConfig, macroSchema } from '../../macro/config/macro.js';
import { parse } from '../../macro/config/parse.js';
import type { NetworkConfig } from '../config/network.js';
import { fullReach } from './formats.js';

/** What of a macro depends on the layer that it serves. */
export interface MacroUse {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly inputSigned: boolean;
  readonly bits: number;
  readonly reference: MacroConfig['adc']['reference'];
  readonly outputScale?: number;
}

/** The config of a macro cut to a tile, its levels in unit discharges. */
export function tileMacro({ macro }: NetworkConfig, use: MacroUse): MacroConfig {
  const { array, input, adc, output } = macro;
  const full = fullReach(use.rows, { signed: use.inputSigned, bits: input.bits });
  const { headroom, ...cells } = array;
  const clips = headroom !== undefined && headroom < full;
  const { reference: _, ...converter } = adc;
  return orThrow(
    parse('network', macroSchema, {
      name: use.name,
      array: { ...cells, rows: use.rows, columns: use.columns, ...(clips && { headroom }) },
      input: { ...input, signed: use.inputSigned },
      adc: { ...converter, bits: use.bits, reference: use.reference },
      output: { ...output, signed: true },
      layers: [
        { levels: 'levels.json', ...(use.outputScale !== undefined && { outputScale: use.outputScale }) },
      ],
    }),
  );
}
