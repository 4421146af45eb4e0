import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILTIN, type Engine, engineOf, SMT } from '../../../generators/checks/formal/engines.js';
import { filesOf, isProved, prove, proveMacro } from '../../../generators/checks/formal/prove.js';
import { vcdOf } from '../../../generators/checks/formal/waveform.js';
import { orThrow } from '../../../generators/common/problems.js';
import { isInstalled } from '../../../generators/common/tool.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { outputsOf, type Proof, together } from '../../../generators/package/formal/proof.js';
import { proofsOf } from '../../../generators/package/formal/proofs.js';
import { moduleOf } from '../../../generators/package/formal/script.js';
import { packageFiles } from '../../../generators/package/package.js';
import { writePackage } from '../../../generators/package/write.js';
import { CLI } from '../../fixtures/command-line.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';
import { PLANS, PLANTED } from '../../fixtures/planted-faults.js';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf('auto');
});

describe('every property holds', () => {
  it.concurrent.each(forEveryChange(Object.entries(PLANS), ([name]) => name === 'tiny'))(
    '%s',
    async (_, plan) => {
      await withPackage(plan, async (folder) => {
        const results = await proveMacro(folder, plan, { engine, jobs: 2 });
        expect(results.filter((result) => !isProved(result)).map(({ proof }) => proof.title)).toEqual([]);
        expect(results.map(({ proof }) => proof)).toEqual(proofsOf(plan));
      });
    },
  );
});

/** A proof that is about one of its properties only. */
function only(proof: Proof, name: string): Proof {
  const claim = proof.properties.find((one) => one.name === name)!;
  const outputs = outputsOf(claim);
  const stages = proof.stages
    .map((stage) => ({ ...stage, outputs: stage.outputs.filter((output) => outputs.includes(output)) }))
    .filter((stage) => stage.outputs.length > 0);
  return { ...proof, stages };
}

const proofOf = (plan: MacroPlan, name: Proof['name']) =>
  proofsOf(plan).find((proof) => proof.name === name)!;

describe('a planted fault', () => {
  it.concurrent.each(forEveryChange(PLANTED, everyNth(24)))(
    'is found by $proof / $property: $to in $file of $plan',
    async (fault) => {
      const plan = PLANS[fault.plan];
      const proof = only(proofOf(plan, fault.proof), fault.property);
      await withPackage(plan, async (folder) => {
        await replaceOnce(path.join(folder, `rtl/${plan.name}_${fault.file}.v`), fault.from, fault.to);
        const { outcome } = await prove(folder, plan, proof, engine, undefined);
        expect(outcome).toMatchObject({ kind: 'failed', properties: [fault.property] });
        if (outcome.kind !== 'failed') return;
        const names = outcome.run.signals.map(({ name }) => name);
        expect(names).toContain(`${proof.stages[0]!.outputs[0]}_o`);
        expect(vcdOf(outcome.run, moduleOf(plan, proof))).toMatch(/^\$timescale.*\$enddefinitions/s);
      });
    },
  );

  it('is there for every property', () => {
    const all = Object.values(PLANS).flatMap((plan) =>
      proofsOf(plan).flatMap((proof) =>
        proof.properties.map(
          ({ name }) => `${proof.name === 'bus' ? `${plan.config.bus}.` : ''}${proof.name}.${name}`,
        ),
      ),
    );
    const found = PLANTED.map(
      ({ plan, proof, property }) =>
        `${proof === 'bus' ? `${PLANS[plan].config.bus}.` : ''}${proof}.${property}`,
    );
    expect([...new Set(all)].filter((property) => !found.includes(property))).toEqual([]);
  });
});

describe('a proof is not empty', () => {
  const plan = PLANS.tiny;

  it.each(forEveryChange(proofsOf(plan), everyNth(4)))(
    '$name: what is false cannot be proved',
    async (proof) => {
      await withPackage(plan, async (folder) => {
        const [witness] = proof.witnesses;
        const never = { ...proof, stages: together([witness!], !proof.clocked) };
        const { outcome } = await prove(folder, plan, never, engine, undefined);
        expect(outcome.kind).toBe('failed');
      });
    },
  );

  it('assumptions that exclude each other are found out', async () => {
    await withPackage(plan, async (folder) => {
      const proof = proofOf(plan, 'decoder');
      const [contents, witness] = [proof.properties[0]!, proof.witnesses[0]!];
      // The last entry differs from the planned one in every cycle, those of reset too: there is no such run.
      const impossible = {
        ...proof,
        assumptions: [...proof.assumptions, witness],
        stages: together([contents, witness]),
      };
      const files = await filesOf(folder, plan, proof);
      const task = { folder, plan, proof: impossible, files, signal: undefined };
      const { outcome, reached } = await engine.prove(task);
      expect(outcome.kind).toBe('proved');
      expect([...reached]).toEqual([]);
    });
  });
});

describe('imcgen prove', () => {
  const plan = PLANS.tiny;
  let home: string;
  let folder: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'imcgen-test-'));
    folder = orThrow(await writePackage(path.join(home, 'tiny'), packageFiles(plan)));
  });
  afterAll(() => rm(home, { recursive: true }));

  const imcgen = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, 'prove', ...args], {
      reject: false,
    });
    return { exitCode, stdout, stderr };
  };

  itLong('needs nothing but npm packages', async () => {
    const proof = proofOf(plan, 'conversion');
    expect(isProved(await prove(folder, plan, proof, BUILTIN, undefined))).toBe(true);
  });

  it('has a second opinion where z3 is installed', async ({ skip }) => {
    if (!isInstalled('yosys-smtbmc') || !isInstalled('z3')) skip();
    const proof = proofOf(plan, 'bus');
    expect(isProved(await prove(folder, plan, proof, SMT, undefined))).toBe(true);
    await withPackage(plan, async (broken) => {
      await replaceOnce(path.join(broken, 'rtl/tiny_apb.v'), 'psel_i && !penable_i;', 'psel_i;');
      const { outcome } = await prove(broken, plan, proof, SMT, undefined);
      expect(outcome.kind).toBe('failed');
    });
  });

  it('says every property', async () => {
    const { exitCode, stdout, stderr } = await imcgen(folder);
    const properties = proofsOf(plan).flatMap((proof) => proof.properties);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const { says } of properties) expect(stdout).toContain(`  PROVED  ${says}\n`);
    expect(stdout.split('\n').at(-1)).toMatch(
      `PROVED tiny: ${properties.length} of ${properties.length} properties`,
    );
  });

  itLong('shows what breaks a property, and keeps its waveform', async () => {
    const waves = path.join(home, 'waves');
    const controller = path.join(folder, 'rtl/tiny_controller.v');
    const text = await readFile(controller, 'utf8');
    await replaceOnce(controller, '= !idle || queued;', '= (!idle && !done) || queued;');
    const { exitCode, stdout } = await imcgen(folder, '--json', '--waves', waves);
    expect(exitCode).toBe(1);
    const { passed, proofs } = JSON.parse(stdout);
    const broken = proofs.find((proof: { name: string }) => proof.name === 'conversion');
    expect(passed).toBe(false);
    expect(broken.properties).toContainEqual(expect.objectContaining({ name: 'idle', verdict: 'failed' }));
    expect(broken.waveform).toBe(path.join(waves, 'conversion.vcd'));
    expect(await readFile(broken.waveform, 'utf8')).toMatch(/\$var wire 1 \S+ idle_o \$end/);
    await replaceOnce(controller, '= (!idle && !done) || queued;', '= !idle || queued;');
    expect(await readFile(controller, 'utf8')).toBe(text);
  });

  it('names a file that is missing', async () => {
    const { exitCode, stderr } = await imcgen(path.join(home, 'nowhere'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no such file');
  });
});
