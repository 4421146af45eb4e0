import { bitsFor } from '../../common/bits.js';
import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import type { MacroConfig, ResetStyle } from '../../macro/config/macro.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { formatWord, IDENTITY } from '../../macro/plan/register-words.js';
import { fieldOf } from '../../macro/plan/registers.js';
import { macCycles } from '../../macro/plan/schedule.js';
import { type MacroShape, magnitudeBits } from '../../macro/plan/shape.js';
import { hasStreams } from '../../macro/plan/streams.js';
import { tableBits } from '../../macro/plan/table.js';
import { addressView } from './address-view.js';
import { type Block, type BlockName, blocksOf } from './blocks.js';
import { answersWritesAtOnce, BUSES, type BusPin, requestPins } from './bus-ports.js';
import { arrayParametersOf, type Parameter, parametersOf } from './parameters.js';
import {
  type ArrayPort,
  arrayPorts,
  cellWordWidth,
  type OutputPort,
  powerPins,
  rowWidth,
  statusPorts,
  valuePorts,
} from './ports.js';
import { streamPins, streamView } from './stream-ports.js';
import { wideAccessView } from './wide-access.js';

/** How a reset style reads in Verilog. */
export function resetView(style: ResetStyle) {
  const asynchronous = style.startsWith('async');
  const low = style.endsWith('low');
  const name = low ? 'rst_ni' : 'rst_i';
  return {
    name,
    sensitivity: asynchronous
      ? `@(posedge clk_i or ${low ? 'negedge' : 'posedge'} ${name})`
      : '@(posedge clk_i)',
    active: low ? `!${name}` : name,
    /** Level that resets, for the testbench. */
    level: low ? "1'b0" : "1'b1",
    idle: low ? "1'b1" : "1'b0",
    synchronous: asynchronous ? "1'b0" : "1'b1",
    /** What a request passes on its way: nothing in the cycle in which a synchronous reset is sampled. */
    gate: asynchronous ? '' : `${low ? '' : '!'}${name} && `,
  };
}

/** Widest literal: on a line with its declaration, on a line of its own. */
const INLINE_BITS = 4 * 32;
const LINE_BITS = 4 * 64;

/** The decoder contents as one literal or, where that is too long, as lines of whole entries, last code first. */
function verilogTable(plan: MacroPlan): string {
  const { adcBits, outputBits, banks } = plan.shape;
  const entries = banks * 2 ** adcBits;
  const table = tableBits(plan);
  const literal = (from: number, count: number) => {
    const width = count * outputBits;
    const digits = BigInt.asUintN(width, table >> BigInt(from * outputBits)).toString(16);
    return `${width}'h${digits.padStart(Math.ceil(width / 4), '0')}`;
  };
  if (entries * outputBits <= INLINE_BITS) return literal(0, entries);
  const entriesOfLine = 2 ** Math.floor(Math.log2(LINE_BITS / outputBits));
  const lines: string[] = [];
  for (let from = 0; from < entries; from += entriesOfLine) {
    lines.unshift(literal(from, Math.min(entriesOfLine, entries - from)));
  }
  return `{\n        ${lines.join(',\n        ')}\n    }`;
}

/** Parameters of one module, their names aligned. */
function labelled(parameters: readonly Parameter[]) {
  const widest = Math.max(...parameters.map(({ name }) => name.length));
  return parameters.map((parameter) => ({ ...parameter, label: parameter.name.padEnd(widest) }));
}

/** Port declarations of the array, aligned. */
function declare(ports: readonly ArrayPort[]) {
  const range = (port: ArrayPort) => (port.range === undefined ? '' : `[${port.range}]`);
  const widest = Math.max(...ports.map((port) => range(port).length));
  return ports.map((port) => ({
    ...port,
    range: range(port),
    declaration: `${port.direction.padEnd(6)} wire ${range(port).padEnd(widest)} ${port.name}`,
  }));
}

/** Bus pins of one module, aligned; the widest range is [31:0]. */
function declarePins(pins: readonly BusPin[]) {
  return pins.map(({ name, direction, width, meaning }) => {
    const range = (width === 1 ? '' : `[${width - 1}:0]`).padEnd(6);
    return {
      name,
      meaning,
      declaration: `${direction.padEnd(6)} wire ${range} ${name}`,
      /** The testbench drives what the macro takes in. */
      testbench: direction === 'input' ? `reg  ${range} ${name} = ${width}'d0` : `wire ${range} ${name}`,
    };
  });
}

/** The chosen bus: pins of the macro, the other side of its adapter, and how the top level connects it. */
export function busView({ bus, reset }: Pick<MacroConfig, 'bus' | 'reset'>) {
  const { clocked, pins, title } = BUSES[bus];
  const shared = clocked ? ['clk_i', resetView(reset).name] : [];
  return {
    bus,
    busTitle: title,
    busPins: declarePins(pins),
    requestPins: declarePins(requestPins(bus)),
    writesAnsweredAtOnce: answersWritesAtOnce(bus),
    busConnections: [
      ...[...shared, ...pins.map(({ name }) => name)].map((name) => ({ name, net: name })),
      ...requestPins(bus).map(({ name }) => ({ name, net: name.replace(/_[io]$/, '') })),
    ],
    busMaster: `master_${bus}`,
  };
}

/** The outputs of the top level beside the bus; the last of them ends the list of ports. */
function outputsView(shape: MacroShape) {
  const status = statusPorts(shape);
  const values = valuePorts(shape);
  const last = [...status, ...values].at(-1);
  const declared = (port: OutputPort) => {
    const range = (port.range === undefined ? '' : `[${port.range}]`).padEnd('[2:0] '.length);
    return {
      declaration: `output wire ${range} ${port.name}`,
      comma: port === last ? '' : ',',
      meaning: port.meaning,
    };
  };
  return { statusPorts: status.map(declared), valuePorts: values.map(declared) };
}

/** What of the readout is text in the Verilog. */
function readoutView(shape: MacroShape) {
  const { module, moves, holds, decodes, showsAll } = readoutOf(shape);
  return {
    columnModule: module,
    /** Registers take over the step, or its value, rather than count. */
    followsStep: moves === 'follows',
    holdsValues: holds === 'value',
    stateWidth: holds === 'value' ? 'OUT_BITS' : 'ADC_BITS',
    decodesColumns: decodes === 'columns',
    decodesSteps: decodes === 'step',
    allColumns: showsAll,
  };
}

/** How a calibration of the trim rows by the macro itself stands in the way of starts, cells and word lines. */
function calibrationView(shape: MacroShape) {
  const { march, selfCalibrate } = shape;
  const passed = selfCalibrate ? 'asked_' : '';
  /** What goes to the array, or to the march that passes it on. */
  const calibratedPort = march ? 'cell' : 'mem';
  return {
    selfCalibrate,
    calibratedPort,
    /** What the registers drive at the cell port. */
    cellPort: selfCalibrate ? 'asked' : calibratedPort,
    cellsPassedOn: march || selfCalibrate,
    /** Where the starts of the bus go, and those of the input stream. */
    startPath: hasStreams(shape) ? 'bus_' : passed,
    streamedPath: passed,
    rowsDriven: selfCalibrate ? 'rows_i' : 'mac_i',
  };
}

/** The blocks of the top level by their role; those that a macro has. */
function blocksView(plan: MacroPlan) {
  const blocks = blocksOf(plan).map((block) => [block.role, block] as const);
  return Object.fromEntries(blocks) as Partial<Record<BlockName, Block>>;
}

/** What every template of a macro may ask for. */
export type MacroView = ReturnType<typeof macroView>;

/** All that the templates may ask for: strings and whole numbers, every choice already made. */
export function macroView(plan: MacroPlan) {
  const { shape, name, config } = plan;
  const number = (value: boolean) => Number(value);
  return {
    name,
    tool: TOOL,
    command: 'imcgen generate',
    configHash: configHash(plan).slice(0, 12),
    license: config.license,
    reset: resetView(config.reset),
    parameters: labelled(parametersOf(shape)),
    arrayParameters: labelled(arrayParametersOf(shape)),
    blocks: blocksView(plan),
    ...readoutView(shape),
    /** Numbers in a line of the trace. */
    traceFields: 10 + number(readoutOf(shape).showsAll) + number(shape.march) + number(hasStreams(shape)),
    falling: shape.ramp === 'falling',
    rampFalling: number(shape.ramp === 'falling'),
    earlyStop: number(shape.earlyStop),
    topK: shape.topK,
    /** Readout and ramp direction as the format register shows them. */
    readoutStyle: (formatWord(shape) >>> fieldOf('format', 'readout').lsb) & 7,
    march: shape.march,
    selfTest: shape.selfTest,
    /** Both, and the streams, as the format register shows them. */
    testModes: formatWord(shape) >>> fieldOf('format', 'march').lsb,
    ...calibrationView(shape),
    rows: shape.rows,
    columns: shape.columns,
    inputBits: shape.inputBits,
    inputSigned: number(shape.inputSigned),
    bitSerial: number(shape.inputCoding === 'bit_serial'),
    magnitudeBits: magnitudeBits(shape),
    trimRows: shape.trimRows,
    trimPulses: shape.trimPulses,
    headroom: shape.headroom,
    adcBits: shape.adcBits,
    banks: shape.banks,
    referenceColumns: shape.referenceColumns,
    referenceRows: shape.referenceRows,
    offsetRows: shape.offsetRows,
    referencePulses: shape.referencePulses,
    prechargeCycles: shape.prechargeCycles,
    macCycles: macCycles(shape),
    outputBits: shape.outputBits,
    outputSigned: number(shape.outputSigned),
    doubleBuffer: number(shape.doubleBuffer),
    columnWidth: bitsFor(shape.columns),
    bankWidth: bitsFor(shape.banks),
    rowWidth: rowWidth(shape),
    cellWordWidth: cellWordWidth(shape),
    inputWordWidth: bitsFor(Math.ceil(shape.rows / 4)),
    table: verilogTable(plan),
    identity: IDENTITY.toString(16),
    arrayPorts: declare(arrayPorts(shape)),
    powerPins: powerPins(config),
    ...busView(config),
    ...outputsView(shape),
    ...addressView(shape),
    ...streamView(shape),
    ...wideAccessView(shape),
    /** Ports of the streams on the top level, aligned. */
    streamPins: declarePins(streamPins(shape)),
  };
}
