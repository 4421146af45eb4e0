import type { MacroPlan } from '../../macro/plan/plan.js';
import { resetView } from '../../package/rtl/view.js';
import { outputsOf, type Proof, type Stage } from './proof.js';

/*
 * The Yosys scripts of the proofs. They run in the package's folder, in Yosys 0.23 and later. Every
 * property is an output of its property module that must be 1 in every cycle after the first, which
 * is in reset; every assumption one that is held at 1. Induction: the properties hold in the cycle
 * after reset, and wherever all of them hold they hold in the next cycle.
 */

/** Longest wait for one answer of the solver when a run from reset is searched for, seconds. */
const PATIENCE = 60;

/** Where each part of a script reports, and leaves its counterexample. */
export const stageLog = (stage: number) => `stage${stage}.log`;
export const counterexample = (stage: number) => `stage${stage}.json`;
export const witnessLog = (name: string) => `${name}.log`;

/** The script of a proof as the package ships it. */
export function shippedScript(plan: MacroPlan, proof: Proof): string {
  const { name, level } = resetView(plan.config.reset);
  const first = proof.clocked ? ` The first cycle is in reset (${name} = ${level.at(-1)}).` : '';
  const prove = (stage: Stage) =>
    `${proveCommand(plan, proof, stage)} -show-public -dump_vcd ${proof.name}.vcd -verify`;
  const lines = [
    `# ${proof.title}: every property of formal/${moduleOf(plan, proof)}.v holds.${first}`,
    `# Run it in the package's folder: yosys formal/${proof.name}.ys`,
    `# A counterexample is left in ${proof.name}.vcd.`,
    ...preparation(plan, proof),
    ...proof.stages.flatMap((stage) => ['', ...alone(proof, stage), prove(stage)]),
    '',
    '# The assumptions leave these states within reach.',
    ...witnessCommands(plan, proof).flatMap(({ only, command }) => [...only, `${command} -verify`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The script that proves and reports in files of its own. */
export function proofScript(plan: MacroPlan, proof: Proof): string {
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
export function smtScript(plan: MacroPlan, proof: Proof): string {
  const stages = proof.stages.flatMap((stage, at) => [
    ...alone(proof, stage),
    ...stage.outputs.map((name) => `add -assert ${output(name)}`),
    ...proof.assumptions.map(({ name }) => `add -assume ${output(name)}`),
    'dffunmap',
    `write_smt2 -wires ${smtFile(at)}`,
  ]);
  return `${[...preparation(plan, proof), ...stages, ...reportedWitnesses(plan, proof)].join('\n')}\n`;
}

/** What yosys-smtbmc is told of the first cycle: it is in reset. */
export function smtReset({ config }: MacroPlan): string {
  const { name, level } = resetView(config.reset);
  return `initial\nassume (= [${name}] ${level.endsWith('1') ? 'true' : 'false'})\n`;
}

/** The script that looks for a run from reset that ends with a property of this stage that does not hold. */
export function searchScript(plan: MacroPlan, proof: Proof, at: number): string {
  const stage = proof.stages[at]!;
  const command = [
    `sat -seq 1 ${reset(plan)} -tempinduct-baseonly -maxsteps ${proof.horizon} -timeout ${PATIENCE}`,
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

export function moduleOf({ name }: MacroPlan, proof: Proof): string {
  return `${name}_prove_${proof.name}`;
}

/** Verilog files of the design that a proof is about, from the package's folder. */
export function designOf({ name }: MacroPlan, proof: Proof): readonly string[] {
  return proof.design.map((suffix) => `rtl/${name}${suffix}.v`);
}

/** Verilog files that say what has to hold, from the package's folder. */
export function propertySources(plan: MacroPlan, proof: Proof): readonly string[] {
  return [
    ...proof.models.map((model) => `formal/${plan.name}_${model}.v`),
    `formal/${moduleOf(plan, proof)}.v`,
  ];
}

/** From sources to one flat module of logic and flip-flops, kept as `all`. */
function preparation(plan: MacroPlan, proof: Proof): readonly string[] {
  const { removed, driven, observed } = proof;
  return [
    ...[...designOf(plan, proof), ...propertySources(plan, proof)].map((file) => `read_verilog ${file}`),
    ...removed.map((instance) => `delete ${plan.name}/${instance}`),
    `hierarchy -check -top ${moduleOf(plan, proof)}`,
    'proc',
    'flatten',
    ...driven.map(({ net, by }) => `connect -nounset -set ${net} ${by}`),
    ...observed.map(({ port, net }) => `connect -nounset -set ${port} ${net}`),
    ...(observed.length > 0 ? [`delete -input ${wires(observed.map(({ port }) => port))}`] : []),
    'opt_clean -purge',
    'async2sync',
    'dffunmap',
    'opt',
    'wreduce',
    'opt',
    ...(proof.bitwise ? ['simplemap'] : []),
    'opt_clean -purge',
    'check -assert',
    'design -save all',
  ];
}

/** Leaves the logic that a stage needs. */
function alone(proof: Proof, stage: Stage): readonly string[] {
  return [
    ...without(proof, stage.outputs),
    ...(stage.anyState ? ['delete t:$*ff* t:$_*FF*', 'opt_clean -purge'] : []),
  ];
}

/** Leaves the logic that some outputs need, and the assumptions. */
function without(proof: Proof, kept: readonly string[]): readonly string[] {
  const all = [...proof.properties, ...proof.witnesses].flatMap(outputsOf);
  const others = all.filter((name) => !kept.includes(name));
  return ['design -load all', `delete -output ${wires(others.map(output))}`, 'opt_clean -purge'];
}

function proveCommand(plan: MacroPlan, proof: Proof, stage: Stage): string {
  const induction = stage.anyState ? [] : ['-seq 1', reset(plan), '-tempinduct -maxsteps 1'];
  return ['sat', ...induction, ...claimed(proof, stage)].join(' ');
}

function claimed(proof: Proof, stage: Stage): readonly string[] {
  return [...assumed(proof), ...stage.outputs.map((name) => `-prove ${output(name)} 1`)];
}

function reportedWitnesses(plan: MacroPlan, proof: Proof): readonly string[] {
  return witnessCommands(plan, proof).flatMap(({ name, only, command }) => [
    ...only,
    `tee -q -o ${witnessLog(name)} ${command}`,
  ]);
}

function witnessCommands(plan: MacroPlan, proof: Proof) {
  return proof.witnesses.map(({ name, cycle }) => ({
    name,
    only: without(proof, [name]),
    command: [
      'sat',
      ...(proof.clocked ? [`-seq ${cycle}`, reset(plan)] : []),
      ...assumed(proof),
      proof.clocked ? `-set-at ${cycle} ${output(name)} 1` : `-set ${output(name)} 1`,
    ].join(' '),
  }));
}

/** The first cycle is in reset; in all others it is free. */
function reset({ config }: MacroPlan): string {
  const { name, level } = resetView(config.reset);
  return `-set-at 1 ${name} ${level.at(-1)}`;
}

function assumed({ assumptions }: Proof): readonly string[] {
  return assumptions.map(({ name }) => `-set ${output(name)} 1`);
}

function output(name: string): string {
  return `${name}_o`;
}

function wires(names: readonly string[]): string {
  return names.map((name) => `w:${name}`).join(' ');
}
