import { isProved, type ProofResult } from '../../checks/formal/prove.js';
import type { Waveform } from '../../checks/formal/waveform.js';
import type { Proof } from '../../package/formal/proof.js';

/** All proofs of a macro, as they are reported. */
export interface ProofRun {
  readonly macro: string;
  readonly engine: string;
  readonly seconds: number;
  readonly results: readonly ProofResult[];
  /** Waveforms of the proofs that failed. */
  readonly waves: ReadonlyMap<Proof, string>;
}

type Verdict = 'proved' | 'failed' | 'open' | 'held';

const LABEL: Readonly<Record<Verdict, string>> = {
  proved: 'PROVED ',
  failed: 'FAILED ',
  open: 'OPEN   ',
  held: 'held   ',
};

/** One line a property, what broke it below; the verdict on all of them last. */
export function proofsText({ macro, engine, seconds, results, waves }: ProofRun): string {
  const lines = results.flatMap((result) => [
    `${result.proof.title} (${result.seconds.toFixed(1)} s)`,
    ...result.proof.properties.map(({ name, says }) => `  ${LABEL[verdictOf(result, name)]} ${says}`),
    ...result.witnesses
      .filter(({ reached }) => !reached)
      .map(({ says }) => `  FAILED  out of reach, so that the assumptions leave nothing to prove: ${says}`),
    ...explanation(result, waves.get(result.proof)),
  ]);
  const properties = results.flatMap(({ proof }) => proof.properties).length;
  const proved = results.filter(isProved).flatMap(({ proof }) => proof.properties).length;
  const head = results.every(isProved) ? 'PROVED' : 'FAILED';
  lines.push(
    `${head} ${macro}: ${proved} of ${properties} properties proved, ${engine}, ${seconds.toFixed(1)} s`,
  );
  return `${lines.join('\n')}\n`;
}

/** The same for machines; `passed` is what the exit code says. */
export function proofsJson({ macro, engine, seconds, results, waves }: ProofRun): string {
  const proofs = results.map((result) => {
    const { proof, outcome, witnesses } = result;
    const properties = proof.properties.map(({ name, says }) => ({
      name,
      says,
      verdict: verdictOf(result, name),
    }));
    const reached = witnesses.map((one) => ({ name: one.name, says: one.says, reached: one.reached }));
    const run = outcome.kind === 'proved' ? {} : { cycles: outcome.run.cycles, waveform: waves.get(proof) };
    return { name: proof.name, title: proof.title, seconds: result.seconds, properties, reached, ...run };
  });
  return `${JSON.stringify({ passed: results.every(isProved), macro, engine, seconds, proofs }, null, 2)}\n`;
}

function verdictOf({ outcome }: ProofResult, property: string): Verdict {
  if (outcome.kind === 'proved') return 'proved';
  return outcome.properties.includes(property) ? outcome.kind : 'held';
}

function explanation({ proof, outcome }: ProofResult, wave: string | undefined): string[] {
  if (outcome.kind === 'proved') return [];
  const { run } = outcome;
  const said =
    outcome.kind === 'failed'
      ? [`  fails in cycle ${run.cycles} of this run; what is marked held, holds in it:`]
      : [
          `  holds in all runs of ${outcome.cycles} cycles from reset, but not after this state, in which all hold;`,
          '  whether reset leads there is not known:',
        ];
  return [...said, ...lastCycles(run, proof).map((line) => `    ${line}`), `  waveform: ${wave}`];
}

/** Widest signal that is worth a line of text. */
const WIDEST_SHOWN = 32;

/** The last cycles of a run: free inputs, and the nets and outputs of the design that the properties look at. */
function lastCycles({ cycles, signals }: Waveform, { observed }: Proof): string[] {
  const nets = observed.map(({ net }) => net);
  const shown = signals
    .filter(
      ({ name }) =>
        (/^\w+_i$/.test(name) && name !== 'clk_i') || nets.includes(name) || /^u_\w+\.\w+_o$/.test(name),
    )
    .filter(({ values }) => (values.at(-1)?.length ?? 0) <= WIDEST_SHOWN);
  const widest = Math.max(0, ...shown.map(({ name }) => name.length));
  const digits = (value: string) =>
    /^[01]+$/.test(value) ? `0x${BigInt(`0b${value}`).toString(16)}` : value;
  return shown
    .filter(({ values }) => values.slice(-3).some((value) => value.includes('1')))
    .map(({ name, values }) => `${name.padEnd(widest)}  ${values.slice(-3).map(digits).join(' -> ')}`)
    .concat(`(cycles ${Math.max(1, cycles - 2)} to ${cycles}; all else is 0)`);
}
