import { bitsFor } from '../../common/bits.js';
import type { Files } from '../../common/files/text-file.js';
import { type PsumPlan, productBits } from '../../macro/psum/plan.js';
import { declared } from '../formal/files.js';
import { outputsOf, type Proof } from '../formal/proof.js';
import { moduleOf, shippedScript } from '../formal/script.js';
import type { PackageFile } from '../text/contribution.js';
import { wrapped } from '../text/header.js';
import { render } from '../text/render.js';
import { psumProofs } from './proofs.js';
import { psumView } from './view.js';

/** The property modules and scripts of a unit's package, in `formal/`. */
export function psumFormalFiles(plan: PsumPlan): PackageFile[] {
  return psumProofs(plan).flatMap((proof) => [
    ...[...psumPropertyFiles(plan, proof)].map(([path, text]) => ({ path, text })),
    { path: `formal/${proof.name}.ys`, text: shippedScript(plan, proof) },
  ]);
}

/** The Verilog that says what has to hold, by path in the package. */
export function psumPropertyFiles(plan: PsumPlan, proof: Proof): Files {
  const { shape } = plan;
  const module = moduleOf(plan, proof);
  const file = `${module}.v`;
  const terms = shape.tiles * shape.digits;
  const lowBits = Math.ceil(shape.scaleBits / 2);
  const text = render(`psum/${proof.template}.v`, {
    ...psumView(plan),
    ...{ file, module, purpose: wrapped(`proof: ${proof.title}`, file) },
    assumptions: proof.assumptions,
    properties: proof.properties.flatMap((claim) =>
      outputsOf(claim).map((name) => ({ name, says: claim.says })),
    ),
    witnesses: proof.witnesses,
    observed: declared(proof.observed),
    terms,
    termWidth: bitsFor(terms + 2),
    digitWidth: bitsFor(shape.digits),
    productBits: productBits(shape),
    lowBits,
    highBits: shape.scaleBits - lowBits,
  });
  return new Map([[`formal/${file}`, text]]);
}
