import { rounded } from '../../common/figures.js';
import type { MacroConfig } from '../../macro/config/macro.js';
import type { Physical } from '../../macro/config/physical.js';
import { supplyPins } from '../../macro/config/supply-pins.js';
import { floorplanOf } from '../../macro/plan/floorplan.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { type ArrayPort, arrayPins, arrayPorts, powerPins } from '../rtl/ports.js';
import type { PackageFile } from '../text/contribution.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';

/** One `timing ()` group: a check or a delay, the same for every load and slew. */
interface Arc {
  readonly from: string;
  readonly type: string;
  readonly unate: readonly string[];
  readonly tables: readonly { readonly kind: string; readonly value: string }[];
}

function arc(from: string, type: string, kinds: Readonly<Record<string, number>>, unate: string[] = []): Arc {
  const tables = Object.entries(kinds).map(([kind, ns]) => ({ kind, value: String(ns) }));
  return { from, type, unate, tables };
}

function delay(from: string, type: string, ns: number, transitionNs: number, unate?: string[]): Arc {
  return arc(
    from,
    type,
    { cell_rise: ns, cell_fall: ns, rise_transition: transitionNs, fall_transition: transitionNs },
    unate,
  );
}

/** Times of the arcs: the config's own, or the budget that it grants the macro. */
interface Arcs extends Characterised {
  /** Before the falling clock, at which word lines open. */
  readonly wordLineSetupNs: number;
}
type Characterised = NonNullable<Physical['arcs']>;

function arcTimes({ physical, timing }: MacroConfig): Arcs {
  if (physical.arcs !== undefined) return { ...physical.arcs, wordLineSetupNs: physical.arcs.setupNs };
  const shareNs = rounded(timing.arrayShare * timing.clockNs, 6);
  return {
    setupNs: shareNs,
    wordLineSetupNs: 0,
    holdNs: 0,
    clockToDataNs: shareNs,
    clockToSenseNs: shareNs,
    senseToOutputNs: shareNs,
    transitionNs: 0,
  };
}

/** Pins that open word lines, in the low half of the clock: they must stand still by its falling edge. */
function opensWordLines({ name }: ArrayPort): boolean {
  return /^(rwl_|trim_rwl_|ref_)/.test(name);
}

function arcsOf(port: ArrayPort, times: Arcs): readonly Arc[] {
  if (port.name === 'clk_i') return [];
  if (port.direction === 'input') {
    const [edge, setupNs] = opensWordLines(port)
      ? (['falling', times.wordLineSetupNs] as const)
      : (['rising', times.setupNs] as const);
    const { holdNs } = times;
    return [
      arc('clk_i', `setup_${edge}`, { rise_constraint: setupNs, fall_constraint: setupNs }),
      arc('clk_i', 'hold_rising', { rise_constraint: holdNs, fall_constraint: holdNs }),
    ];
  }
  const { clockToDataNs, clockToSenseNs, senseToOutputNs, transitionNs } = times;
  if (port.name === 'mem_rdata_o') return [delay('clk_i', 'rising_edge', clockToDataNs, transitionNs)];
  return [
    delay('clk_i', 'rising_edge', clockToSenseNs, transitionNs),
    delay('sense_i', 'combinational', senseToOutputNs, transitionNs, ['positive_unate']),
  ];
}

function attributesOf(port: ArrayPort, { capacitance, supply }: Physical): string[] {
  const { inputPf, clockPf, loadPf } = capacitance;
  const { power, ground } = supplyPins(supply);
  const clock = port.name === 'clk_i';
  return [
    ...(port.range === undefined ? [] : [`bus_type : ${typeName(port.width)};`]),
    `direction : ${port.direction};`,
    ...(clock ? ['clock : true;'] : []),
    `related_power_pin : ${power};`,
    `related_ground_pin : ${ground};`,
    port.direction === 'input'
      ? `capacitance : ${clock ? clockPf : inputPf};`
      : `max_capacitance : ${loadPf};`,
  ];
}

function typeName(width: number): string {
  return `bits_${width}`;
}

/** Where the numbers come from: a reader must not take a budget for a measurement. */
function remarksOn({ physical, timing }: MacroConfig): readonly string[] {
  return [
    ...(physical.arcs === undefined
      ? [
          'BUDGET, NOT A CHARACTERISATION: the config gives no physical.arcs, so the arcs are the share of the',
          `clock that it grants the macro, timing.arrayShare ${timing.arrayShare} of ${timing.clockNs} ns.`,
        ]
      : ['Arcs: physical.arcs of the config, the same for every load and slew.']),
    'Word lines open while the clock is low: their pins are checked at its falling edge.',
    'Capacitances: physical.capacitance of the config. Area: outline of the LEF view, um2. No power.',
  ];
}

function typesOf(shape: MacroShape) {
  const vectors = arrayPorts(shape).filter(({ range }) => range !== undefined);
  const widths = [...new Set(vectors.map(({ width }) => width))].sort((a, b) => a - b);
  return widths.map((width) => ({ name: typeName(width), width, from: width - 1 }));
}

/** `views/<name>_array.lib`: pins, loads and arcs, by the config. */
export function libertyFile(plan: MacroPlan): PackageFile {
  const { shape, name } = plan;
  const { physical } = plan.config;
  const { widthNm, heightNm } = floorplanOf(shape, physical, arrayPins(shape));
  const times = arcTimes(plan.config);
  const file = `${name}_array.lib`;
  const text = render('views/array.lib', {
    header: headerLines(plan, file, 'pins and timing of the analog macro', ' * '),
    remarks: remarksOn(plan.config),
    name,
    volts: String(physical.supply.volts),
    celsius: String(physical.supply.celsius),
    area: String((widthNm * heightNm) / 1e6),
    types: typesOf(shape),
    power: powerPins(plan.config).map(({ name: supply, use }) => ({
      name: supply,
      type: `primary_${use}`,
      volts: use === 'power' ? String(physical.supply.volts) : '0',
    })),
    ports: arrayPorts(shape).map((port) => ({
      group: port.range === undefined ? 'pin' : 'bus',
      name: port.name,
      attributes: attributesOf(port, physical),
      arcs: arcsOf(port, times),
    })),
  });
  return { path: `views/${file}`, text };
}
