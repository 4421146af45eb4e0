import type { Edit, Resimulation, Verification } from '../../checks/maintain/verify.js';
import { describeProblem } from '../../common/problems.js';
import { verdictJson, verdictText } from './verdict.js';

/** Names that are worth showing of a long list. */
const MOST_SHOWN = 20;

/** What `imcgen verify` found, file by file, the verdict of the simulation, if there was one, last. */
export function verificationText(verification: Verification, simulation: Resimulation | undefined): string {
  const { folder, manifest, edits, missing, added, problems, otherwiseNow, plan } = verification;
  const files = Object.keys(manifest.files).length;
  const asGenerated = files - edits.length - missing.length;
  const lines = [
    `${folder}: ${manifest.macro}, made by ${manifest.tool}: ${asGenerated} of ${files} files as generated`,
    ...edits.flatMap(editLines),
    ...missing.map((file) => `  missing  ${file}`),
    ...shortened(added).map((file) => `  added    ${file}`),
    ...versionLines(otherwiseNow),
    ...problems.map((problem) => indent(describeProblem(problem))),
    ...(plan === undefined ? ['  not simulated: config and levels no longer tell what it should do'] : []),
  ];
  return `${lines.join('\n')}\n${simulation === undefined ? '' : simulationText(simulation)}`;
}

/** The same for machines; `passed` is what the exit code says. */
export function verificationJson(verification: Verification, simulation: Resimulation | undefined): string {
  const { plan: _, ...files } = verification;
  const verdict = simulation === undefined || 'problems' in simulation ? simulation : verdictJson(simulation);
  const passed = verification.intact && simulation?.passed !== false;
  return `${JSON.stringify({ passed, ...files, simulation: verdict ?? null }, null, 2)}\n`;
}

function editLines({ path, first, commentsOnly, sealed }: Edit): string[] {
  const remarks = [
    ...(first === undefined ? [] : [`line ${first.line}`]),
    ...(commentsOnly ? ['comments only'] : []),
    ...(sealed ? ['its hash in the manifest changed with it'] : []),
  ];
  const head = `  edited   ${path}${remarks.length > 0 ? `: ${remarks.join(', ')}` : ''}`;
  if (first === undefined) return [head];
  // Indentation is worth showing where nothing else differs.
  const trims = first.was?.trim() !== first.is?.trim();
  const text = (line: string | undefined) => quoted(trims ? line?.trim() : line);
  return [head, `           was  ${text(first.was)}`, `           is   ${text(first.is)}`];
}

function quoted(line: string | undefined): string {
  if (line === undefined) return '(end of file)';
  if (line === '') return '(empty line)';
  const text = JSON.stringify(line).slice(1, -1);
  return text.length <= 64 ? text : `${text.slice(0, 60)} ...`;
}

function versionLines(files: readonly string[] | undefined): string[] {
  if (files === undefined) return [];
  if (files.length === 0) return ['  this version writes the same files, the version in their headers aside'];
  return ['  this version writes otherwise:', ...shortened(files).map((file) => `           ${file}`)];
}

function simulationText(simulation: Resimulation): string {
  if (!('problems' in simulation)) return verdictText('as it is', simulation);
  return `FAIL to compile\n${simulation.problems.map((problem) => `${indent(describeProblem(problem))}\n`).join('')}`;
}

function shortened(names: readonly string[]): string[] {
  if (names.length <= MOST_SHOWN) return [...names];
  return [...names.slice(0, MOST_SHOWN), `.. and ${names.length - MOST_SHOWN} more`];
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
