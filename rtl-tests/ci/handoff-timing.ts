import type { Synthesis } from '../../generators/checks/synth/synth.js';
import { textTable } from '../../generators/command-line/report/table.js';
import { type Bus, macroSchema, type Readout } from '../../generators/macro/config/macro.js';
import { CONFIGURATIONS, type Configuration } from '../fixtures/configurations.js';

/** Part of the clock period that every 256 x 128 macro leaves at its default clock. */
export const LEAST_SLACK_SHARE = 0.05;

const BUSES = macroSchema.shape.bus.unwrap().options;
const READOUTS = macroSchema.shape.adc.shape.readout.unwrap().options;

/**
 * 256 x 128 with 4 bits, on every bus with every readout; or as few of these as have every bus and every readout
 * among them. The first is the macro whose whole hand-off is made.
 */
export function timedConfigurations(all: boolean): Configuration[] {
  const { config, levels } = CONFIGURATIONS.find((macro) => macro.config.name === 'demo')!;
  const pairs = BUSES.flatMap((bus, row) =>
    READOUTS.map((readout, column) => ({ bus, readout, needed: row % READOUTS.length === column })),
  );
  return pairs
    .filter(({ needed }) => all || needed)
    .map(({ bus, readout }) => ({
      name: `256 x 128, unsigned, 4 bits, ${readout}, ${bus}`,
      config: { ...config, name: `${readout}_${bus}`, bus, adc: { ...config.adc, readout } },
      levels,
    }));
}

/** What static timing says of one of them. */
export interface TimedMacro {
  readonly bus: Bus;
  readonly readout: Readout;
  readonly cells: number;
  readonly targetNs: number;
  readonly setupSlackNs: number;
  readonly shortestNs: number;
  readonly from: string;
  readonly to: string;
}

/** @throws where static timing was not run */
export function timedMacro({ plan, area, timing }: Synthesis): TimedMacro {
  if ('notRun' in timing) throw new Error(timing.notRun);
  const { targetNs, setupSlackNs, shortestNs, path } = timing;
  const { bus } = plan.config;
  const { readout } = plan.shape;
  const { from, to } = path;
  return { bus, readout, cells: area.total.cells, targetNs, setupSlackNs, shortestNs, from, to };
}

/** Whether it leaves as much of its period as it must. */
export function closes({ setupSlackNs, targetNs }: TimedMacro): boolean {
  return setupSlackNs >= LEAST_SLACK_SHARE * targetNs;
}

/** One line a macro, in the order of buses and readouts. */
export function timingTable(macros: readonly TimedMacro[]): string[] {
  const place = ({ bus, readout }: TimedMacro) =>
    READOUTS.length * BUSES.indexOf(bus) + READOUTS.indexOf(readout);
  return textTable(
    [
      ['', 'bus'],
      ['', 'readout'],
      ['', 'cells'],
      ['slack', 'ns'],
      ['of the', 'period'],
      ['at most', 'MHz'],
      ['', 'critical path'],
    ],
    [...macros]
      .sort((a, b) => place(a) - place(b))
      .map((macro) => [
        macro.bus,
        macro.readout,
        String(macro.cells),
        macro.setupSlackNs.toFixed(3),
        `${((100 * macro.setupSlackNs) / macro.targetNs).toFixed(1)} %`,
        (1000 / macro.shortestNs).toFixed(0),
        `${macro.from} to ${macro.to}`,
      ]),
    (column) => column <= 1 || column === 6,
  );
}
