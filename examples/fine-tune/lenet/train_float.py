"""Trains the float LeNet of this folder on the 8,000 training digits and writes weights.safetensors.

    python train_float.py out/lenet

The folder holds the digits, as lenet.ts writes them. The recipe is fixed: Adam with a cosine of the learning rate, each image
moved by up to two pixels. The held-out digits are looked at once, after the last step.
"""

import argparse
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

EPOCHS, BATCH, RATE, SHIFT, SEED = 20, 64, 2e-3, 2, 1


def network():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


# Where the layers with weights stand in it.
NAMES = {"conv1": 0, "conv2": 3, "fc1": 7, "fc2": 9}


def moved(images, generator):
    size = images.shape[2:]
    wide = F.pad(images, (SHIFT,) * 4)
    moves = torch.randint(0, 2 * SHIFT + 1, (len(images), 2), generator=generator).tolist()
    return torch.stack([wide[at, :, y : y + size[0], x : x + size[1]] for at, (y, x) in enumerate(moves)])


def read(folder, name):
    images = torch.from_numpy(np.load(folder / f"{name}-images.npy").astype(np.float32) / 255)
    return images, torch.from_numpy(np.load(folder / f"{name}-labels.npy").astype(np.int64))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("weights.safetensors"))
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    images, labels = read(options.data, "train")
    model, generator = network(), torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    steps = EPOCHS * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(EPOCHS):
        started, total = time.time(), 0.0
        for chosen in torch.randperm(len(images), generator=generator).split(BATCH):
            loss = F.cross_entropy(model(moved(images[chosen], generator)), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(chosen)
        print(f"epoch {epoch + 1}: loss {total / len(images):.4f}", flush=True)
        print(f"{time.time() - started:.0f} s", file=sys.stderr)
    model.eval()
    test, classes = read(options.data, "test")
    with torch.no_grad():
        print(f"held out: {100 * float((model(test).argmax(1) == classes).float().mean()):.2f} %")
    tensors = {
        f"{name}.{kind}": getattr(model[at], kind).detach().numpy()
        for name, at in NAMES.items()
        for kind in ("weight", "bias")
    }
    save_file(tensors, options.output)


if __name__ == "__main__":
    main()
