import type { MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { hasStreams } from '../../macro/plan/streams.js';
import { arrayParametersOf } from './parameters.js';

/** A parameter of a module, and what the module around it hands down: a parameter or localparam of its own. */
export interface PassedParameter {
  readonly name: string;
  readonly value: string;
}

/** Instances of the top level, as its templates name them. */
export type BlockName =
  | 'bus'
  | 'registers'
  | 'streamInput'
  | 'calibration'
  | 'march'
  | 'selfTest'
  | 'controller'
  | 'inputDrivers'
  | 'referenceDrivers'
  | 'array'
  | 'columns'
  | 'decoder'
  | 'streamOutput';

/** A module that the top level instantiates. */
export interface Block {
  readonly role: BlockName;
  readonly module: string;
  readonly instance: string;
  /** All parameters of the module: none keeps the number that generation wrote into its head. */
  readonly parameters: readonly PassedParameter[];
}

/** The instances of the top level, in the order of its text. Templates and synthesis take them from this one list. */
export function blocksOf({ name, shape, config }: MacroPlan): readonly Block[] {
  const { module, showsAll, holds, decodes } = readoutOf(shape);
  const streams = hasStreams(shape);
  const packed = shape.packedWords;
  const block = (role: BlockName, suffix: string, names: string, instance = `u_${suffix}`): Block => ({
    role,
    module: `${name}_${suffix}`,
    instance,
    parameters: passed(names),
  });
  return [
    block('bus', config.bus, '', 'u_bus'),
    block(
      'registers',
      'registers',
      'ROWS COLS IN_BITS IN_SIGNED BIT_SERIAL TRIM_ROWS ADC_BITS BANKS REF_COLS REF_ROWS EARLY_STOP ' +
        `OUT_BITS OUT_SIGNED DOUBLE_BUFFER COL_W BANK_W ROW_W WORD_W IN_WORD_W${packed ? ' IN_FIELD LANES FIELDS' : ''}`,
    ),
    ...(streams
      ? [
          block(
            'streamInput',
            'stream_input',
            'ROWS ADC_BITS BANKS BANK_W BYTES=IN_BYTES LANES WORD_W=IN_WORD_W',
          ),
        ]
      : []),
    ...(shape.selfCalibrate
      ? [block('calibration', 'calibration', 'ROWS COLS TRIM_ROWS FALLING COL_W BANK_W ROW_W WORD_W')]
      : []),
    ...(shape.march
      ? [block('march', 'march', 'ROWS COLS TRIM_ROWS BANKS REF_COLS REF_ROWS BANK_W ROW_W WORD_W')]
      : []),
    ...(shape.selfTest ? [block('selfTest', 'self_test', 'COLS ADC_BITS')] : []),
    block(
      'controller',
      'controller',
      'COLS ADC_BITS BANK_W PRE_CYCLES MAC_CYCLES REF_PULSES FALLING EARLY_STOP ' +
        `${shape.ramp === 'falling' ? 'TOP_K ' : ''}DOUBLE_BUFFER`,
    ),
    block(
      'inputDrivers',
      'input_drivers',
      `ROWS IN_BITS IN_SIGNED BIT_SERIAL TRIM_PULSES DOUBLE_BUFFER ${streams || packed ? 'LANES ' : ''}WORD_W=IN_WORD_W`,
    ),
    block('referenceDrivers', 'reference_drivers', 'ADC_BITS FALLING'),
    block(
      'array',
      'array',
      arrayParametersOf(shape)
        .map((parameter) => parameter.name)
        .join(' '),
    ),
    block(
      'columns',
      module,
      `COLS ADC_BITS ${showsAll ? 'OUT_BITS ' : ''}${streams ? 'FIELDS GROUP_W' : packed ? 'FIELDS COL_W' : 'COL_W'} FALLING DOUBLE_BUFFER`,
      'u_columns',
    ),
    block(
      'decoder',
      'decoder',
      `BANKS BANK_W ADC_BITS OUT_BITS ${(streams || packed) && decodes !== 'step' ? 'FIELDS ' : ''}TABLE`,
    ),
    ...(streams
      ? [
          block(
            'streamOutput',
            'stream_output',
            `COLS WIDTH=${holds === 'value' ? 'OUT_BITS' : 'ADC_BITS'} OUT_BITS OUT_SIGNED COL_W BANK_W BYTES=OUT_BYTES FIELDS GROUP_W`,
          ),
        ]
      : []),
  ];
}

/** Parameters handed down under their own name, or as `NAME=VALUE` under another. */
function passed(names: string): PassedParameter[] {
  return names
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => {
      const [name, value] = one.split('=');
      return { name: name!, value: value ?? name! };
    });
}
