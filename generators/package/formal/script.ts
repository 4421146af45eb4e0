import { resetView } from '../rtl/view.js';
import { outputsOf, type Proof, type ProvedDesign, type Stage } from './proof.js';

/*
 * The Yosys scripts of the proofs. They run in the package's folder, in Yosys 0.23 and later. Every
 * property is an output of its property module that must be 1 in every cycle after the first, which
 * is in reset; every assumption one that is held at 1. Induction: the properties hold in the cycle
 * after reset, and wherever all of them hold they hold in the next cycle.
 */

/** The script of a proof as the package ships it. */
export function shippedScript(plan: ProvedDesign, proof: Proof): string {
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

export function moduleOf({ name }: ProvedDesign, proof: Proof): string {
  return `${name}_prove_${proof.name}`;
}

/** Verilog files of the design that a proof is about, from the package's folder. */
export function designOf({ name }: ProvedDesign, proof: Proof): readonly string[] {
  return proof.design.map((suffix) => `rtl/${name}${suffix}.v`);
}

/** Verilog files that say what has to hold, from the package's folder. */
export function propertySources(plan: ProvedDesign, proof: Proof): readonly string[] {
  return [
    ...proof.models.map((model) => `formal/${plan.name}_${model}.v`),
    `formal/${moduleOf(plan, proof)}.v`,
  ];
}

/** From sources to one flat module of logic and flip-flops, kept as `all`. */
export function preparation(plan: ProvedDesign, proof: Proof): readonly string[] {
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
export function alone(proof: Proof, stage: Stage): readonly string[] {
  return [
    ...without(proof, stage.outputs),
    ...(stage.anyState ? ['delete t:$*ff* t:$_*FF*', 'opt_clean -purge'] : []),
  ];
}

/** Leaves the logic that some outputs need, and the assumptions. */
function without(proof: Proof, kept: readonly string[]): readonly string[] {
  const all = [...proof.properties, ...proof.witnesses].flatMap(outputsOf);
  const others = all.filter((name) => !kept.includes(name));
  return ['design -load all', `delete -output ${wires(others.map(outputOf))}`, 'opt_clean -purge'];
}

export function proveCommand(plan: ProvedDesign, proof: Proof, stage: Stage): string {
  const induction = stage.anyState ? [] : ['-seq 1', firstInReset(plan), '-tempinduct -maxsteps 1'];
  return ['sat', ...induction, ...claimed(proof, stage)].join(' ');
}

export function claimed(proof: Proof, stage: Stage): readonly string[] {
  return [...assumed(proof), ...stage.outputs.map((name) => `-prove ${outputOf(name)} 1`)];
}

export function witnessCommands(plan: ProvedDesign, proof: Proof) {
  return proof.witnesses.map(({ name, cycle }) => ({
    name,
    only: without(proof, [name]),
    command: [
      'sat',
      ...(proof.clocked ? [`-seq ${cycle}`, firstInReset(plan)] : []),
      ...assumed(proof),
      proof.clocked ? `-set-at ${cycle} ${outputOf(name)} 1` : `-set ${outputOf(name)} 1`,
    ].join(' '),
  }));
}

/** The first cycle is in reset; in all others it is free. */
export function firstInReset({ config }: ProvedDesign): string {
  const { name, level } = resetView(config.reset);
  return `-set-at 1 ${name} ${level.at(-1)}`;
}

function assumed({ assumptions }: Proof): readonly string[] {
  return assumptions.map(({ name }) => `-set ${outputOf(name)} 1`);
}

export function outputOf(name: string): string {
  return `${name}_o`;
}

function wires(names: readonly string[]): string {
  return names.map((name) => `w:${name}`).join(' ');
}
