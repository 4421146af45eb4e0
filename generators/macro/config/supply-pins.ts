import * as z from 'zod';
import { reservedIn } from './reserved-words.js';

/** Names of the supply pins where a config gives none. */
export const SUPPLY_PINS = { power: 'VDD', ground: 'VSS' } as const;

const LONGEST_NAME = 40;

/**
 * Words of the modules that have supply pins: top level and array in its three views. In lower case, because
 * netlists take capitals for the same word.
 */
const TAKEN_IN_VERILOG = new Set(
  `above addr apart at b bank banks bits blackbox blocks both c calibration cells clips code cols
  column columns converted converting crossed cycle data discharge draw drive driven eighth entries
  error even every exists falling few fields first four fourth fresh g group groups half headroom
  hidden hold i k lane lanes last level limited lines load mac macs march middle minus missing n
  narrow needed old ones other over p part place power_up precharge pulse pulsed pulses q queued r
  ramp random rdata refuse refused req rest result room row rows rule rwl sa scatter seed sense share
  slice slot start state step straight strb strobe strobes sums threshold trim unknown unused
  unused_power updated value w wdata we weights widened word write written zero`.split(/\s+/),
);

/** Ports and registers. */
const ENDS_AS_SIGNAL = /_[ioq]$/;

/** What a name of several words has to contain: so far, no other one of the macro does. */
const SAYS_SUPPLY = /v(dd|ss|cc|ee)|gnd|pwr|power|ground|supply/;

/** Nets of the netlist's top level. */
const TAKEN_IN_NETLIST =
  /^(preb|sclkb?|clkb|shq|shn|shb?|swapb|refp|refn|e?t|(e?[pnw]|wr|sel|bl[pn]b?|rblb?)\d+(_\d+)?)$/;

/** Why a name cannot be that of a supply pin, or undefined where it can. */
export function supplyPinFault(name: string): string | undefined {
  const shown = JSON.stringify(name.length > 2 * LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}..` : name);
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    return `${shown} is not a pin name: letters, digits, underscores, a letter first`;
  }
  if (name.length > LONGEST_NAME) {
    return `${shown} has ${name.length} characters, at most ${LONGEST_NAME} are allowed`;
  }
  const word = name.toLowerCase();
  const language = reservedIn(name) ?? reservedIn(word);
  if (language !== undefined) return `${shown} is a reserved word of ${language}`;
  const taken = TAKEN_IN_VERILOG.has(word) || ENDS_AS_SIGNAL.test(word) || TAKEN_IN_NETLIST.test(word);
  if (taken) return `${shown} has another use in the macro`;
  if (word.includes('_') && !SAYS_SUPPLY.test(word)) {
    return `${shown} does not say that it is a supply: vdd, vss, vcc, vee, gnd, pwr, power, ground or supply`;
  }
  return undefined;
}

/** The name of a supply pin in every view; left out, {@link SUPPLY_PINS}. */
export function supplyPin(use: keyof typeof SUPPLY_PINS) {
  return z
    .string()
    .superRefine((name, context) => {
      const message = supplyPinFault(name);
      const fix = `Use a name that the macro does not have, such as "${use === 'power' ? 'VPWR' : 'VGND'}".`;
      if (message !== undefined) context.addIssue({ code: 'custom', message, params: { fix } });
    })
    .meta({ pattern: '^[A-Za-z][A-Za-z0-9_]*$', maxLength: LONGEST_NAME })
    .optional()
    .describe(`name of the ${use} pin in every view; default: ${SUPPLY_PINS[use]}`);
}

/** Names of both supply pins of a config. */
export function supplyPins(given: {
  readonly power?: string | undefined;
  readonly ground?: string | undefined;
}) {
  return { power: given.power ?? SUPPLY_PINS.power, ground: given.ground ?? SUPPLY_PINS.ground };
}
