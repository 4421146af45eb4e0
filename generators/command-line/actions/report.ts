import { requireOneStdin, STDIN } from '../../common/files/input.js';
import { requireWritable } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { InvalidInput, type Problem } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { datasheetOf } from '../../package/datasheet/datasheet.js';
import { packageFiles } from '../../package/package.js';
import type { Document } from '../../package/pages/document.js';
import { htmlOf } from '../../package/pages/html.js';
import { jsonOf } from '../../package/pages/json.js';
import { markdownOf } from '../../package/pages/markdown.js';
import { macrosDocument } from '../pages/macros.js';
import { measuredSections } from '../pages/measured.js';
import { networkDocument } from '../pages/network.js';
import { pdfOf, printer } from '../pages/pdf.js';
import { type Filed, type Results, readResults } from '../pages/results.js';
import { type NamedMacro, type Subject, subjectOf } from '../pages/subject.js';

/** A page that is ready to be written in any form. */
export interface Report {
  readonly document: Document;
  /** Elements at the end of its HTML. */
  readonly scripts: string;
}

/** Forms of a report, by the end of the name of their files. */
export const FORMS = ['html', 'md', 'json', 'pdf'] as const;
export type Form = (typeof FORMS)[number];

export interface ReportOptions {
  /** Files to write; their names end in .html, .md, .json or .pdf. */
  readonly output: readonly string[];
  /** Results of other commands to put in. */
  readonly with: readonly string[];
}

/** The form of a file, by its name. */
export function formOf(file: string): Form | undefined {
  return FORMS.find((form) => file.toLowerCase().endsWith(`.${form}`));
}

/** `imcgen report`: the report of what is named, and the files that were written of it. */
export async function reportOf(
  names: readonly string[],
  { output, with: results }: ReportOptions,
  work: Work,
): Promise<{ readonly report: Report; readonly written: readonly { file: string; bytes: number }[] }> {
  requireOneStdin([...names, ...results]);
  requireForms(output);
  requireWritable(
    output.map((path) => ({ path, kind: 'file' as const })),
    [...names, ...results].filter((name) => name !== STDIN),
  );
  // Before the work, which can be long.
  if (output.some((file) => formOf(file) === 'pdf')) printer();
  const subject = await subjectOf(names);
  const report = documentOf(subject, await readResults(results));
  const written: { file: string; bytes: number }[] = [];
  for (const [at, file] of output.entries()) {
    if (output.length > 1 || formOf(file) === 'pdf') work.onProgress(at, output.length, file);
    const content = await contentOf(report, formOf(file)!, work.stop);
    writeWhole(file, content);
    written.push({ file, bytes: Buffer.byteLength(content) });
  }
  return { report, written };
}

function requireForms(output: readonly string[]): void {
  const problems = output
    .filter((file) => formOf(file) === undefined)
    .map(
      (file): Problem => ({
        ...{ file, path: '', message: 'has no ending that says what to write' },
        fix: `Use one of ${FORMS.map((form) => `.${form}`).join(', ')}.`,
      }),
    );
  if (problems.length > 0) throw new InvalidInput(problems);
}

/** A report in one of its forms. */
export async function contentOf(
  { document, scripts }: Report,
  form: Form,
  signal?: AbortSignal,
): Promise<string | Buffer> {
  switch (form) {
    case 'html':
      return htmlOf(document, scripts);
    case 'md':
      return markdownOf(document);
    case 'json':
      return jsonOf(document);
    case 'pdf':
      return pdfOf(htmlOf(document, scripts), signal);
  }
}

function documentOf(subject: Subject, results: Results): Report {
  if (subject.kind === 'network') {
    refuse(results.syntheses, 'is of a macro, and the report is of a network');
    refuse(results.studies, 'is of a macro, and the report is of a network');
    const { name } = subject.plan.config;
    for (const list of [results.evaluations, results.comparisons]) {
      refuse<{ readonly name: string }>(
        list.filter(({ result }) => result.name !== name),
        `is of another network than "${name}"`,
      );
    }
    return { document: networkDocument(subject.plan, results), scripts: '' };
  }
  refuse(results.evaluations, 'is of a network, and the report is of macros');
  refuse(results.comparisons, 'is of a network, and the report is of macros');
  const { macros, title } = subject;
  for (const list of [results.syntheses, results.studies]) requireKnown(list, macros);
  if (macros.length > 1) return { document: macrosDocument(title, macros, results), scripts: '' };
  const { plan } = macros[0]!;
  const measured = measuredSections(
    results.syntheses.map(({ result }) => result),
    results.studies.map(({ result }) => result),
  );
  return datasheetOf(plan, packageFiles(plan), measured);
}

function requireKnown(
  list: readonly Filed<{ readonly macro: string; readonly sha256: string }>[],
  macros: readonly NamedMacro[],
): void {
  const known = new Set(macros.map(({ sha256 }) => sha256));
  refuse(
    list.filter(({ result }) => !known.has(result.sha256)),
    'is of another config or other levels than those of the report',
    'Measure again, or leave the file out.',
  );
}

function refuse<Result>(list: readonly Filed<Result>[], message: string, fix = 'Leave the file out.'): void {
  if (list.length === 0) return;
  throw new InvalidInput(list.map(({ file }) => ({ file, path: '', message, fix })));
}
