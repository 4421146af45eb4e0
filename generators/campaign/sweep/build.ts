import type { FileDiff, PlanDiff } from '../../checks/maintain/diff.js';
import { InvalidInput, type Problem } from '../../common/problems.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { packageFiles } from '../../package/package.js';
import type { PackageFile } from '../../package/text/contribution.js';
import { writePackage } from '../../package/write.js';

/** A package that a sweep is to write. */
export interface Job {
  readonly plan: MacroPlan;
  readonly folder: string;
  /** Whether there is a package already, another one or edited. */
  readonly replaces: boolean;
  /** Write also into a folder that imcgen did not make. */
  readonly force: boolean;
}

/** What became of it. */
export interface Built {
  /** Why it could not be written; empty where it was. */
  readonly problems: readonly Problem[];
  readonly files: {
    /** Generated files, the manifest left out. */
    readonly count: number;
    /** Those that differ from the package before, headers aside. */
    readonly changed: readonly FileDiff[];
  };
  /** What changed from the package that lay there before, where it could still be read. */
  readonly change: PlanDiff | undefined;
}

/** Makes a package and writes it, and notes what that changed. */
export async function buildPackage(job: Job): Promise<Built> {
  const files = packageFiles(job.plan);
  const changes = await changesOf(job, files);
  const written = await writePackage(job.folder, files, { force: job.force });
  return { ...changes, problems: written.ok ? [] : written.problems };
}

async function changesOf({ folder, plan, replaces }: Job, files: readonly PackageFile[]) {
  // The manifest is no news: it changes with any other file.
  const count = files.length - 1;
  const nothing = { files: { count, changed: [] }, change: undefined };
  if (!replaces) return nothing;
  const { diffFiles, diffPlans, packageSide, planSide } = await import('../../checks/maintain/diff.js');
  try {
    const before = await packageSide(folder);
    const after = planSide(plan, async () => files);
    const { files: changed } = await diffFiles(before, after);
    return { files: { count, changed }, change: diffPlans(before.plan, plan) };
  } catch (error) {
    // What lay there can no longer be planned; it is replaced all the same.
    if (error instanceof InvalidInput) return nothing;
    throw error;
  }
}
