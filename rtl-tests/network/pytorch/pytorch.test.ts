import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNewFiles } from '../../../generators/common/files/writer.js';
import { orThrow } from '../../../generators/common/problems.js';
import { readNpy, writeNpy } from '../../../generators/levels/calibrate/npy.js';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import type { NetworkHardware } from '../../../generators/network/engine/hardware.js';
import { planNetwork } from '../../../generators/network/plan/plan.js';
import { pytorchFiles } from '../../../generators/network/pytorch/module.js';
import { PythonNames, python } from '../../../generators/network/pytorch/names.js';
import { readTrained, trainedHardware } from '../../../generators/network/trained/trained.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { SMALL_INPUT } from '../../fixtures/onnx.js';
import { TORCH, withTorch } from '../../fixtures/torch.js';

const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const CASES: Readonly<Record<string, Partial<NetworkConfigInput>>> = {
  digits: {},
  'levels of a tile': { levels: { sharing: 'tile' } },
  'levels of a layer, ternary weights': { levels: { sharing: 'layer' }, weights: { method: 'ternary' } },
  'lines that clip': { macro: { ...MACRO, array: { ...MACRO.array, headroom: 60 } } },
  'binary weights of arrays': { weights: { method: 'bwma', granularity: 'array' } },
  'balanced digits of arrays, first layer digital': {
    weights: { digits: [1, 3], granularity: 'array' },
    overrides: [{ layer: 'first', on: 'digital' }],
  },
  'ternary weights of columns, last layer digital': {
    weights: { method: 'ternary' },
    overrides: [{ layer: 'last', on: 'digital', digits: [1, 2, 4] }],
  },
};
const IMAGES = 12;
const images = randomImages(IMAGES, SMALL_INPUT, 2);

/** Codes before training; a few steps of it; codes after, with parameters saved. */
const PROGRAM = `
import sys, importlib.util
import numpy, torch
for number, folder in enumerate(sys.argv[1:]):
    spec = importlib.util.spec_from_file_location(f"network{number}", folder + "/network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Network().eval()
    images = module.load_images(folder + "/images.npy")
    labels = torch.arange(len(images)) % 3
    with torch.no_grad():
        numpy.save(folder + "/codes.npy", network(images).numpy())
    network.begin(images)
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    losses = []
    for step in range(12):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network.scores(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if step == 5:
            network.refresh(images)
    idle = [name for name, each in network.named_parameters() if each.grad is None or not each.grad.abs().sum() > 0]
    network.refresh(images)
    network.eval()
    network.save(folder + "/trained")
    with torch.no_grad():
        numpy.save(folder + "/trained/after.npy", network(images).numpy())
        numpy.save(folder + "/trained/again.npy", module.Network(folder + "/trained").eval()(images).numpy())
    print(losses[0], losses[-1], ",".join(idle))
`;

/** Loss and gradients of a training step, by the module and by the passes of fast.py in numbers that are as exact. */
const FAST = `
import sys, importlib.util
import torch
def loaded(file):
    spec = importlib.util.spec_from_file_location("loaded", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
fast = loaded("examples/fine-tune/fast.py")
for folder in sys.argv[1:]:
    found = []
    for hastened in (False, True):
        module = loaded(folder + "/network.py")
        # Of equal values in a window the one that gets the gradient depends on the order in memory.
        pool = module.max_pool
        module.max_pool = lambda values, *rest: pool(values.contiguous(), *rest)
        network = module.Network()
        images = module.load_images(folder + "/images.npy")
        network.begin(images)
        if hastened:
            fast.hasten(module, network, torch.float64, compiled=False)
        network.train()
        loss = torch.nn.functional.cross_entropy(network.scores(images).float(), torch.arange(len(images)) % 3)
        loss.backward()
        gradients = [each.grad.flatten() for each in network.parameters()]
        found.append((float(loss.detach()), gradients))
        network.eval()
        with torch.no_grad():
            codes = network(images)
        found[-1] += (codes,)
    (loss, gradients, codes), (other, others, after) = found
    cosines = [float(torch.nn.functional.cosine_similarity(*pair, 0)) for pair in zip(gradients, others)]
    lengths = [float(one.norm() / two.norm()) for one, two in zip(gradients, others)]
    print(loss, other, min(cosines), min(lengths), max(lengths), bool((codes == after).all()))
`;

let folder: string;
const made = new Map<string, { hardware: NetworkHardware; at: string; printed: string }>();
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-torch-'));
  if (TORCH === undefined) return;
  for (const [number, [name, changes]] of Object.entries(CASES).entries()) {
    const at = path.join(folder, String(number));
    const hardware = await smallHardware(changes);
    orThrow(await writeNewFiles(at, pytorchFiles(hardware)));
    writeNpy(path.join(at, 'images.npy'), {
      ...{ shape: [IMAGES, ...SMALL_INPUT], fortranOrder: false, data: images },
    });
    made.set(name, { hardware, at, printed: '' });
  }
  const lines = withTorch(PROGRAM, ...[...made.values()].map(({ at }) => at)).split('\n');
  for (const [number, each] of [...made.values()].entries()) each.printed = lines[number]!;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const codesIn = (at: string, ...names: string[]) => [...orThrow(readNpy(path.join(at, ...names))).data];

describe.skipIf(TORCH === undefined).each(Object.keys(CASES))('%s', (name) => {
  it('the PyTorch module gives the codes of the golden model', () => {
    const { hardware, at } = made.get(name)!;
    expect(codesIn(at, 'codes.npy')).toEqual([...new GoldenNetwork(hardware).run(images)]);
  });

  it('trains: the loss falls, and a gradient reaches every parameter', () => {
    const [first, last, idle] = made.get(name)!.printed.split(' ');
    expect(Number(last)).toBeLessThan(Number(first));
    expect(idle).toBe('');
  });

  it('comes back: the golden model with what was trained gives the codes of the module', async () => {
    const { hardware, at } = made.get(name)!;
    const { config, network } = hardware.plan;
    const after = codesIn(at, 'trained', 'after.npy');
    expect(codesIn(at, 'trained', 'again.npy')).toEqual(after);
    const trained = orThrow(await readTrained(path.join(at, 'trained', 'parameters.json'), network));
    const plan = orThrow(planNetwork(config, network, 'network.json', trained));
    const back = orThrow(trainedHardware(plan, trained));
    expect([...new GoldenNetwork(back).run(images)]).toEqual(after);
    expect(after).not.toEqual(codesIn(at, 'codes.npy'));
  });
});

describe.skipIf(TORCH === undefined)('training in fused passes', () => {
  it('has the loss, the gradients and, once trained, the codes of the module', () => {
    const lines = withTorch(FAST, ...[...made.values()].map(({ at }) => at))
      .trim()
      .split('\n');
    expect(lines).toHaveLength(made.size);
    for (const line of lines) {
      const [loss, other, ...rest] = line.split(' ');
      expect(Number(other)).toBeCloseTo(Number(loss), 4);
      const [cosine, shortest, longest] = rest.map(Number);
      expect(cosine).toBeGreaterThan(0.9999);
      expect([shortest, longest].map((each) => Math.abs(each! - 1) < 0.001)).toEqual([true, true]);
      expect(rest.at(-1)).toBe('True');
    }
  });
});

interface LayerNumbers {
  readonly levels: readonly { readonly references: number[] }[];
  readonly requantizer: { readonly factors: number[]; readonly biases: number[] };
}
type Numbers = { readonly layers: Record<string, LayerNumbers> };

describe('parameters of an export', () => {
  const problemsOf = async (change: (parameters: Numbers) => void) => {
    const hardware = await smallHardware({ weights: { method: 'ternary' } });
    const at = mkdtempSync(path.join(folder, 'changed-'));
    orThrow(await writeNewFiles(at, pytorchFiles(hardware)));
    const file = path.join(at, 'parameters.json');
    const parameters = JSON.parse(readFileSync(file, 'utf8')) as Numbers;
    change(parameters);
    writeFileSync(file, JSON.stringify(parameters));
    const { config, network } = hardware.plan;
    const trained = await readTrained(file, network);
    if (!trained.ok) return trained.problems.map(({ path: where, message }) => `${where} ${message}`);
    const plan = planNetwork(config, network, 'network.json', trained.value);
    const back = plan.ok ? trainedHardware(plan.value, trained.value) : plan;
    if (!back.ok) return back.problems.map(({ path: where, message }) => `${where} ${message}`);
    return [...new GoldenNetwork(back.value).run(images)].join() ===
      [...new GoldenNetwork(hardware).run(images)].join()
      ? []
      : ['other codes'];
  };

  it('are taken as they are', async () => {
    expect(await problemsOf(() => undefined)).toEqual([]);
  });

  it.each<[string, (layer: LayerNumbers, all: Numbers) => void, RegExp]>([
    [
      'a layer that is missing',
      (_, all) => delete all.layers[Object.keys(all.layers)[1]!],
      /^layers\.\w+ is missing$/,
    ],
    [
      'levels of another width',
      (layer) => layer.levels[0]!.references.pop(),
      /references has 6 entries, 7 are needed/,
    ],
    [
      'a factor too few',
      (layer) => layer.requantizer.factors.pop(),
      /factors has \d+ entries, \d+ are needed/,
    ],
    ['factors too large', (layer) => layer.requantizer.factors.fill(65535), /65535 does not fit/],
    ['products too large', (layer) => layer.requantizer.biases.fill(2 ** 24 - 1), /reach 2\^24/],
    ['references that fall', (layer) => layer.levels[0]!.references.reverse(), /./],
    ['a word where a number belongs', (layer) => Object.assign(layer.requantizer, { shift: 'x' }), /shift/],
  ])('are refused: %s', async (_, change, message) => {
    const problems = await problemsOf((all) => change(Object.values(all.layers)[0]!, all));
    expect(problems.join('\n')).toMatch(message);
  });
});

describe('names in Python', () => {
  it('are words of their own', () => {
    const names = new PythonNames();
    expect(
      ['/layer1/conv.0', 'layer1_conv_0', '12', 'class', '', '/layer1/conv.0'].map((name) => names.of(name)),
    ).toEqual(['layer1_conv_0', 'layer1_conv_0_2', 't12', 'class_2', 'tensor', 'layer1_conv_0']);
    expect(python([1, [2], [], null, true, 'a"b'])).toBe('(1, (2,), (), None, True, "a\\"b")');
  });
});
