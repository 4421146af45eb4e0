import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { Document, Section } from '../pages/document.js';
import { htmlOf } from '../pages/html.js';
import type { Contribution, PackageFile } from '../text/contribution.js';
import { datasheetDocument } from './document.js';
import { isLive, liveMacro, scriptJson } from './live.js';
import { cyclesOf, type Recorded, recordingOf } from './recorded.js';

export const DATASHEET_PATH = 'docs/datasheet.html';

/** Conversions of the vectors that the page can go back to: the last ones, whose inputs are random. */
const KEPT = 8;

/** What the build makes of `page/`; sources and compiled files both take it from `dist/`. */
const SCRIPT = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/page.js' : '../../page.js', import.meta.url),
);
let script: string | undefined;

/** Page with figures, for whoever opens a package in a browser. Drawn from the plan and the vectors. */
export const DATASHEET: Contribution = {
  readme: () => [
    {
      file: `\`${DATASHEET_PATH}\``,
      meaning: 'datasheet with figures and a live model of the macro, for a browser',
    },
  ],
  lists: (plan, files) => [{ path: DATASHEET_PATH, text: datasheet(plan, files) }],
};

/** A datasheet, and the scripts that move its live model. */
export interface Datasheet {
  readonly document: Document;
  readonly scripts: string;
}

/**
 * What the datasheet of a macro says.
 *
 * @param files    of the package, the vectors among them
 * @param measured what tools have found besides
 */
export function datasheetOf(
  plan: MacroPlan,
  files: readonly PackageFile[],
  measured: readonly Section[] = [],
): Datasheet {
  const textOf = (name: string) => files.find(({ path }) => path === `vectors/${name}.txt`)!.text;
  const recording = recordingOf(textOf('operations'), plan.shape);
  const kept = recording.conversions.slice(-KEPT);
  const drawn = mostVaried(kept);
  const cycles = drawn === undefined ? [] : cyclesOf(textOf('trace'), drawn.number);
  const document = datasheetDocument(plan, { cells: recording.cells, kept, drawn, cycles }, measured);
  if (!isLive(plan.shape)) return { document, scripts: '' };
  const data = scriptJson(liveMacro(plan, recording, kept));
  script ??= readFileSync(SCRIPT, 'utf8').trim();
  return {
    document,
    scripts: `<script type="application/json" id="macro">${data}</script>\n<script>${script}</script>\n`,
  };
}

function datasheet(plan: MacroPlan, files: readonly PackageFile[]): string {
  const { document, scripts } = datasheetOf(plan, files);
  return htmlOf(document, scripts);
}

/** The conversion with the most different values among the columns read; of those that are alike, with the most inputs. */
function mostVaried(conversions: readonly Recorded[]): Recorded | undefined {
  const variety = ({ results, inputs }: Recorded) =>
    new Set(results.map(({ value }) => value)).size +
    inputs.filter((x) => x !== 0).length / (inputs.length + 1);
  const most = Math.max(...conversions.map(variety));
  return conversions.find((conversion) => variety(conversion) === most);
}
