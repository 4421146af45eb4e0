import * as z from 'zod';
import { list, section, within } from './fields.js';
import { supplyPin, supplyPins } from './supply-pins.js';
import type { MacroConfig } from './types.js';

/** Longest name of a layer or a device model. */
const LONGEST_NAME = 40;

/** A name that goes into LEF and SPICE text as it is. */
function nameOf(what: string, meaning: string) {
  return z
    .string()
    .max(LONGEST_NAME, { error: `has more than ${LONGEST_NAME} characters` })
    .regex(/^[A-Za-z][A-Za-z0-9_]*$/, {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not ${what}: letters, digits, underscores, a letter first`,
    })
    .describe(meaning);
}

const layer = (meaning: string) => nameOf('a layer name', meaning);

const cellSchema = section('one cell (I: 18 transistors at 4.4 um2, the density of a library flip-flop)', {
  widthUm: within(0.1, 100, 'pitch of the columns').default(10),
  heightUm: within(0.1, 100, 'pitch of the rows').default(8),
});

const PERIPHERY =
  'around the cells (I: transistors of the netlist at that density, and as much for decoders)';
const peripherySchema = section(PERIPHERY, {
  rowUm: within(0, 1000, 'width beside the cells: word line drivers, row decoder').default(30),
  columnUm: within(0, 1000, 'height below the cells: precharge, sharing, sense amplifiers').default(40),
});

/** Where pins of one direction lie: on tracks of a routing layer. */
const tracks = (name: string, pitchUm: number, offsetUm: number, widthUm: number, pins: string) =>
  section(`pins on the ${pins} edge`, {
    layer: layer('routing layer').default(name),
    pitchUm: within(0.01, 100, 'from track to track').default(pitchUm),
    offsetUm: within(0, 100, 'first track').default(offsetUm),
    widthUm: within(0.01, 100, 'width of a pin').default(widthUm),
  }).prefault({});

const lefSchema = section('layers, tracks and pins (F: metal stack of the osu018 library)', {
  gridUm: within(0.001, 1, 'manufacturing grid').default(0.05),
  horizontal: tracks('metal3', 1, 0.5, 0.3, 'left and right'),
  vertical: tracks('metal4', 0.8, 0.4, 0.3, 'upper and lower'),
  pinDepthUm: within(0.1, 100, 'length of a pin, from the edge inwards').default(1),
  power: section('straps of the supply', {
    layer: layer('layer of the straps of both supplies').default('metal5'),
    pitchUm: within(0.1, 10_000, 'from one strap of the power pin to the next').default(100),
    widthUm: within(0.01, 1000, 'width of a strap').default(4),
  }).prefault({}),
  blocked: list(layer('layer'), 0, 16)
    .default(['metal1', 'metal2'])
    .describe('layers that the macro uses all over'),
});

const devicesSchema = section('transistors of the netlist (F: names and sizes as in osu018)', {
  nmos: nameOf('a model name', 'model of the n-channel transistors').default('nfet'),
  pmos: nameOf('a model name', 'model of the p-channel transistors').default('pfet'),
  lengthUm: within(0.001, 100, 'shortest channel').default(0.2),
  widthUm: within(0.001, 100, 'narrowest channel; other widths are multiples').default(1),
});

const supplySchema = section(
  'supply pins, and the operating point of the Liberty view (F: osu018, typical)',
  {
    power: supplyPin('power'),
    ground: supplyPin('ground'),
    volts: within(0.1, 100, 'nominal, at the power pin').default(1.8),
    celsius: within(-273, 1000, 'temperature that the timing was taken at').default(25),
  },
);

const capacitanceSchema = section('of the pins (F: a gate or two of osu018; of the clock: I)', {
  inputPf: within(0, 1000, 'of every input but the clock').default(0.02),
  clockPf: within(0, 1000, 'of clk_i').default(0.5),
  loadPf: within(0, 1000, 'most load of an output').default(0.2),
});

const ARCS = 'characterised times; default: the budget of timing.arrayShare, which the Liberty view says';
const arcsSchema = section(ARCS, {
  setupNs: within(
    0,
    1000,
    'of every input before its clock edge: the falling one for word lines, else the rising',
  ),
  holdNs: within(0, 1000, 'of every input after the rising clock'),
  clockToDataNs: within(0, 1000, 'rising clock to mem_rdata_o'),
  clockToSenseNs: within(0, 1000, 'rising clock to sa_o'),
  senseToOutputNs: within(0, 1000, 'sense_i to sa_o'),
  transitionNs: within(0, 1000, 'of the outputs'),
});

/** Nanometres: whole numbers, so that positions on a grid stay on it. */
export function nanometres(um: number): number {
  return Math.round(um * 1000);
}

/**
 * The analog macro as layout and timing tools see it. Every default is that of an open 0.18 um
 * technology (F) or an estimate from its transistor density (I): to be replaced by those of the drawn
 * macro.
 */
export const physicalSchema = section('the analog macro as layout and timing tools see it', {
  cell: cellSchema.prefault({}),
  periphery: peripherySchema.prefault({}),
  lef: lefSchema.prefault({}),
  devices: devicesSchema.prefault({}),
  supply: supplySchema.prefault({}),
  capacitance: capacitanceSchema.prefault({}),
  arcs: arcsSchema.optional(),
}).superRefine((physical, context) => {
  for (const { at, message } of physicalFaults(physical)) {
    context.addIssue({ code: 'custom', path: [...at], message });
  }
});

interface Fault {
  readonly at: readonly string[];
  readonly message: string;
}

type PhysicalShape = Readonly<{
  cell: z.infer<typeof cellSchema>;
  supply: z.infer<typeof supplySchema>;
  lef: z.infer<typeof lefSchema>;
}>;

function physicalFaults({ cell, lef, supply }: PhysicalShape): Fault[] {
  return [...gridFaults(lef), ...pitchFaults(cell, lef), ...layerFaults(lef), ...supplyFaults(supply)];
}

/** Netlists take capitals for the same word. */
function supplyFaults(supply: PhysicalShape['supply']): Fault[] {
  const { power, ground } = supplyPins(supply);
  if (power.toLowerCase() !== ground.toLowerCase()) return [];
  const at = supply.ground === undefined ? 'power' : 'ground';
  return [
    { at: ['supply', at], message: `"${supply[at]}" names both supply pins, "${power}" and "${ground}"` },
  ];
}

/** Pins are centred on tracks, so half a width must lie on the grid as well. */
function gridFaults({ gridUm, horizontal, vertical, pinDepthUm, power }: PhysicalShape['lef']): Fault[] {
  const onGrid = (at: readonly string[], um: number, grids: number): Fault[] => {
    const step = grids * nanometres(gridUm);
    const multiple = nanometres(um) % step === 0 && Math.abs(um * 1000 - nanometres(um)) < 1e-6;
    return multiple ? [] : [{ at: ['lef', ...at], message: `${um} um is no multiple of ${step / 1000} um` }];
  };
  const directions = { horizontal, vertical } as const;
  return [
    ...Object.entries(directions).flatMap(([direction, { pitchUm, offsetUm, widthUm }]) => [
      ...onGrid([direction, 'pitchUm'], pitchUm, 1),
      ...onGrid([direction, 'offsetUm'], offsetUm, 1),
      ...onGrid([direction, 'widthUm'], widthUm, 2),
    ]),
    ...onGrid(['gridUm'], gridUm, 1),
    ...onGrid(['pinDepthUm'], pinDepthUm, 1),
    ...onGrid(['power', 'widthUm'], power.widthUm, 2),
  ];
}

function pitchFaults(cell: PhysicalShape['cell'], { horizontal, vertical, power }: PhysicalShape['lef']) {
  const faults: Fault[] = [];
  const refuse = (at: readonly string[], message: string) => faults.push({ at, message });
  for (const [direction, { pitchUm, widthUm, offsetUm }] of Object.entries({ horizontal, vertical })) {
    if (widthUm >= pitchUm) {
      refuse(['lef', direction, 'widthUm'], `${widthUm} um leaves no space at a pitch of ${pitchUm} um`);
    }
    if (offsetUm > pitchUm || 2 * offsetUm < widthUm) {
      const range = `${widthUm / 2}..${pitchUm} um`;
      refuse(['lef', direction, 'offsetUm'], `${offsetUm} um is outside ${range}: half a pin to one pitch`);
    }
  }
  if (cell.heightUm < 2 * horizontal.pitchUm) {
    const need = `two word line pins a row need ${2 * horizontal.pitchUm} um`;
    refuse(['cell', 'heightUm'], `${cell.heightUm} um is too low: ${need}`);
  }
  if (cell.widthUm < vertical.pitchUm) {
    const need = `an output pin a column needs ${vertical.pitchUm} um`;
    refuse(['cell', 'widthUm'], `${cell.widthUm} um is too narrow: ${need}`);
  }
  if (power.pitchUm < 4 * power.widthUm) {
    const need = `two straps of ${power.widthUm} um and as much space need ${4 * power.widthUm} um`;
    refuse(['lef', 'power', 'pitchUm'], `${power.pitchUm} um is too narrow: ${need}`);
  }
  return faults;
}

/** Pins of two directions, straps and blocked layers lie on top of each other. */
function layerFaults({ horizontal, vertical, power, blocked }: PhysicalShape['lef']): Fault[] {
  const seen = new Set([horizontal.layer]);
  const named: readonly (readonly [readonly string[], string])[] = [
    [['vertical', 'layer'], vertical.layer],
    [['power', 'layer'], power.layer],
    ...blocked.map((name, at) => [['blocked', String(at)], name] as const),
  ];
  return named.flatMap(([at, name]) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ at: ['lef', ...at], message: `"${name}" is named twice: every use has a layer of its own` }];
  });
}

export type Physical = MacroConfig['physical'];
