import { supplyPins } from '../../macro/config/supply-pins.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { Contribution, PackageFile } from '../text/contribution.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';
import { coreName, edalizeYosysPath } from './edalize.js';

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
    die: verilogIn(files, 'die'),
    hasDie: verilogIn(files, 'die').length > 0,
    testbench: verilogIn(files, 'tb'),
    waivers: files.map(({ path }) => path).filter((path) => path.endsWith('.vlt')),
    vectors: files.map(({ path }) => path).filter((path) => path.startsWith('vectors/')),
    constraints: constraintsOf(plan),
  });
  return { path: file, text };
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

/** A list of the Verilog with the analog macro as one of its views, for simulators and synthesizers that read lists. */
function fileList(
  path: string,
  files: readonly PackageFile[],
  view: 'model' | 'digital' | 'die',
): PackageFile {
  const text = verilogIn(files, 'rtl', view)
    .map((file) => `${file}\n`)
    .join('');
  return { path, text };
}

/** What flows read to find the files of a package. */
export const FLOWS: Contribution = {
  readme: ({ name }) => [
    { file: `\`${name}.f\``, meaning: 'file list of rtl and model' },
    {
      file: `\`${name}.core\``,
      meaning:
        'FuseSoC: targets default, sim, lint, synth, fpga; flags choose the array of a dependent design',
    },
    {
      file: '`librelane/config.json`',
      meaning: 'LibreLane, OpenLane 2: rtl around the analog macro, which has no GDS yet',
    },
  ],
  lists: (plan, files) => [
    fileList(`${plan.name}.f`, files, 'model'),
    fileList(`${plan.name}_digital.f`, files, 'digital'),
    ...(plan.config.die === undefined ? [] : [fileList(`${plan.name}_die.f`, files, 'die')]),
    coreFile(plan, files),
    libreLaneFile(plan, files),
  ],
};
