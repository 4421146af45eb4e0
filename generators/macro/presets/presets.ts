import type { MacroConfigInput } from '../config/macro.js';

/** A macro to start from: its config, what is known of each number, and levels in `presets/`. */
export interface Preset {
  /** What `--preset` takes, and how its levels are called in `presets/`. */
  readonly name: string;
  /** What it is, in one line. */
  readonly summary: string;
  /** What its `macro.jsonc` sets; {@link Preset.remarks} says why. */
  readonly config: MacroConfigInput;
  /**
   * By JSON path: where a value comes from and how sure it is. S stated by a public source, 2 second-hand
   * digest of one, I inferred by this project, F field practice. Values without a remark are F.
   */
  readonly remarks: Readonly<Record<string, string>>;
}

/** Size of the array of the closest sibling of the paper's macro. */
const ARRAY = { rows: 256, columns: 128 };
const ARRAY_REMARK = 'S: 256 x 128 in the closest sibling, arXiv 2605.30814';

/** The layer of the shipped example: 256 inputs, 128 outputs, bias in trim rows of 8 u. */
const LAYER_TRIM = { trimRows: 4, trimPulses: 8 };
const LAYER = { levels: 'fc1.levels.json', inputScale: 0.0625, weightScale: 0.17959 };
const LAYER_REMARKS = {
  'array.rows': ARRAY_REMARK,
  'array.columns': ARRAY_REMARK,
  'array.trimRows':
    'S: calibration cells beside the dot product, Yu, JSSC 2022; F: this many, the bias of the layer below',
  'input.coding':
    'I: both are in the family; its latency claims (arXiv 2605.30814) come out right with these cycles',
  'layers.0.levels':
    'Calibrated on fc1, a ternary layer of a digit classifier. To be replaced: imcgen calibrate on your activations',
  'layers.0.inputScale': 'of that layer',
  'layers.0.weightScale': 'of that layer',
};

const OUTPUT_REMARK =
  'S: a 4-bit code maps to "the actual 6-bit data" (arXiv 2603.10540); I: at other widths too';
const NOTATION_REMARK = 'I, strong: the first number of 6/2/3b, inputs / weights / ADC';
const UNSIGNED_REMARK = 'S: signed inputs exist (arXiv 2512.06362); the layer below has a ReLU before it';

/** A macro of arXiv 2603.10540, by the width of its ADC. */
function paperMacro(bits: 3 | 4, summary: string, widthRemark: string): Preset {
  return {
    name: `6-2-${bits}b`,
    summary,
    config: {
      name: `imc_6_2_${bits}b`,
      array: { ...ARRAY, ...LAYER_TRIM },
      input: { bits: 6 },
      adc: { bits, reference: { columns: 2 * bits } },
      output: { bits: 6 },
      layers: [LAYER],
    },
    remarks: {
      ...LAYER_REMARKS,
      'input.bits': NOTATION_REMARK,
      'input.signed': UNSIGNED_REMARK,
      'adc.bits': widthRemark,
      'adc.reference.columns': 'F: holds the widest step of the layer below in one pulse a step',
      'adc.reference.pulses': 'I: 2^b - 1 cycles a ramp',
      'output.bits': OUTPUT_REMARK,
    },
  };
}

/** The same with stream ports as wide as a conversion needs them. */
function streamed({ config, remarks }: Preset): Preset {
  return {
    name: '6-2-3b-axis',
    summary: 'the same with AXI4-Stream ports for inputs and results, which keep up with its conversions',
    config: { ...config, name: `${config.name}_axis`, streams: { inputBytes: 16, outputBytes: 8 } },
    remarks: {
      ...remarks,
      'streams.inputBytes': 'F: 16 beats for 256 rows, less than the 17 cycles of a conversion',
      'streams.outputBytes': 'F: 16 beats for 128 columns, as many',
    },
  };
}

const SIX_TWO_THREE = paperMacro(
  3,
  'the 6/2/3b macro of arXiv 2603.10540: 6-bit inputs, ternary weights, 3-bit nonlinear ADC',
  'S: 3 bits for ResNet-18 and VGG-16, arXiv 2603.10540',
);

/** The macros that `imcgen init` offers. */
export const PRESETS: readonly Preset[] = [
  SIX_TWO_THREE,
  streamed(SIX_TWO_THREE),
  paperMacro(
    4,
    'the 6/2/3b macro with the 4-bit nonlinear ADC of arXiv 2603.10540',
    'S: 4 bits for Inception-V3 and DistilBERT, arXiv 2603.10540',
  ),
  {
    name: '7-2-7b',
    summary:
      'the widest of the sibling macro, arXiv 2605.30814: 7-bit inputs, 7-bit ADC; weights ternary here',
    config: {
      name: 'imc_7_2_7b',
      array: { ...ARRAY, ...LAYER_TRIM },
      input: { bits: 7 },
      adc: { bits: 7, reference: { columns: 60 } },
      output: { bits: 10 },
      layers: [{ ...LAYER, inputScale: LAYER.inputScale / 2 }],
    },
    remarks: {
      ...LAYER_REMARKS,
      'input.bits': 'S: 1 to 7 bits',
      'input.signed': UNSIGNED_REMARK,
      'adc.bits': 'S: 1 to 7 bits',
      'adc.reference.columns': 'F: holds the widest step of the layer below in one pulse a step',
      'adc.reference.pulses': 'I: 2^b - 1 cycles a ramp',
      'output.bits': 'F: fine enough that the table adds little error',
      'layers.0.inputScale': 'half of that layer: 7-bit inputs in place of 6-bit ones',
    },
  },
  {
    name: 'small-signed',
    summary: 'a small one for first experiments: 32 x 16, signed inputs and results, one unit of everything',
    config: {
      name: 'small_signed',
      array: { rows: 32, columns: 16 },
      input: { bits: 4, signed: true },
      adc: { bits: 3, reference: { columns: 4, rows: 48, offsetRows: 12 } },
      output: { bits: 8, signed: true },
      layers: [{ levels: 'random.levels.json', inputScale: 1, weightScale: 1, outputScale: 1 }],
    },
    remarks: {
      'input.signed': 'S: signed inputs (arXiv 2512.06362); I: by swapped lines',
      'adc.reference.offsetRows': 'I: their cells discharge the other reference line first',
      'layers.0.levels':
        'Calibrated on random weights and inputs. To be replaced: imcgen calibrate on your activations',
      'layers.0.inputScale': 'with all scales 1, levels and table entries are unit discharges',
    },
  },
];
