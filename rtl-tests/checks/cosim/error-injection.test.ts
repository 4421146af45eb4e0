import { describe, it } from 'vitest';
import { runVectors } from '../../../generators/checks/cosim/cosim.js';
import { scheduleOf } from '../../../generators/macro/plan/schedule.js';
import type { Bench } from '../../../generators/package/vectors/bench.js';
import { busScenario } from '../../../generators/package/vectors/bus-scenario.js';
import { resetTables } from '../../../generators/package/vectors/memory-scenario.js';
import {
  brokenReferences,
  conflicts,
  illegalCells,
  program,
  resetAnywhere,
  rewriteTables,
} from '../../../generators/package/vectors/scenario.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

/** What goes wrong around a macro, each to the last bit as the golden model has it. */
const INJECTIONS: Readonly<Record<string, (bench: Bench) => void>> = {
  'cells (1,1)': illegalCells,
  'reference sets that no plan would make, written at run time': brokenReferences,
  'tables, cells and references written while converting, starts that overrun': conflicts,
  'tables written between a conversion and its readout': rewriteTables,
  'accesses that stall, are given up, or meet a reset': busScenario,
  'reset while every entry of every table is another one': resetTables,
  'reset in every cycle of a conversion': (bench) => {
    const { plan } = bench;
    resetAnywhere(bench, scheduleOf(plan.shape, plan.layers[0]!.bits).total + 1);
  },
};

/** One macro of every readout, bus and reset style. */
const MACROS = (['readout', 'bus', 'reset'] as const)
  .flatMap((option) => {
    const values = [...new Set(MATRIX.map(({ row }) => row[option]))];
    return values.map((value) => MATRIX.find(({ row }) => row[option] === value && row.columns > 1)!);
  })
  .filter((macro, at, all) => all.indexOf(macro) === at);

describe.each(forEveryChange(MACROS, everyNth(6)))('$configuration.name', ({ configuration }) => {
  const plan = planOf(configuration);

  it.each(Object.entries(INJECTIONS))('%s', async (_, inject) => {
    const bench = newBench(plan, 9);
    program(bench);
    inject(bench);
    const result = await withPackage(plan, (folder) =>
      runVectors(plan, bench.stimulus.vectors(), { folder, simulator: 'icarus' }),
    );
    expectPassed(result);
  });
});
