import { VERSION } from '../../common/version.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { macroView } from '../rtl/view.js';
import type { PackageFile } from '../text/contribution.js';
import { render } from '../text/render.js';

/** Name of the package among cores: vendor, library, name, version. */
export function coreName({ name }: MacroPlan): string {
  return `imcgen:macro:${name}:${VERSION}`;
}

/** Synthesis script of the core, for the Yosys of Edalize: its own knows FPGA families only. */
export function edalizeYosysPath({ name }: MacroPlan): string {
  return `syn/${name}_edalize.tcl`;
}

/** The synthesis script of the core. */
export function edalizeYosysFile(plan: MacroPlan): PackageFile {
  const path = edalizeYosysPath(plan);
  const file = path.replace('syn/', '');
  const purpose = 'Yosys under FuseSoC and Edalize: from rtl/ to a netlist';
  return {
    path,
    text: render('flow/edalize_yosys.tcl', { ...macroView(plan), file, purpose, core: coreName(plan) }),
  };
}
