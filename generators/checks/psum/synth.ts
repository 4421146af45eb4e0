import path from 'node:path';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { requireTools } from '../../common/tool.js';
import { planOfPsumPackage } from '../../macro/psum/load.js';
import type { PsumPlan } from '../../macro/psum/plan.js';
import { GENERIC_LIBRARY } from '../../package/flow/synthesis.js';
import { buildPsumVectors, PSUM_PACKAGED } from '../../package/psum/scenario.js';
import { psumSynthesisScripts } from '../../package/psum/synthesis.js';
import type { PackageFile } from '../../package/text/contribution.js';
import { COMMANDS } from '../cosim/simulator.js';
import { type BlockArea, blockArea } from '../synth/area.js';
import { type Library, loadLibrary } from '../synth/library.js';
import { countCells } from '../synth/netlist.js';
import {
  cellModels,
  mapToCells,
  readInput,
  type Synthesis,
  type SynthesisOptions,
  timeNetlist,
} from '../synth/synth.js';
import { type PsumCosimResult, runPsumVectors } from './cosim.js';

/** A partial-sum unit in library cells. */
export interface PsumSynthesis extends Pick<Synthesis, 'library' | 'yosys' | 'timing' | 'files'> {
  readonly unit: string;
  readonly plan: PsumPlan;
  readonly area: BlockArea;
  /** Undefined where it was not asked for. */
  readonly gateLevel: PsumCosimResult | undefined;
}

/**
 * Maps a unit to library cells, checks and measures it.
 *
 * @throws InvalidInput where the package, the library or the netlist is not as it must be
 * @throws MissingTool where a tool that was asked for is not installed
 */
export async function synthesizePsum(
  folder: string,
  options: Omit<SynthesisOptions, 'equivalence'>,
): Promise<PsumSynthesis> {
  const { signal, progress } = options;
  const plan = withClock(orThrow(await planOfPsumPackage(folder)), options.clockNs);
  const library = orThrow(await loadLibrary(options.liberty ?? path.join(folder, GENERIC_LIBRARY)));
  requireWhatIsAsked(library, options);
  const cells = options.gateLevel ? cellModels(library, options.cells) : undefined;
  const inputs = await inputsOf(folder, plan, library);
  const steps = ['mapping', 'static timing', ...(cells ? ['gate level'] : [])];
  const show = (at: number, detail = '') => progress?.(at, steps.length, `${steps[at]}${detail}`);

  const mapped = await mapToCells(folder, plan, inputs, library, signal, (pass) => show(0, `: ${pass}`));
  const files = [...inputs, ...mapped.files];
  show(1);
  const timing = await timeNetlist(plan, files, mapped.netlist, library, options);
  if (cells) show(2);
  const verilog = files.find(({ path }) => path === `syn/${plan.name}_netlist.v`)!.text;
  return {
    ...{ unit: plan.name, plan, library, yosys: mapped.version, timing, files },
    area: blockArea({ instance: '', module: plan.name }, countCells(mapped.netlist, plan.name), library),
    gateLevel:
      cells &&
      (await runPsumVectors(folder, plan, buildPsumVectors(plan, PSUM_PACKAGED), {
        simulator: 'icarus',
        netlist: { verilog, cells },
        ...(signal && { signal }),
      })),
  };
}

function requireWhatIsAsked(library: Library, { timing, gateLevel }: Omit<SynthesisOptions, 'equivalence'>) {
  if (timing === 'required' && !library.liberty.timed) {
    const message = 'has no delays, so there is nothing to time';
    const fix = 'Name a library that has, with --liberty.';
    throw new InvalidInput([{ file: library.file, path: '', message, fix }]);
  }
  if (timing === 'required') requireTools('sta');
  if (gateLevel) requireTools(...COMMANDS.icarus);
}

function withClock(plan: PsumPlan, clockNs: number | undefined): PsumPlan {
  if (clockNs === undefined) return plan;
  return { ...plan, config: { ...plan.config, timing: { ...plan.config.timing, clockNs } } };
}

/** Verilog of the package as it is on disk, scripts for the library, and the library itself. */
async function inputsOf(folder: string, plan: PsumPlan, library: Library): Promise<PackageFile[]> {
  const list = await readInput(path.join(folder, `${plan.name}.f`));
  const sources = await Promise.all(
    list
      .split('\n')
      .filter((file) => file.startsWith('rtl/'))
      .map(async (file) => ({ path: file, text: await readInput(path.join(folder, file)) })),
  );
  return [
    ...sources,
    ...psumSynthesisScripts(plan, sources, library.mapping),
    { path: library.mapping.path, text: library.text },
  ];
}
