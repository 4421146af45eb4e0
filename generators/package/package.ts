import { TOOL } from '../common/version.js';
import { configHash } from '../macro/config/hash.js';
import type { MacroPlan } from '../macro/plan/plan.js';
import { DATASHEET } from './datasheet/datasheet.js';
import { DOCUMENTS, readmeView } from './documents/documents.js';
import { INCLUDES } from './documents/register-files.js';
import { TRIM_SOFTWARE } from './documents/trim-software.js';
import { FLOWS } from './flow/flow-files.js';
import { SYNTHESIS } from './flow/synthesis-files.js';
import { FORMAL } from './formal/files.js';
import { MANIFEST, type Manifest, sha256 } from './manifest.js';
import { RTL } from './rtl/rtl.js';
import type { Contribution, PackageFile, ReadmeLine } from './text/contribution.js';
import { render } from './text/render.js';
import { VECTORS } from './vectors/files.js';
import { VIEWS } from './views/views.js';

/** What a package was generated from. */
const SOURCES: Contribution = {
  readme: () => [
    { file: '`config.resolved.json`, `levels/`', meaning: 'what this package was generated from' },
  ],
  files: ({ config, levels }) => [
    { path: 'config.resolved.json', text: json(config) },
    ...config.layers.map(({ levels: path }, bank) => ({ path, text: json(levels[bank]) })),
  ],
};

/** All that a package holds, in the order of its README. */
const CONTRIBUTIONS: readonly Contribution[] = [
  RTL,
  VIEWS,
  FLOWS,
  INCLUDES,
  TRIM_SOFTWARE,
  VECTORS,
  FORMAL,
  SYNTHESIS,
  DATASHEET,
  DOCUMENTS,
  SOURCES,
];

/**
 * Every file of a macro's package. Pure and deterministic: the same plan gives the same bytes,
 * on any machine, in any folder, at any time.
 *
 * @param plan of the macro
 * @returns the manifest, which names all others, comes last
 *
 * @example
 * ```ts
 * import { type MacroPlan, packageFiles } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const top = packageFiles(plan).find(({ path }) => path === `rtl/${plan.name}.v`);
 * console.log(top?.text);
 * ```
 */
export function packageFiles(plan: MacroPlan): PackageFile[] {
  const made = CONTRIBUTIONS.flatMap(({ files }) => files?.(plan) ?? []);
  const lists = CONTRIBUTIONS.flatMap((contribution) => contribution.lists?.(plan, made) ?? []);
  const all = [...made, ...lists, readmeFile(plan)];
  return [...all, manifestFile({ name: plan.name, hash: configHash(plan) }, all)];
}

function readmeFile(plan: MacroPlan): PackageFile {
  const lines: readonly ReadmeLine[] = [
    ...CONTRIBUTIONS.flatMap(({ readme }) => readme(plan)),
    { file: `\`${MANIFEST}\``, meaning: 'sha256 of every file' },
  ];
  return { path: 'README.md', text: render('docs/readme.md', readmeView(plan, lines)) };
}

/**
 * The manifest of a package.
 *
 * @param origin name of its top level, and the hash of what it was generated from
 * @param files  all others
 */
export function manifestFile(
  origin: { readonly name: string; readonly hash: string },
  files: readonly PackageFile[],
): PackageFile {
  const hashes = files.map(({ path, text }) => [path, sha256(text)] as const);
  const manifest: Manifest = {
    tool: TOOL,
    macro: origin.name,
    config: origin.hash,
    files: Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return { path: MANIFEST, text: json(manifest) };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
