import type { Results } from '../../campaign/shards/merge.js';
import { mergedMonteCarlo } from '../../campaign/shards/montecarlo.js';
import { mergedQualification } from '../../campaign/shards/qualify.js';
import { InvalidInput } from '../../common/problems.js';
import { VERSION } from '../../common/version.js';
import { monteCarloJson, monteCarloText } from '../report/montecarlo.js';
import { qualificationJson, qualificationText } from '../report/qualify.js';

/** Reports of the commands that have shards. */
const REPORTS: Readonly<Record<string, (results: Results, json: boolean) => string>> = {
  montecarlo: (results, json) => (json ? monteCarloJson : monteCarloText)(mergedMonteCarlo(results)),
  qualify: (results, json) => (json ? qualificationJson : qualificationText)(mergedQualification(results)),
};

/**
 * What the command would have printed at once.
 *
 * @throws InvalidInput for results of a command that this version does not have
 */
export function mergedReport(results: Results, json: boolean): string {
  const { command } = results.campaign;
  const report = Object.hasOwn(REPORTS, command) ? REPORTS[command] : undefined;
  if (report !== undefined) return report(results, json);
  const message = `is of imcgen ${command}, which imcgen ${VERSION} cannot report`;
  throw new InvalidInput([
    { file: results.files[0]!, path: '', message, fix: 'Use the version that made it.' },
  ]);
}
