import type { PsumPlan } from '../../macro/psum/plan.js';
import type { MappingLibrary } from '../flow/synthesis.js';
import { BUSES } from '../rtl/bus-ports.js';
import type { PackageFile } from '../text/contribution.js';
import { render } from '../text/render.js';
import { psumView } from './view.js';

/** Ports beside clock, reset and bus. */
const STREAM_INPUTS = ['s_tvalid_i', 's_tdata_i', 's_tlast_i', 's_tuser_i', 'm_tready_i'];
const STREAM_OUTPUTS = ['s_tready_o', 'm_tvalid_o', 'm_tdata_o', 'm_tlast_o', 'm_tuser_o', 'busy_o'];

/** Part of the clock period that the mapper aims at: it sees no wires, and sizes for what it sees. */
const MAPPED_SHARE = 0.5;

/** The scripts of `syn/` for one library: mapping, constraints, static timing. */
export function psumSynthesisScripts(
  plan: PsumPlan,
  sources: readonly PackageFile[],
  library: MappingLibrary,
): PackageFile[] {
  const { name, config } = plan;
  const { clockNs, outsideShare, uncertaintyShare } = config.timing;
  const synchronous = config.reset.startsWith('sync');
  const shared = psumView(plan);
  const pins = (direction: 'input' | 'output') =>
    BUSES[config.bus].pins.filter((pin) => pin.direction === direction).map(({ name }) => name);
  const inputs = [...(synchronous ? [shared.reset.name] : []), ...pins('input'), ...STREAM_INPUTS];
  const outputs = [...pins('output'), ...STREAM_OUTPUTS];
  const view = {
    ...shared,
    ...{ clockNs, outsideShare, uncertaintyShare, synchronous, analog: false },
    sources: sources.map(({ path }) => path).filter((path) => path.startsWith('rtl/')),
    library: library.path,
    driver: library.driver ?? false,
    load: library.loadFemtofarads,
    tie: library.tie ?? false,
    target: Math.round(clockNs * 1000 * MAPPED_SHARE),
    inputs: inputs.join(' '),
    outputs: outputs.join(' '),
  };
  const script = (file: string, template: string, purpose: string): PackageFile => ({
    path: `syn/${file}`,
    text: render(template, { ...view, file, purpose }),
  });
  return [
    script(`${name}.ys`, 'psum/synth.ys', 'Yosys: from rtl/ to a netlist of library cells'),
    ...(library.driver === undefined ? [] : [script(`${name}.abc`, 'syn/mapper.abc', '')]),
    script(`${name}.sdc`, 'psum/constraints.sdc', 'timing constraints: clock, surroundings, reset'),
    script(`${name}_sta.tcl`, 'syn/sta.tcl', 'OpenSTA: setup, hold and the highest clock of the netlist'),
  ];
}
