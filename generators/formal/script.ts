import { resetView } from '../emit/view.js';
import type { MacroPlan } from '../plan/plan.js';
import type { Proof } from './proof.js';

/*
 * The Yosys scripts of the proofs. They run in the package's folder, in Yosys 0.23 and later. Every
 * property is an output of its property module that must be 1 in every cycle after the first, which
 * is in reset; every assumption one that is held at 1. Induction: the properties hold in the cycle
 * after reset, and wherever all of them hold they hold in the next cycle.
 */

/** Longest wait for one answer of the solver when a run from reset is searched for, seconds. */
const PATIENCE = 60;

/** Where each part of a script reports, and leaves its counterexample. */
export const PROPERTIES_LOG = 'properties.log';
export const COUNTEREXAMPLE = 'counterexample.json';
export const witnessLog = (name: string) => `${name}.log`;

/** The script of a proof as the package ships it. */
export function shippedScript(plan: MacroPlan, proof: Proof): string {
  const { name, level } = resetView(plan.config.reset);
  const first = proof.combinational ? '' : ` The first cycle is in reset (${name} = ${level.at(-1)}).`;
  return [
    `# ${proof.title}: every property of formal/${moduleOf(plan, proof)}.v holds.${first}`,
    `# Run it in the package's folder: yosys formal/${proof.name}.ys`,
    `# A counterexample is left in ${proof.name}.vcd.`,
    ...preparation(plan, proof),
    '',
    `${propertiesCommand(plan, proof)} -dump_vcd ${proof.name}.vcd -verify`,
    '',
    '# The assumptions leave these states within reach.',
    ...witnessPreparation(proof),
    ...witnessCommands(plan, proof).map(({ command }) => `${command} -verify`),
    '',
  ].join('\n');
}

/** The script that proves and reports in files of its own. */
export function proofScript(plan: MacroPlan, proof: Proof): string {
  return [
    ...preparation(plan, proof),
    `tee -q -o ${PROPERTIES_LOG} ${propertiesCommand(plan, proof)} -dump_json ${COUNTEREXAMPLE}`,
    ...witnessPreparation(proof),
    ...witnessCommands(plan, proof).map(({ name, command }) => `tee -q -o ${witnessLog(name)} ${command}`),
    '',
  ].join('\n');
}

/** The script that looks for a run from reset that ends with a property that does not hold. */
export function searchScript(plan: MacroPlan, proof: Proof): string {
  const command = [
    'sat -seq 1',
    reset(plan),
    `-tempinduct-baseonly -maxsteps ${proof.horizon} -timeout ${PATIENCE}`,
    ...claimed(proof),
  ].join(' ');
  return [
    ...preparation(plan, proof),
    `tee -q -o ${PROPERTIES_LOG} ${command} -dump_json ${COUNTEREXAMPLE}`,
    '',
  ].join('\n');
}

export function moduleOf({ name }: MacroPlan, proof: Proof): string {
  return `${name}_prove_${proof.name}`;
}

/** Verilog files of the design that a proof is about, from the package's folder. */
export function designOf({ name }: MacroPlan, proof: Proof): readonly string[] {
  return [
    ...proof.design.map((suffix) => `rtl/${name}${suffix}.v`),
    ...proof.surroundings.map((file) => file.replace('*', name)),
  ];
}

/** Verilog files that say what has to hold, from the package's folder. */
export function propertySources(plan: MacroPlan, proof: Proof): readonly string[] {
  return [
    ...proof.models.map((model) => `formal/${plan.name}_${model}.v`),
    `formal/${moduleOf(plan, proof)}.v`,
  ];
}

/** From sources to one flat module of logic and flip-flops. */
export function preparation(plan: MacroPlan, proof: Proof): readonly string[] {
  const { removed, driven, observed, combinational } = proof;
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
    ...(combinational ? [] : ['async2sync', 'dffunmap']),
    'opt',
    'wreduce',
    'opt',
    'opt_clean -purge',
    'check -assert',
  ];
}

function propertiesCommand(plan: MacroPlan, proof: Proof): string {
  return [
    'sat',
    ...(proof.combinational ? [] : ['-seq 1', reset(plan), '-tempinduct -maxsteps 1']),
    ...claimed(proof),
  ].join(' ');
}

function claimed(proof: Proof): readonly string[] {
  return [...assumed(proof), ...proof.properties.map(({ name }) => `-prove ${name}_o 1`), '-show-public'];
}

/** Only the logic that witnesses need is left, then each is searched for. */
function witnessPreparation(proof: Proof): readonly string[] {
  return [`delete -output ${wires(proof.properties.map(({ name }) => `${name}_o`))}`, 'opt_clean -purge'];
}

function witnessCommands(plan: MacroPlan, proof: Proof) {
  return proof.witnesses.map(({ name, cycle }) => ({
    name,
    command: [
      'sat',
      ...(proof.combinational ? [] : [`-seq ${cycle}`, reset(plan)]),
      ...assumed(proof),
      proof.combinational ? `-set ${name}_o 1` : `-set-at ${cycle} ${name}_o 1`,
    ].join(' '),
  }));
}

/** The first cycle is in reset; in all others it is free. */
function reset({ config }: MacroPlan): string {
  const { name, level } = resetView(config.reset);
  return `-set-at 1 ${name} ${level.at(-1)}`;
}

function assumed({ assumptions }: Proof): readonly string[] {
  return assumptions.map(({ name }) => `-set ${name}_o 1`);
}

function wires(names: readonly string[]): string {
  return names.map((name) => `w:${name}`).join(' ');
}
