import type { Proof, ProvedDesign, Stage } from '../../package/formal/proof.js';
import {
  alone,
  claimed,
  firstInReset,
  outputOf,
  preparation,
  proveCommand,
  witnessCommands,
} from '../../package/formal/script.js';
import { resetView } from '../../package/rtl/view.js';

/** Longest wait for one answer of the solver when a run from reset is searched for, seconds. */
const PATIENCE = 60;

/** Where each part of a script reports, and leaves its counterexample. */
export const stageLog = (stage: number) => `stage${stage}.log`;
export const counterexample = (stage: number) => `stage${stage}.json`;
export const witnessLog = (name: string) => `${name}.log`;

/** The script that proves and reports in files of its own. */
export function proofScript(plan: ProvedDesign, proof: Proof): string {
  const prove = (stage: Stage, at: number) =>
    `tee -q -o ${stageLog(at)} ${proveCommand(plan, proof, stage)} -show-public -dump_json ${counterexample(at)}`;
  const lines = [
    ...preparation(plan, proof),
    ...proof.stages.flatMap((stage, at) => [...alone(proof, stage), prove(stage, at)]),
    ...reportedWitnesses(plan, proof),
  ];
  return `${lines.join('\n')}\n`;
}

/** File of a stage for an SMT solver. */
export const smtFile = (stage: number) => `stage${stage}.smt2`;

/** The script that writes the stages for an SMT solver, properties as assertions; states are searched for as ever. */
export function smtScript(plan: ProvedDesign, proof: Proof): string {
  const stages = proof.stages.flatMap((stage, at) => [
    ...alone(proof, stage),
    ...stage.outputs.map((name) => `add -assert ${outputOf(name)}`),
    ...proof.assumptions.map(({ name }) => `add -assume ${outputOf(name)}`),
    'dffunmap',
    `write_smt2 -wires ${smtFile(at)}`,
  ]);
  return `${[...preparation(plan, proof), ...stages, ...reportedWitnesses(plan, proof)].join('\n')}\n`;
}

/** What yosys-smtbmc is told of the first cycle: it is in reset. */
export function smtReset({ config }: ProvedDesign): string {
  const { name, level } = resetView(config.reset);
  return `initial\nassume (= [${name}] ${level.endsWith('1') ? 'true' : 'false'})\n`;
}

/** The script that looks for a run from reset that ends with a property of this stage that does not hold. */
export function searchScript(plan: ProvedDesign, proof: Proof, at: number): string {
  const stage = proof.stages[at]!;
  const command = [
    `sat -seq 1 ${firstInReset(plan)} -tempinduct-baseonly -maxsteps ${proof.horizon} -timeout ${PATIENCE}`,
    ...claimed(proof, stage),
    '-show-public',
  ].join(' ');
  const lines = [
    ...preparation(plan, proof),
    ...alone(proof, stage),
    `tee -q -o ${stageLog(at)} ${command} -dump_json ${counterexample(at)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function reportedWitnesses(plan: ProvedDesign, proof: Proof): readonly string[] {
  return witnessCommands(plan, proof).flatMap(({ name, only, command }) => [
    ...only,
    `tee -q -o ${witnessLog(name)} ${command}`,
  ]);
}
