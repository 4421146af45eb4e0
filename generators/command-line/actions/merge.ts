import { mergedCapture } from '../../campaign/shards/capture.js';
import { CHIPS, mergedChips } from '../../campaign/shards/chips.js';
import { mergedComparison } from '../../campaign/shards/compare.js';
import { mergedCosim, type NamedVerdict } from '../../campaign/shards/cosim.js';
import { mergedEvaluation } from '../../campaign/shards/evaluate.js';
import { mergedFaults } from '../../campaign/shards/faults.js';
import { itemsOf, type Results } from '../../campaign/shards/merge.js';
import { mergedMonteCarlo } from '../../campaign/shards/montecarlo.js';
import { mergedQualification } from '../../campaign/shards/qualify.js';
import { mergedSweep } from '../../campaign/shards/sweep.js';
import { rowPasses } from '../../campaign/sweep/sweep.js';
import type { FaultResult } from '../../checks/faults/run.js';
import { InvalidInput } from '../../common/problems.js';
import { VERSION } from '../../common/version.js';
import { captureJson, captureText } from '../report/capture.js';
import { chipsJson, chipsText } from '../report/chips.js';
import { comparisonJson, comparisonText } from '../report/comparison.js';
import { evaluationJson, evaluationText } from '../report/evaluation.js';
import { faultJson, faultText } from '../report/faults.js';
import { monteCarloJson, monteCarloText } from '../report/montecarlo.js';
import { qualificationJson, qualificationText } from '../report/qualify.js';
import { sweepJson, sweepText } from '../report/sweep.js';
import { cosimJson, cosimText } from '../report/verdict.js';

/** A report for a person, and for a machine. */
interface MergedReport {
  readonly text: () => string;
  readonly json: () => string;
}

/** What is made of the results of a command that has shards. */
interface Reporter {
  /** `npy` is the folder that captured tensors are written into. */
  readonly report: (results: Results, npy?: string) => MergedReport;
  /** Whether a result is one that the command does not end with 1 for; left out where it never does. */
  readonly passes?: (item: never) => boolean;
}

const REPORTERS: Readonly<Record<string, Reporter>> = {
  capture: {
    report: (results, npy = 'in files of results') => {
      const captured = mergedCapture(results, npy);
      return { text: () => captureText(captured), json: () => captureJson(captured) };
    },
  },
  compare: {
    report: (results) => {
      const compared = mergedComparison(results);
      return { text: () => comparisonText(compared), json: () => comparisonJson(compared) };
    },
  },
  cosim: {
    report: (results) => {
      const runs = mergedCosim(results);
      return { text: () => cosimText(runs), json: () => cosimJson(runs) };
    },
    passes: ({ result }: NamedVerdict) => result.passed,
  },
  evaluate: {
    report: (results) => {
      const evaluated = mergedEvaluation(results);
      return { text: () => evaluationText(evaluated), json: () => evaluationJson(evaluated) };
    },
  },
  [CHIPS]: {
    report: (results) => {
      const tested = mergedChips(results);
      return { text: () => chipsText(tested), json: () => chipsJson(tested) };
    },
  },
  faults: {
    report: (results) => {
      const run = mergedFaults(results);
      return { text: () => faultText(run), json: () => faultJson(run) };
    },
    passes: (result: FaultResult) => ('kind' in result ? result.found === result.faults : result.passed),
  },
  montecarlo: {
    report: (results) => {
      const run = mergedMonteCarlo(results);
      return { text: () => monteCarloText(run), json: () => monteCarloJson(run) };
    },
  },
  qualify: {
    report: (results) => {
      const found = mergedQualification(results);
      return { text: () => qualificationText(found), json: () => qualificationJson(found) };
    },
  },
  sweep: {
    report: (results) => {
      const swept = mergedSweep(results);
      return { text: () => sweepText(swept), json: () => sweepJson(swept) };
    },
    passes: rowPasses,
  },
};

/**
 * What the command would have printed at once.
 *
 * @throws InvalidInput for results of a command that this version does not have
 */
export function mergedReport(results: Results, npy?: string): MergedReport {
  return reporterOf(results).report(results, npy);
}

/**
 * Whether the command would have ended with 0 for what was found.
 *
 * @throws InvalidInput for results of a command that this version does not have
 */
export function mergedPasses(results: Results): boolean {
  const { passes } = reporterOf(results);
  if (passes === undefined) return true;
  for (const item of itemsOf(results)) if (!passes(item as never)) return false;
  return true;
}

function reporterOf({ campaign: { command }, files }: Results): Reporter {
  const reporter = Object.hasOwn(REPORTERS, command) ? REPORTERS[command] : undefined;
  if (reporter !== undefined) return reporter;
  const message = `is of imcgen ${command}, which imcgen ${VERSION} cannot report`;
  throw new InvalidInput([{ file: files[0]!.file, path: '', message, fix: 'Use the version that made it.' }]);
}
