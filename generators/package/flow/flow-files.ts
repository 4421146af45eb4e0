import { VERSION } from '../../common/version.js';
import { supplyPins } from '../../macro/config/supply-pins.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { PackageFile } from '../package.js';
import { macroView } from '../rtl/view.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';

/** Paths of a package below some folders, Verilog only. */
function verilogIn(files: readonly PackageFile[], ...folders: readonly string[]): string[] {
  return files
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.v') && folders.some((folder) => path.startsWith(`${folder}/`)));
}

/** Timing constraints of the package. */
function constraintsOf({ name }: MacroPlan): string {
  return `syn/${name}.sdc`;
}

/** Name of the package among cores: vendor, library, name, version. */
function coreName({ name }: MacroPlan): string {
  return `imcgen:macro:${name}:${VERSION}`;
}

/** Synthesis script of the core, for the Yosys of Edalize: its own knows FPGA families only. */
function edalizeYosysPath({ name }: MacroPlan): string {
  return `syn/${name}_edalize.tcl`;
}

/** `<name>.core`: the package for FuseSoC, in its CAPI2. */
function coreFile(plan: MacroPlan, files: readonly PackageFile[]): PackageFile {
  const { name } = plan;
  const file = `${name}.core`;
  const text = render('flow/core', {
    header: headerLines(plan, file, 'the macro as a FuseSoC core', '# '),
    name,
    core: coreName(plan),
    edalizeYosys: edalizeYosysPath(plan),
    rtl: verilogIn(files, 'rtl'),
    model: verilogIn(files, 'model'),
    blackbox: verilogIn(files, 'blackbox'),
    digital: verilogIn(files, 'digital'),
    testbench: verilogIn(files, 'tb'),
    waivers: files.map(({ path }) => path).filter((path) => path.endsWith('.vlt')),
    vectors: files.map(({ path }) => path).filter((path) => path.startsWith('vectors/')),
    constraints: constraintsOf(plan),
  });
  return { path: file, text };
}

/** The synthesis script of the core. */
function edalizeYosysFile(plan: MacroPlan): PackageFile {
  const path = edalizeYosysPath(plan);
  const file = path.replace('syn/', '');
  const purpose = 'Yosys under FuseSoC and Edalize: from rtl/ to a netlist';
  return {
    path,
    text: render('flow/edalize_yosys.tcl', { ...macroView(plan), file, purpose, core: coreName(plan) }),
  };
}

/** `librelane/config.json`: the digital part around the analog macro, for LibreLane or OpenLane 2. */
function libreLaneFile(plan: MacroPlan, files: readonly PackageFile[]): PackageFile {
  const { name, config } = plan;
  const at = (path: string) => `dir::../${path}`;
  const constraints = at(constraintsOf(plan));
  const { power, ground } = supplyPins(config.physical.supply);
  const settings = {
    '//': headerLines(plan, 'librelane/config.json', 'the digital part around the analog macro', '').split(
      '\n',
    ),
    '// analog macro': [
      `${name}_array has no GDS: its LEF is an estimate from the cell pitch (config: physical), its Liberty view`,
      'says where its numbers come from. Placement and routing run with them; streaming out and LVS need the',
      'drawn macro: EXTRA_GDS_FILES, and views with its layers for your PDK.',
    ],
    meta: { version: 2 },
    DESIGN_NAME: name,
    VERILOG_FILES: verilogIn(files, 'rtl').map(at),
    VERILOG_POWER_DEFINE: 'USE_POWER_PINS',
    EXTRA_VERILOG_MODELS: verilogIn(files, 'blackbox').map(at),
    EXTRA_LEFS: [at(`views/${name}_array.lef`)],
    EXTRA_LIBS: [at(`views/${name}_array.lib`)],
    CLOCK_PORT: 'clk_i',
    CLOCK_PERIOD: config.timing.clockNs,
    PNR_SDC_FILE: constraints,
    SIGNOFF_SDC_FILE: constraints,
    VDD_NETS: [power],
    GND_NETS: [ground],
    PDN_MACRO_CONNECTIONS: [`u_array ${power} ${ground} ${power} ${ground}`],
  };
  return { path: 'librelane/config.json', text: `${JSON.stringify(settings, null, 2)}\n` };
}

/**
 * What flows read to find the files of a package.
 *
 * @param files  everything else in the package
 */
export function flowFiles(plan: MacroPlan, files: readonly PackageFile[]): PackageFile[] {
  return [coreFile(plan, files), edalizeYosysFile(plan), libreLaneFile(plan, files)];
}
