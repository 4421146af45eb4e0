import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runYosys } from '@yowasp/yosys';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { expandExpression } from '../../fixtures/core-expression.js';
import { EVERY_EFFECT, withDie } from '../../fixtures/dies.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { withPackage } from '../../fixtures/packages.js';

const ALL = [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration)];
const NAMES = ['tiny', 'odd', 'demo', 'one_row', 'axi4lite_async_low', 'pair1', 'pair2', 'pair3'];
const MANY = ALL.filter(({ config }) => NAMES.includes(config.name));

/** A file entry of a FuseSoC core: its path, with options where it has some. */
type Entry = string | Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Core {
  readonly name: string;
  readonly filesets: Readonly<
    Record<string, { readonly files: readonly Entry[]; readonly file_type: string }>
  >;
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly filesets: readonly string[];
        readonly toplevel: string;
        readonly default_tool?: string;
        readonly tools?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      }
    >
  >;
}

/** Flags of FuseSoC: what a design asks of the array, and the tool. */
const VIEWS = { blackbox: [], model: ['imcgen_model'], digital: ['imcgen_digital'] } as const;

const pathOf = (entry: Entry) => (typeof entry === 'string' ? entry : Object.keys(entry)[0]!);
const optionsOf = (entry: Entry) => (typeof entry === 'string' ? {} : Object.values(entry)[0]!);

describe.each(forEveryChange(MANY, everyNth(6)))('flow files of $name', (configuration) => {
  const plan = planOf(configuration);
  const { name } = plan;
  const files = packageFiles(plan);
  const textOf = (file: string) => files.find(({ path: at }) => at === file)!.text;
  const paths = files.map(({ path: at }) => at);
  const core = () => parse(textOf(`${name}.core`), { strict: true, uniqueKeys: true }) as Core;
  /** Filesets of a target. FuseSoC takes all that an entry expands to for one name. */
  const filesetsOf = (target: string, flags: readonly string[] = []) =>
    core()
      .targets[target]!.filesets.map((entry) => expandExpression(entry, flags).join(' '))
      .filter((fileset) => fileset !== '');
  /** Verilog of a target. */
  const verilogOf = (target: string, flags: readonly string[] = []) =>
    filesetsOf(target, flags)
      .flatMap((fileset) => core().filesets[fileset]!.files)
      .map(pathOf)
      .filter((file) => file.endsWith('.v'));

  it('FuseSoC: the core names every source once, and nothing that does not exist', () => {
    expect(textOf(`${name}.core`)).toMatch(/^CAPI=2:\n/);
    expect(core().name).toMatch(new RegExp(`^imcgen:macro:${name}:\\d+\\.\\d+\\.\\d+$`));
    const listed = Object.values(core().filesets).flatMap((fileset) => fileset.files.map(pathOf));
    expect(listed.filter((file) => !paths.includes(file))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
    // Proofs and library cells are for tools of their own.
    const hardware = paths.filter((file) => file.endsWith('.v') && !/^(formal|syn)\//.test(file));
    expect(listed.filter((file) => file.endsWith('.v')).sort()).toEqual(hardware.sort());
    // The testbench opens these below the folder that it runs in.
    const copies = core().filesets.testbench!.files.filter((entry) => pathOf(entry).startsWith('vectors/'));
    expect(copies.map((entry) => optionsOf(entry).copyto)).toEqual(copies.map(pathOf));
    expect(copies.length).toBeGreaterThan(0);
  });

  it('FuseSoC: targets default, sim, lint, synth, fpga name what exists', () => {
    expect(Object.keys(core().targets)).toEqual(['default', 'sim', 'lint', 'synth', 'fpga']);
    const tools = ['tool_verilator', 'tool_yosys'];
    for (const [target, { toplevel }] of Object.entries(core().targets)) {
      for (const flags of [[], tools, ...Object.values(VIEWS)]) {
        const unknown = filesetsOf(target, flags).filter((fileset) => !(fileset in core().filesets));
        expect(unknown).toEqual([]);
      }
      expect([name, `${name}_tb`]).toContain(toplevel);
    }
  });

  it('FuseSoC: a design that depends on the core chooses the view of the array by a flag', () => {
    for (const [view, flags] of Object.entries(VIEWS)) {
      expect(filesetsOf('default', flags)).toEqual(['rtl', view]);
      expect(verilogOf('default', flags).some((file) => file.startsWith(`${view}/`))).toBe(true);
    }
    // Two wishes give one array.
    expect(filesetsOf('default', ['imcgen_model', 'imcgen_digital'])).toEqual(['rtl', 'model']);
    // Why Verilator need not warn about the black box belongs to the black box.
    expect(filesetsOf('default', ['tool_verilator'])).toEqual(['rtl', 'blackbox', 'waivers']);
    expect(filesetsOf('default', ['tool_verilator', 'imcgen_model'])).toEqual(['rtl', 'model']);
  });

  it('FuseSoC: targets carry the options that the tools of Edalize need', () => {
    const { sim, lint, synth, fpga } = core().targets;
    expect(sim!.tools!.verilator).toEqual({ mode: 'binary', verilator_options: ['--timing'] });
    expect(lint!.tools!.verilator!.mode).toBe('lint-only');
    // Without an architecture, its Yosys ends with an exception; its own script knows FPGA families only.
    const script = pathOf(core().filesets.edalize_yosys!.files[0]!);
    expect(synth!.tools!.yosys).toMatchObject({ arch: 'none', yosys_template: script });
    expect(optionsOf(core().filesets.edalize_yosys!.files[0]!)).toEqual({
      file_type: 'user',
      copyto: script,
    });
    expect(filesetsOf('synth', ['tool_yosys'])).toContain('edalize_yosys');
    expect(filesetsOf('synth', ['tool_vivado'])).not.toContain('edalize_yosys');
    expect(fpga!.tools!.yosys!.arch).toBe('ecp5');
    expect([sim, lint, synth, fpga].map((target) => target!.default_tool)).toEqual([
      ...['icarus', 'verilator', 'yosys', 'yosys'],
    ]);
  });

  it('FuseSoC: every target compiles below its top level in silence', async () => {
    const outputs = await withPackage(plan, async (folder) => {
      const compile = async (target: string, flags: readonly string[] = []) => {
        const top = ['-s', core().targets[target]!.toplevel];
        const output = ['-o', `${[target, ...flags].join('-')}.vvp`];
        const args = ['-g2005', '-Wall', ...top, ...output, ...verilogOf(target, flags)];
        return (await execa('iverilog', args, { cwd: folder, all: true, reject: false })).all;
      };
      const targets = Object.keys(core().targets).map((target) => compile(target));
      const views = Object.values(VIEWS).map((flags) => compile('default', flags));
      return Promise.all([...targets, ...views]);
    });
    expect(outputs).toEqual(['', '', '', '', '', '', '', '']);
  });

  it('LibreLane: names files, top level, clock, supplies and instance that exist', () => {
    const config = JSON.parse(textOf('librelane/config.json')) as Readonly<Record<string, unknown>>;
    const resolved = Object.values(config)
      .flat()
      .filter((value): value is string => typeof value === 'string' && value.startsWith('dir::'))
      .map((value) => path.posix.join('librelane', value.slice('dir::'.length)));
    expect(resolved.length).toBeGreaterThan(10);
    expect(resolved.filter((file) => !paths.includes(file))).toEqual([]);
    const top = textOf(`rtl/${String(config.DESIGN_NAME)}.v`);
    expect(top).toMatch(new RegExp(`^ +input +wire +${config.CLOCK_PORT},`, 'm'));
    expect(config.CLOCK_PERIOD).toBe(plan.config.timing.clockNs);
    const [instance, ...supplies] = String((config.PDN_MACRO_CONNECTIONS as string[])[0]).split(' ');
    expect(top).toContain(`) ${instance} (\n\`ifdef ${config.VERILOG_POWER_DEFINE}`);
    expect([config.VDD_NETS, config.GND_NETS].flat()).toEqual(supplies.slice(0, 2));
    for (const pin of supplies.slice(2)) expect(textOf(`views/${name}_array.lef`)).toContain(`PIN ${pin}\n`);
    expect(textOf('librelane/config.json')).toContain('has no GDS');
    expect(paths.some((file) => file.endsWith('.gds'))).toBe(false);
  });

  it('LibreLane: Yosys finds every module in the sources and the model of the analog macro', async () => {
    const config = JSON.parse(textOf('librelane/config.json')) as Readonly<Record<string, readonly string[]>>;
    const texts = [...config.VERILOG_FILES!, ...config.EXTRA_VERILOG_MODELS!].map((file) =>
      textOf(path.posix.join('librelane', file.slice('dir::'.length))),
    );
    const sources = Object.fromEntries(texts.map((text, at) => [`${at}.v`, text]));
    const script = `read_verilog -DUSE_POWER_PINS ${Object.keys(sources).join(' ')}; hierarchy -check -top ${name}`;
    const silent = { stdout: () => undefined, stderr: () => undefined };
    await expect(runYosys(['-q', '-p', script], sources, silent)).resolves.toBeDefined();
    await expect(
      runYosys(['-q', '-p', script], { ...sources, [`${texts.length - 1}.v`]: '' }, silent),
    ).rejects.toThrow();
  });
});

describe('the simulation target of the core', () => {
  it('passes, run as FuseSoC would: files in place, vectors copied to the work folder', async () => {
    const plan = planOf(ALL.find(({ config }) => config.name === 'tiny')!);
    const result = await withPackage(plan, async (folder) => {
      const core = parse(await readFile(path.join(folder, 'tiny.core'), 'utf8')) as Core;
      const { filesets, toplevel } = core.targets.sim!;
      const entries = filesets.flatMap((fileset) => core.filesets[fileset]!.files);
      const sources = entries.map(pathOf).filter((file) => file.endsWith('.v'));
      expect(entries.map((entry) => existsSync(path.join(folder, pathOf(entry)))).every(Boolean)).toBe(true);
      await execa('iverilog', ['-g2005', '-s', toplevel, '-o', 'sim.vvp', ...sources], { cwd: folder });
      return execa('vvp', ['-n', '-N', 'sim.vvp'], { cwd: folder });
    });
    expect(result.stdout).toMatch(/^PASS n=\d+$/m);
  });
});

describe('flow files of a macro that describes dies', () => {
  const [configuration] = MANY;
  const pathsOf = (die: boolean) =>
    packageFiles(planOf(die ? withDie(configuration!, EVERY_EFFECT) : configuration!)).map(
      ({ path: at }) => at,
    );
  const plan = planOf(withDie(configuration!, EVERY_EFFECT));
  const { name } = plan;
  const textOf = (file: string) => packageFiles(plan).find(({ path: at }) => at === file)!.text;

  it('are those of the ideal macro, a die view and its list', () => {
    const ideal = pathsOf(false);
    expect(pathsOf(true).filter((file) => !ideal.includes(file))).toEqual([
      `die/${name}_array.v`,
      `${name}_die.f`,
    ]);
    expect(textOf(`${name}_die.f`).trim().split('\n')).toContain(`die/${name}_array.v`);
    expect(textOf(`${name}_die.f`)).not.toContain('model/');
    expect(textOf('README.md')).toContain(`\`die/${name}_array.v\``);
  });

  it('FuseSoC: the flag imcgen_die chooses it before all others, and once', () => {
    const { targets, filesets } = parse(textOf(`${name}.core`), { strict: true, uniqueKeys: true }) as Core;
    const chosen = (flags: readonly string[]) =>
      targets
        .default!.filesets.map((entry) => expandExpression(entry, flags).join(' '))
        .filter((fileset) => fileset !== '');
    expect(filesets.die!.files).toEqual([`die/${name}_array.v`]);
    expect(chosen(['imcgen_die'])).toEqual(['rtl', 'die']);
    expect(chosen(['imcgen_die', 'imcgen_model', 'imcgen_digital', 'tool_verilator'])).toEqual([
      'rtl',
      'die',
    ]);
    for (const [view, flags] of Object.entries(VIEWS)) expect(chosen(flags)).toEqual(['rtl', view]);
    expect(chosen(['tool_verilator'])).toEqual(['rtl', 'blackbox', 'waivers']);
  });
});
