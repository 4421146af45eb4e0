import type { PsumPlan } from '../../macro/psum/plan.js';
import { GENERIC, genericLibraryFiles } from '../flow/synthesis.js';
import { json, manifestFile } from '../package.js';
import { BUSES } from '../rtl/bus-ports.js';
import type { VerilogFile } from '../rtl/verilog.js';
import type { PackageFile } from '../text/contribution.js';
import { wrapped } from '../text/header.js';
import { render } from '../text/render.js';
import { psumDocuments } from './documents.js';
import { psumFormalFiles } from './formal.js';
import { buildPsumVectors, PSUM_PACKAGED } from './scenario.js';
import { psumSynthesisScripts } from './synthesis.js';
import { originOf, psumView } from './view.js';

const verilogFiles = ({ config: { bus } }: PsumPlan): readonly VerilogFile[] => [
  rtl('top', 'partial sums of tiles, scaled, biased, requantized', ''),
  { folder: 'rtl', template: `rtl/${bus}.v`, suffix: `_${bus}`, purpose: BUSES[bus].purpose },
  rtl('registers', 'address map, what all channels share, error status'),
  rtl('sequence', 'where a beat stands in its sum, and what the stages do'),
  rtl('lane', 'accumulators, coefficients and arithmetic of one lane'),
  rtl('output', 'room for two beats of results'),
  {
    folder: 'tb',
    template: 'psum/testbench.v',
    suffix: '_tb',
    purpose: 'self-checking: plays vectors/ over bus and streams',
  },
];

function rtl(template: string, purpose: string, suffix = `_${template}`): VerilogFile {
  return { folder: 'rtl', template: `psum/${template}.v`, suffix, purpose };
}

/** Every Verilog file of a unit. */
export function psumVerilog(plan: PsumPlan): PackageFile[] {
  const view = psumView(plan);
  return verilogFiles(plan).map(({ folder, template, suffix, purpose }) => {
    const file = `${plan.name}${suffix}.v`;
    return {
      path: `${folder}/${file}`,
      text: render(template, { ...view, file, purpose: wrapped(purpose, file) }),
    };
  });
}

/** `vectors/` of a generated package. */
export function psumVectorFiles(plan: PsumPlan): PackageFile[] {
  const { operations, streams, trace } = buildPsumVectors(plan, PSUM_PACKAGED);
  return [
    { path: 'vectors/operations.txt', text: operations },
    { path: 'vectors/streams.txt', text: streams },
    { path: 'vectors/trace.txt', text: trace },
  ];
}

/** Every file of a unit's package. Pure and deterministic: the same plan gives the same bytes. */
export function psumFiles(plan: PsumPlan): PackageFile[] {
  const sources = psumVerilog(plan);
  const rtl = sources.filter(({ path }) => path.startsWith('rtl/'));
  const files: PackageFile[] = [
    ...sources,
    { path: `${plan.name}.f`, text: rtl.map(({ path }) => `${path}\n`).join('') },
    ...psumDocuments(plan),
    ...psumSynthesisScripts(plan, sources, GENERIC),
    ...genericLibraryFiles(plan.config.license),
    ...psumFormalFiles(plan),
    ...psumVectorFiles(plan),
    { path: 'config.resolved.json', text: json(plan.config) },
  ];
  return [...files, manifestFile(originOf(plan), files)];
}
