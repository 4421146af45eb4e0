import type { Results } from '../../campaign/shards/merge.js';
import { mergedMonteCarlo } from '../../campaign/shards/montecarlo.js';
import { mergedQualification } from '../../campaign/shards/qualify.js';
import { InvalidInput } from '../../common/problems.js';
import { VERSION } from '../../common/version.js';
import { monteCarloJson, monteCarloText } from '../report/montecarlo.js';
import { qualificationJson, qualificationText } from '../report/qualify.js';

/** A report for a person, and for a machine. */
interface MergedReport {
  readonly text: () => string;
  readonly json: () => string;
}

/** Reports of the commands that have shards. */
const REPORTS: Readonly<Record<string, (results: Results) => MergedReport>> = {
  montecarlo: (results) => {
    const run = mergedMonteCarlo(results);
    return { text: () => monteCarloText(run), json: () => monteCarloJson(run) };
  },
  qualify: (results) => {
    const found = mergedQualification(results);
    return { text: () => qualificationText(found), json: () => qualificationJson(found) };
  },
};

/**
 * What the command would have printed at once.
 *
 * @throws InvalidInput for results of a command that this version does not have
 */
export function mergedReport(results: Results): MergedReport {
  const { command } = results.campaign;
  const report = Object.hasOwn(REPORTS, command) ? REPORTS[command] : undefined;
  if (report !== undefined) return report(results);
  const message = `is of imcgen ${command}, which imcgen ${VERSION} cannot report`;
  throw new InvalidInput([
    { file: results.files[0]!.file, path: '', message, fix: 'Use the version that made it.' },
  ]);
}
