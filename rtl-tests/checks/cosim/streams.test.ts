import { describe, expect, it } from 'vitest';
import { cosimOverride, runVectors } from '../../../generators/checks/cosim/cosim.js';
import { OVERRIDES } from '../../../generators/checks/cosim/overrides.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import { userOf } from '../../../generators/macro/golden/streams.js';
import type { StartedConversion } from '../../../generators/macro/golden/trace.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import {
  fieldBytes,
  fieldsOfBeat,
  hasStreams,
  inputBeats,
  outputBeats,
  type StreamShape,
  streamPeriod,
} from '../../../generators/macro/plan/streams.js';
import { program } from '../../../generators/package/vectors/scenario.js';
import {
  drain,
  enable,
  type StreamBench,
  send,
  streamBench,
} from '../../../generators/package/vectors/stream-scenario.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { forEveryChange, itLong } from '../../fixtures/every-change.js';
import { FEW, STREAMED } from '../../fixtures/matrix.js';
import { withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

const byName = (name: string) => CONFIGURATIONS.find(({ config }) => config.name === name)!;

/** A configuration with streams, and what else it changes of the converter. */
function withStreams(name: string, inputBytes: 8 | 16, outputBytes: 4 | 8, adc = {}): MacroPlan {
  const { config, levels, ...rest } = byName(name);
  const streams = { inputBytes, outputBytes };
  return planOf({ ...rest, levels, config: { ...config, adc: { ...config.adc, ...adc }, streams } });
}

/** A programmed macro whose data path the streams have. */
function streaming(plan: MacroPlan): StreamBench {
  const bench = streamBench(newBench(plan, 5))!;
  program(bench);
  enable(bench, true);
  return bench;
}

const gaps = (cycles: readonly number[]) => cycles.slice(1).map((cycle, at) => cycle - cycles[at]!);

async function onIcarus(plan: MacroPlan, bench: StreamBench) {
  const vectors = bench.stimulus.vectors();
  const result = await withPackage(plan, (folder) =>
    runVectors(plan, vectors, { folder, simulator: 'icarus' }),
  );
  expectPassed(result);
  return vectors;
}

/** The cycles in which conversions begin, and in which the last beats of their results leave, at a width. */
function paceAt(bench: StreamBench, bits: number, vectors = 8) {
  const { partners, stimulus } = bench;
  const begun = stimulus.machine.conversions;
  const left = partners.results.length;
  send(
    bench,
    Array.from({ length: vectors }, () => ({ bank: 0, bits })),
  );
  drain(bench);
  const last = partners.results.slice(left).filter(({ beat }) => beat.last);
  expect(last).toHaveLength(vectors);
  return {
    starts: stimulus
      .vectors()
      .conversions.slice(begun)
      .map(({ firstCycle }) => firstCycle),
    ends: last.map(({ cycle }) => cycle),
  };
}

describe.each(forEveryChange(STREAMED, (macro) => FEW.has(macro)))(
  '$configuration.name',
  ({ configuration }) => {
    const plan = planOf(configuration);
    const shape = plan.shape as StreamShape;

    it('repeats with the longest of conversion, input beats and output beats, in golden model and RTL', async () => {
      const bench = streaming(plan);
      for (let bits = 1; bits <= shape.adcBits; bits++) {
        const { starts, ends } = paceAt(bench, bits);
        const period = streamPeriod(shape, bits);
        // The first results meet an empty output port; from then on all wait for the slowest.
        for (const steady of [gaps(starts).slice(2), gaps(ends).slice(2)]) {
          if (shape.earlyStop) expect(Math.max(...steady)).toBeLessThanOrEqual(period);
          else expect(new Set(steady)).toEqual(new Set([period]));
        }
        const fewest = Math.max(inputBeats(shape), outputBeats(shape));
        expect(Math.min(...gaps(ends).slice(2))).toBeGreaterThanOrEqual(fewest);
      }
      await onIcarus(plan, bench);
    }, 120_000);

    it('gives one result for every vector, in order, under any pauses of both sides', () => {
      const bench = streaming(plan);
      const { partners, random, stimulus } = bench;
      const pause = () => (random.next() < 0.5 ? 0 : random.whole(0, 9));
      partners.stall = pause;
      const sent = Array.from({ length: 20 }, () => {
        const { bank, bits } = plan.layers[random.whole(0, plan.layers.length - 1)]!;
        return { bank, bits };
      });
      send(bench, sent, pause);
      drain(bench);
      const beats = outputBeats(shape);
      const { conversions } = stimulus.vectors();
      expect(conversions.map(({ bank, bits }) => ({ bank, bits }))).toEqual(sent);
      const results = partners.results.map(({ beat }) => beat);
      expect(results.map(({ user }) => user)).toEqual(
        sent.flatMap((start) => Array(beats).fill(userOf(start))),
      );
      expect(results.map(({ last }) => last)).toEqual(
        sent.flatMap(() => Array.from({ length: beats }, (_, beat) => beat === beats - 1)),
      );
      if (shape.earlyStop && shape.ramp === 'falling') return; // columns that it has not found have other codes
      conversions.forEach((conversion, at) => {
        const left = results.slice(at * beats, (at + 1) * beats);
        expect(valuesOf(left, shape)).toEqual(expected(plan, conversion));
      });
    });
  },
);

/** The fields of a result vector, as numbers. */
function valuesOf(beats: readonly { readonly data: Uint8Array }[], shape: StreamShape): number[] {
  const bytes = fieldBytes(shape);
  const fields = beats.flatMap(({ data }) => {
    const view = new DataView(data.buffer, data.byteOffset);
    return Array.from({ length: fieldsOfBeat(shape) }, (_, field) => {
      if (bytes === 2)
        return shape.outputSigned ? view.getInt16(2 * field, true) : view.getUint16(2 * field, true);
      return shape.outputSigned ? view.getInt8(field) : view.getUint8(field);
    });
  });
  expect(fields.slice(shape.columns)).toEqual(fields.slice(shape.columns).map(() => 0));
  return fields.slice(0, shape.columns);
}

/** What the levels of a layer make of the sums of a conversion. */
function expected(plan: MacroPlan, { macs, bank }: StartedConversion): number[] {
  const { ramp, table } = plan.layers[bank]!;
  return Array.from(
    macs,
    (mac) => table.entries[ramp.references.filter((reference) => mac >= reference).length]!,
  );
}

describe('256 x 128, 6-bit inputs', () => {
  it('16 bytes in and 8 out at 3 bits and two pulses a step: 24 cycles a conversion', () => {
    const plan = withStreams('demo', 16, 8, { reference: { pulses: 2, rows: 256, columns: 16 } });
    const bench = streaming(plan);
    expect(new Set(gaps(paceAt(bench, 3).starts).slice(2))).toEqual(new Set([24]));
    expect(new Set(gaps(paceAt(bench, 4).starts).slice(2))).toEqual(new Set([40]));
  });

  itLong(
    'the RTL as well',
    async () => {
      const plan = withStreams('demo', 16, 8);
      const bench = streaming(plan);
      expect(new Set(gaps(paceAt(bench, 3).starts).slice(2))).toEqual(new Set([17]));
      await onIcarus(plan, bench);
    },
    180_000,
  );
});

describe('parameters overridden at instantiation', () => {
  it.each(
    forEveryChange(
      OVERRIDES.filter(({ shape }) => shape.doubleBuffer !== false),
      (_, at) => at < 1,
    ),
  )(
    '$name',
    async ({ shape }) => {
      const options = { seed: 11, conversions: 8, simulator: 'icarus' } as const;
      const plan = withStreams('fine', 8, 8);
      expect(hasStreams(plan.shape)).toBe(true);
      const result = await withPackage(plan, (folder) => cosimOverride(folder, shape, options));
      expect(result.mismatches.map(describeMismatch)).toEqual([]);
      expect(result.passed).toBe(true);
    },
    120_000,
  );
});
