import type { Readout } from '../../macro/config/choices.js';
import { dieConstants } from '../../macro/die/constants.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { hasStreams } from '../../macro/plan/streams.js';
import type { Contribution, PackageFile } from '../text/contribution.js';
import { render } from '../text/render.js';
import { BUSES } from './bus-ports.js';
import { type VerilogFile, verilog, verilogFile } from './verilog.js';
import { macroView } from './view.js';

/** What the column converters of each readout do. */
const CONVERTERS: Readonly<Record<Readout, string>> = {
  counter: 'count accepted ramp steps',
  capture: 'keep the last accepted ramp step',
  column_lut: 'count accepted ramp steps, decode each',
  broadcast: 'keep the last accepted decoded value',
};

const verilogFiles = ({ shape, config }: MacroPlan): readonly VerilogFile[] => [
  verilog('rtl', 'top', 'in-memory-computing macro with a nonlinear in-memory ADC', ''),
  verilog('rtl', config.bus, BUSES[config.bus].purpose),
  verilog('rtl', 'registers', 'address map, control registers, error status'),
  verilog('rtl', 'controller', 'sequence of a conversion: precharge, mac, ramp, sense, done'),
  verilog('rtl', 'input_drivers', 'word line pulses from the inputs'),
  verilog('rtl', 'reference_drivers', 'reference word lines of each ramp step'),
  verilog('rtl', readoutOf(shape).module, `column converters: ${CONVERTERS[shape.readout]}`),
  ...(shape.selfCalibrate
    ? [verilog('rtl', 'calibration', 'calibration of the trim rows by the macro itself')]
    : []),
  ...(shape.march ? [verilog('rtl', 'march', 'march test of all cells, through the cell port')] : []),
  ...(shape.selfTest ? [verilog('rtl', 'self_test', 'known codes in place of the sense amplifiers')] : []),
  ...(hasStreams(shape)
    ? [
        verilog('rtl', 'stream_input', 'input stream: vectors of beats, as starts of conversions'),
        verilog('rtl', 'stream_output', 'output stream: results of a conversion, beat by beat'),
      ]
    : []),
  verilog('rtl', 'decoder', 'from nonlinear code to linear value, one table a bank'),
  verilog('model', 'array', 'the analog macro, for simulation'),
  verilog('blackbox', 'array', 'the analog macro, for synthesis'),
  verilog('digital', 'array', 'the analog macro in digital logic, for FPGA prototypes'),
  verilog('digital', 'array_column', 'one column of the array in digital logic'),
];

const DIE_ARRAY = verilog('die', 'array', 'one die of the analog macro, for simulation');

/** The die view, where the config describes dies. */
function dieFiles(plan: MacroPlan): PackageFile[] {
  const { config, shape } = plan;
  if (config.die === undefined) return [];
  const { commonOffset, ...constants } = dieConstants(config.die, shape);
  const die = { seed: config.die.seed, ...constants };
  const dieCommonOffset = commonOffset ? `${commonOffset < 0 ? '-' : ''}64'd${Math.abs(commonOffset)}` : '';
  const view = { ...macroView(plan), die, dieCommonOffset };
  return [verilogFile(plan, view, DIE_ARRAY)];
}

/** The Verilog of the macro: the digital part, and the analog macro as model, black box and digital equivalent. */
export const RTL: Contribution = {
  readme: ({ name, config }) => [
    { file: '`rtl/`', meaning: `synthesizable Verilog; top level \`${name}\`` },
    { file: `\`model/${name}_array.v\``, meaning: 'the analog macro, for simulation' },
    { file: `\`blackbox/${name}_array.v\``, meaning: 'the analog macro, for synthesis' },
    {
      file: `\`digital/\`, \`${name}_digital.f\``,
      meaning: 'the analog macro in digital logic, for FPGA prototypes; file list with rtl',
    },
    ...(config.die === undefined
      ? []
      : [
          {
            file: `\`die/${name}_array.v\`, \`${name}_die.f\``,
            meaning: 'one die of the analog macro, with its mismatch, offset and noise; file list with rtl',
          },
        ]),
    { file: `\`blackbox/${name}_array.vlt\``, meaning: 'why Verilator need not warn about it' },
  ],
  files: (plan) => {
    const view = macroView(plan);
    return [
      ...verilogFiles(plan).map((file) => verilogFile(plan, view, file)),
      ...dieFiles(plan),
      { path: `blackbox/${plan.name}_array.vlt`, text: render('blackbox/array.vlt', view) },
    ];
  },
};
