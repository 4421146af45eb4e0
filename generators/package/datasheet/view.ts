import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import { BitcellArray } from '../../macro/golden/array.js';
import { packReferences } from '../../macro/golden/pack.js';
import { registerAddress, sizeInUse } from '../../macro/plan/addresses.js';
import { packedColumns, packedRows } from '../../macro/plan/packed-words.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import type { RampPlan } from '../../macro/plan/ramp.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { resetWord } from '../../macro/plan/register-words.js';
import { fieldsInUse, REGIONS, REGISTERS, regionsOf, registersOf } from '../../macro/plan/registers.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import { fullScale, magnitudeBits, stepCapacity, stepRows } from '../../macro/plan/shape.js';
import { hasStreams, inputBeats, outputBeats, streamPeriod } from '../../macro/plan/streams.js';
import { bitRange, fieldText, RESET_STYLES } from '../documents/documents.js';
import { BUSES } from '../rtl/bus-ports.js';
import { parametersOf } from '../rtl/parameters.js';
import { arrayPorts, powerPins, statusPorts, valuePorts } from '../rtl/ports.js';
import { streamPins } from '../rtl/stream-ports.js';
import { resetView } from '../rtl/view.js';
import { headerLines } from '../text/header.js';
import { bitFields } from './bit-fields.js';
import { blockDiagram } from './block-diagram.js';
import { cellMap } from './cell-map.js';
import { whole as number, signed } from './chart.js';
import { conversionWave } from './conversion-wave.js';
import { errorChart, histogramChart, transferChart, wantedReferences } from './layer-charts.js';
import { isLive, MOST_LIVE_CELLS } from './live.js';
import { markup, prose } from './markup.js';
import { decisionsOf, rampChart } from './ramp-chart.js';
import type { Cycle, ReadResult, Recorded, RecordedCells } from './recorded.js';

/** What the page shows of the vectors. */
export interface Shown {
  readonly cells: RecordedCells;
  /** Conversions that the live section offers. */
  readonly kept: readonly Recorded[];
  /** The one whose diagrams are drawn. */
  readonly drawn: Recorded | undefined;
  /** Its cycles. */
  readonly cycles: readonly Cycle[];
}

/** All that the page says. */
export function datasheetView(plan: MacroPlan, shown: Shown) {
  const { name, shape, config, layers } = plan;
  return {
    name,
    tool: TOOL,
    header: headerLines(plan, `${name}: datasheet.html`, 'datasheet with figures and a live model', '  '),
    hash: configHash(plan).slice(0, 12),
    license: config.license,
    facts: factsOf(plan),
    summary: summaryOf(plan),
    blockDiagram: markup(blockDiagram(plan)),
    parameters: parametersOf(shape),
    ...pinsOf(plan),
    layers: layers.map((layer) => layerView(layer, plan)),
    banks: layers.map((layer) => bankView(layer, plan)),
    pulses: shape.referencePulses,
    pulsesText: shape.referencePulses === 1 ? 'one unit pulse' : `${shape.referencePulses} unit pulses`,
    schedules: Array.from({ length: shape.adcBits }, (_, at) => ({
      bits: at + 1,
      ...scheduleOf(shape, at + 1),
    })),
    stopsEarly: shape.earlyStop,
    overlaps: shape.doubleBuffer,
    ...conversionView(plan, shown),
    ...liveView(plan, shown),
    ...busView(plan),
    ...registersView(plan),
    origins: layers.map((layer) => originView(layer, plan)),
  };
}

const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

function factsOf({ shape, config, schedule }: MacroPlan) {
  const { rows, columns, adcBits, inputBits, inputSigned, outputBits, outputSigned, readout, ramp } = shape;
  const sign = (yes: boolean) => (yes ? 'signed' : 'unsigned');
  const cycles =
    schedule.fewest === schedule.total
      ? `${schedule.total} cycles`
      : `${schedule.fewest} .. ${schedule.total} cycles`;
  return [
    { label: 'Array', value: `${rows} × ${columns}`, note: 'ternary cells, rows × columns' },
    {
      label: 'Inputs',
      value: `${inputBits} bit`,
      note: `${sign(inputSigned)}, ${shape.inputCoding === 'pwm' ? 'pulse width' : 'bit serial'}`,
    },
    {
      label: 'Converter',
      value: adcBits === 1 ? '1 bit' : `1 .. ${adcBits} bit`,
      note: `nonlinear ${ramp} ramp, ${readout.replace('_', ' ')}`,
    },
    {
      label: 'Results',
      value: `${outputBits} bit`,
      note: `${sign(outputSigned)}, ${many(shape.banks, 'table')}`,
    },
    { label: 'Conversion', value: cycles, note: `all columns at once, at ${many(adcBits, 'bit')}` },
    {
      label: 'Bus',
      value: BUSES[config.bus].title,
      note: hasStreams(shape) ? 'and AXI4-Stream' : '32-bit words',
    },
  ];
}

function summaryOf({ shape }: MacroPlan): string[] {
  const { rows, columns, referenceColumns, referenceRows, banks } = shape;
  const n = magnitudeBits(shape);
  const clips =
    shape.headroom < fullScale(shape)
      ? `A line clips at ${shape.headroom} u.`
      : `A line discharges at most ${fullScale(shape)} u and never clips.`;
  return [
    `${rows} inputs drive the word lines of ${rows} × ${columns} ternary cells. In each column the pulses of the cells that conduct add up on two bitlines; their difference is the multiply-accumulate result (MAC), a whole number of unit discharges u. One u is what one conducting cell takes off a bitline in one pulse. An input has ${n === 1 ? 'one bit' : `${n} bits`} of magnitude. ${clips}`,
    `Reference cells of the same kind, ${many(banks, 'bank')} of ${referenceRows} × ${referenceColumns}, make a ramp. Sense amplifiers compare every column with it at each step. The code of a column is the number of references at or below its MAC, and a table decodes the code to a value. References and tables are memory, so the transfer curve can be rewritten.`,
    readoutOf(shape).showsAll
      ? 'Values are read over the bus, and those of all columns stand on the pins y_o at once.'
      : 'Codes and values are read over the bus.',
  ];
}

function pinsOf({ shape, config }: MacroPlan) {
  const ranged = (name: string, width: number) => (width === 1 ? name : `${name}[${width - 1}:0]`);
  const reset = RESET_STYLES[config.reset];
  const widths = new Map([
    ['phase_o', 3],
    ['y_o', shape.columns * shape.outputBits],
  ]);
  const output = ({ name, meaning }: { readonly name: string; readonly meaning: string }) => ({
    pin: ranged(name, widths.get(name) ?? 1),
    direction: 'output',
    meaning: meaning || 'interrupt: a level',
  });
  const group = (title: string, pins: readonly { pin: string; direction: string; meaning: string }[]) => ({
    title,
    pins,
  });
  const bus = ({ name, width, direction, meaning }: (typeof BUSES)['apb']['pins'][number]) => ({
    ...{ pin: ranged(name, width), direction, meaning },
  });
  const streams = streamPins(shape).map(bus);
  return {
    pinGroups: [
      group('Clock and reset', [
        { pin: 'clk_i', direction: 'input', meaning: 'clock, rising edge' },
        { pin: resetView(config.reset).name, direction: 'input', meaning: `reset, ${reset}` },
      ]),
      group(BUSES[config.bus].title, BUSES[config.bus].pins.map(bus)),
      ...(streams.length > 0 ? [group('AXI4-Stream', streams)] : []),
      group('Status and results', [...statusPorts(shape), ...valuePorts(shape)].map(output)),
      group(
        'Supply, where USE_POWER_PINS is defined',
        powerPins(config).map(({ name, meaning }) => ({ pin: name, direction: 'inout', meaning })),
      ),
    ],
    arrayPins: arrayPorts(shape).map(({ name, width, direction, meaning }) => ({
      ...{ pin: ranged(name, width), direction, meaning },
    })),
  };
}

function layerView(layer: LayerPlan, plan: MacroPlan) {
  const { name, bank, bits, unitActivation, ramp, table, referenceErrors, error } = layer;
  const levels = plan.levels[bank]!;
  const wanted = wantedReferences(layer);
  const worst = Math.max(...referenceErrors.map(Math.abs));
  const histogram = levels.histogram && histogramChart(layer, plan, levels.histogram);
  const rms = Math.sqrt(referenceErrors.reduce((sum, one) => sum + one * one, 0) / referenceErrors.length);
  return {
    ...{ name, bank, bits },
    isOneBit: bits === 1,
    isShort: table.entries.length <= 16,
    unitActivation: signed(unitActivation),
    outputScale: signed(table.outputScale),
    worst: signed(worst),
    rms: signed(rms),
    transfer: markup(transferChart(layer, plan)),
    errors: markup(errorChart(layer, plan)),
    histogram: markup(histogram?.svg ?? ''),
    hasCut: (histogram?.cut ?? 0) > 0,
    cut: signed(100 * (histogram?.cut ?? 0)),
    hasError: error !== undefined,
    idealError: signed(error?.ideal ?? 0),
    realisedError: signed(error?.realised ?? 0),
    codes: table.entries.map((entry, code) => ({
      code,
      wanted: code === 0 ? '' : signed(wanted[code - 1]!),
      reference: code === 0 ? '' : number(ramp.references[code - 1]!),
      error: code === 0 ? '' : signed(referenceErrors[code - 1]!),
      cells: code === 0 ? '' : number(ramp.stepCells[code - 1]!),
      value: number(entry),
      activation: signed(entry * table.outputScale),
      output: signed(levels.outputs[code]!),
    })),
  };
}

function bankView({ name, bank, bits, ramp }: LayerPlan, { shape }: MacroPlan) {
  const cells = packReferences(ramp, shape);
  const ones = cells.reduce((sum, cell) => sum + cell, 0);
  const capacity = stepCapacity(shape, bits);
  const label =
    `Reference cells of bank ${bank}, layer ${name}: ${ones} of ${cells.length} cells store 1. ` +
    `Offset group: ${ramp.offsetCells}. Steps: ${ramp.stepCells.join(', ')}.`;
  return {
    ...{ name, bank, ones, bits },
    all: cells.length,
    offsetCells: ramp.offsetCells,
    fullest: Math.max(...ramp.stepCells),
    capacity,
    rowsOfGroup: many(stepRows(shape), 'row'),
    map: markup(cellMap(label, cells, shape)),
  };
}

const MOST_DRAWN_COLUMNS = 3;

/** Columns within the ramp first, from the largest MAC down: they show where it passes. */
function columnsShown(results: readonly ReadResult[], macs: Int32Array, { references }: RampPlan): number[] {
  const inside = (column: number) => macs[column]! >= references[0]! && macs[column]! < references.at(-1)!;
  return results
    .map(({ column }) => column)
    .sort((a, b) => Number(inside(b)) - Number(inside(a)) || macs[b]! - macs[a]!)
    .slice(0, MOST_DRAWN_COLUMNS);
}

function conversionView(plan: MacroPlan, { cells, drawn, cycles }: Shown) {
  const { shape, layers } = plan;
  if (drawn === undefined || cycles.length === 0) {
    return {
      hasConversion: false,
      conversion: { number: 0, bank: 0, bits: 0, layer: '', cycles: 0, results: [], more: '' },
      firstColumn: 0,
      wave: markup(''),
      ramp: markup(''),
    };
  }
  const layer = layers[drawn.bank]!;
  const array = new BitcellArray(shape);
  array.load(cells);
  array.loadTrim({ plus: cells.trimPlus, minus: cells.trimMinus });
  const macs = array.mac(Int32Array.from(drawn.inputs));
  const scale = layer.table.outputScale;
  const byColumn = [...drawn.results].sort((a, b) => a.column - b.column);
  const results = byColumn.map(({ column, code, value }) => ({
    ...{ column, code, value: number(value), mac: number(macs[column]!) },
    activation: signed(value * scale),
  }));
  // Columns with different values tell more than those that are alike.
  const different = drawn.results.filter(
    ({ value }, at) => drawn.results.findIndex((other) => other.value === value) === at,
  );
  const columns = columnsShown(different, macs, layer.ramp);
  const about = `Conversion ${drawn.number + 1} of the vectors, bank ${drawn.bank}, ${many(drawn.bits, 'bit')}`;
  const outcome = results
    .map((one) => `column ${one.column}: MAC ${one.mac} u, value ${one.value}`)
    .join('; ');
  const { ramp } = layer;
  return {
    hasConversion: true,
    conversion: {
      ...{ number: drawn.number + 1, bank: drawn.bank, bits: drawn.bits, layer: layer.name, results },
      cycles: cycles.filter(({ phase }) => phase !== 'idle').length,
      more: readoutOf(shape).holds === 'value' ? 'This readout keeps values only, so codes read 0.' : '',
    },
    firstColumn: columns[0]!,
    wave: markup(conversionWave(`${about}: ${outcome}.`, cycles, columns.slice(0, 2), shape)),
    ramp: markup(
      rampChart(
        `Ramp of the same conversion; ${outcome}.`,
        ramp.references,
        -shape.referencePulses * ramp.offsetCells,
        columns.map((column) => ({
          name: `column ${column}: ${number(macs[column]!)} u`,
          mac: macs[column]!,
          decisions: decisionsOf(cycles, column, drawn.bits, shape),
        })),
        shape.ramp === 'falling',
      ),
    ),
  };
}

function liveView({ shape, layers }: MacroPlan, { kept, drawn }: Shown) {
  const most = 2 ** magnitudeBits(shape) - 1;
  return {
    isLive: isLive(shape),
    mostLiveCells: MOST_LIVE_CELLS,
    cellCount: shape.rows * shape.columns,
    live: {
      conversions: kept.map(({ number: at, bank, bits }, index) => ({
        index,
        isDrawn: at === drawn?.number,
        label: `${at + 1}: bank ${bank}, ${many(bits, 'bit')}`,
      })),
      lastRow: shape.rows - 1,
      lastColumn: shape.columns - 1,
      banks: layers.map(({ bank, name }) => ({ bank, name })),
      widths: Array.from({ length: shape.adcBits }, (_, at) => at + 1),
      leastInput: shape.inputSigned ? -most - 1 : 0,
      mostInput: most,
      pulses: shape.referencePulses,
    },
  };
}

function busView({ config, shape }: MacroPlan) {
  const { title, pace, refusal, abort } = BUSES[config.bus];
  const streams = hasStreams(shape);
  return {
    bus: { title, pace: prose(pace), refusal: prose(refusal), abort: prose(abort) },
    packed: shape.packedWords,
    packedRows: packedRows(shape),
    packedColumns: packedColumns(shape),
    streams,
    stream: {
      inputBytes: streams ? shape.streams.inputBytes : 0,
      outputBytes: streams ? shape.streams.outputBytes : 0,
      inputBeats: streams ? inputBeats(shape) : 0,
      outputBeats: streams ? outputBeats(shape) : 0,
      periods: streams
        ? Array.from({ length: shape.adcBits }, (_, at) => ({
            bits: at + 1,
            period: streamPeriod(shape, at + 1),
            conversion: scheduleOf(shape, at + 1).total,
          }))
        : [],
    },
  };
}

/** `0x2_0000`, the way Verilog groups digits. */
function hex(address: number): string {
  const digits = address.toString(16).padStart(5, '0');
  return `0x${digits.slice(0, -4)}_${digits.slice(-4)}`;
}

function registersView({ shape }: MacroPlan) {
  const registers = registersOf(shape);
  return {
    regions: regionsOf(shape).map((region) => ({
      region,
      address: hex(REGIONS[region].base),
      size: `0x${sizeInUse(shape, region).toString(16)}`,
      meaning: REGIONS[region].meaning,
    })),
    registers: registers.map((register) => {
      const { access, meaning } = REGISTERS[register];
      const fields = fieldsInUse(shape, register);
      const reset = `0x${resetWord(shape, register).toString(16).padStart(8, '0')}`;
      const said = fields.map((field) => `${bitRange(field)} ${field.name}`).join(', ');
      return {
        ...{ register, access, meaning, reset, address: hex(registerAddress(register)) },
        drawing: markup(bitFields(`Bits of ${register}: ${said}.`, fields)),
        fields: fields.map((field) => ({
          ...{ name: field.name, bits: bitRange(field), access: field.access, meaning: fieldText(field) },
        })),
      };
    }),
  };
}

function originView({ name, bank, bits }: LayerPlan, { config, levels }: MacroPlan) {
  const { provenance, histogram } = levels[bank]!;
  return {
    ...{ name, bank, bits },
    file: config.layers[bank]!.levels,
    method: provenance?.method ?? 'not recorded',
    tool: provenance?.tool ?? 'not recorded',
    source: provenance?.source ?? 'not recorded',
    samples: String(
      provenance?.samples ?? histogram?.counts.reduce((sum, count) => sum + count, 0) ?? 'not recorded',
    ),
  };
}
