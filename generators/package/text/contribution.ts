import type { TextFile } from '../../common/files/text-file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';

/** A text file of a package; the path is relative to its folder, with forward slashes. */
export type PackageFile = TextFile;

/** A line of the table of files in the package's README. */
export interface ReadmeLine {
  readonly file: string;
  readonly meaning: string;
}

/** What one part of a package writes. */
export interface Contribution {
  /** Its lines in the package's README. */
  readonly readme: (plan: MacroPlan) => readonly ReadmeLine[];
  /** Its files, made of the plan alone. */
  readonly files?: (plan: MacroPlan) => readonly PackageFile[];
  /** Its files that name others: `files` are those that all contributions made of the plan alone. */
  readonly lists?: (plan: MacroPlan, files: readonly PackageFile[]) => readonly PackageFile[];
}
