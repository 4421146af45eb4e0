import type { SynthesisOptions } from '../../checks/synth/synth.js';
import { requireWritable } from '../../common/files/output.js';
import { writeNewFiles } from '../../common/files/writer.js';
import { orThrow } from '../../common/problems.js';
import type { PackageFile } from '../../package/text/contribution.js';
import { interruptible } from './interrupt.js';
import { progressBar } from './progress.js';

/** Options that `imcgen synth` and `imcgen psum synth` share. */
export interface SynthFlags {
  readonly liberty?: string;
  readonly clock?: number;
  readonly sta?: boolean;
  readonly gateLevel: boolean;
  readonly cells?: string;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A synthesis as it is told: its report in both forms, and whether all that was asked for holds. */
export interface SynthesisReport {
  readonly text: string;
  readonly json: string;
  readonly passed: boolean;
}

/**
 * Maps a package to library cells, keeps what ran where a folder is named, and tells of it.
 *
 * @returns whether all that was asked for holds
 */
export async function synthesizeAndTell<Synthesis extends { readonly files: readonly PackageFile[] }>(
  flags: SynthFlags,
  run: (options: Omit<SynthesisOptions, 'equivalence'>) => Promise<Synthesis>,
  report: (synthesis: Synthesis) => SynthesisReport,
): Promise<boolean> {
  if (flags.output !== undefined) requireWritable([{ path: flags.output, kind: 'folder' }]);
  const progress = progressBar();
  const synthesis = await interruptible((signal) =>
    run({
      liberty: flags.liberty,
      clockNs: flags.clock,
      timing: flags.sta === undefined ? 'auto' : flags.sta ? 'required' : 'off',
      gateLevel: flags.gateLevel,
      cells: flags.cells,
      signal,
      progress: progress.show,
    }),
  ).finally(progress.clear);
  const { text, json, passed } = report(synthesis);
  if (flags.output !== undefined) {
    const reports = [
      { path: 'report.txt', text },
      { path: 'report.json', text: json },
    ];
    orThrow(await writeNewFiles(flags.output, [...synthesis.files, ...reports], { force: true }));
  }
  if (flags.json) process.stdout.write(json);
  else if (!passed || !flags.quiet) process.stdout.write(text);
  return passed;
}
