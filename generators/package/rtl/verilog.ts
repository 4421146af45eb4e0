import type { MacroPlan } from '../../macro/plan/plan.js';
import type { PackageFile } from '../text/contribution.js';
import { wrapped } from '../text/header.js';
import { render } from '../text/render.js';
import type { MacroView } from './view.js';

/** One Verilog file: module `<macro><suffix>` in `<folder>/<macro><suffix>.v`. */
export interface VerilogFile {
  readonly folder: 'rtl' | 'model' | 'blackbox' | 'digital' | 'die' | 'tb';
  readonly template: string;
  readonly suffix: string;
  readonly purpose: string;
}

/** The file of a template of the same folder; its module is named after the template, unless a suffix is given. */
export function verilog(
  folder: VerilogFile['folder'],
  template: string,
  purpose: string,
  suffix = `_${template}`,
): VerilogFile {
  return { folder, template: `${folder}/${template}.v`, suffix, purpose };
}

/** Renders a Verilog file. */
export function verilogFile(
  { name }: MacroPlan,
  view: MacroView,
  { folder, template, suffix, purpose }: VerilogFile,
): PackageFile {
  const file = `${name}${suffix}.v`;
  const text = render(template, { ...view, file, purpose: wrapped(purpose, file) });
  return { path: `${folder}/${file}`, text };
}
