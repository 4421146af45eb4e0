"""Trains a network on its macros: what `imcgen export --pytorch` has written, on images and their classes.

    python fine_tune.py <exported folder> --images train-images.npy --labels train-labels.npy -o <folder>

Every epoch is kept in <folder>/checkpoint.pt: the same command goes on after the last one that was finished. The recipe is fixed
before training. Batches are drawn by the seed; Adam with a cosine of the learning rate; levels are fitted again to what the
network has become, every `--refresh` batches on one batch of calibration images and at the end of each epoch on all of them, and with
them mean and deviation of every sum. What is saved is the state after the last epoch, however the test images like it.
"""

import argparse
import importlib.util
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("exported", type=Path, help="folder of imcgen export --pytorch")
    parser.add_argument("--images", required=True, help=".npy of training images, in the form of network.json")
    parser.add_argument("--labels", required=True, help=".npy of their classes")
    parser.add_argument("--test-images", help=".npy of held-out images, to watch")
    parser.add_argument("--test-labels")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for what was trained, and checkpoints")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3, help="learning rate at the start, 0 at the end")
    parser.add_argument("--calibration", type=int, default=512, help="training images that levels are fitted to")
    parser.add_argument("--refresh", type=int, default=50, help="batches between fits of the levels")
    parser.add_argument("--flip", action="store_true", help="half of the images are mirrored, as photographs may be")
    parser.add_argument("--shift", type=int, default=0, help="images are moved by up to so many pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--codes-only", action="store_true", help="leave out the float weights behind the trained cells")
    return parser.parse_args()


def loaded(folder):
    spec = importlib.util.spec_from_file_location("network", folder / "network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def varied(images, generator, flip, shift):
    """Images moved at random, each by its own way; what comes in from outside is the edge."""
    if flip:
        mirrored = torch.rand(len(images), generator=generator) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    if shift:
        size = images.shape[2:]
        wide = F.pad(images, (shift,) * 4, mode="replicate")
        moves = torch.randint(0, 2 * shift + 1, (len(images), 2), generator=generator).tolist()
        images = torch.stack([wide[at, :, y : y + size[0], x : x + size[1]] for at, (y, x) in enumerate(moves)])
    return images


@torch.no_grad()
def accuracy(network, images, labels):
    network.eval()
    right = sum(
        int((network(images[at : at + 250]).argmax(1) == labels[at : at + 250]).sum())
        for at in range(0, len(images), 250)
    )
    network.train()
    return right / len(images)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.output.mkdir(parents=True, exist_ok=True)
    module = loaded(options.exported)
    network = module.Network()
    images, labels = module.load_images(options.images), torch.from_numpy(np.load(options.labels).astype(np.int64))
    test = None
    if options.test_images is not None:
        classes = torch.from_numpy(np.load(options.test_labels).astype(np.int64))
        test = (module.load_images(options.test_images), classes)
    calibration = images[: options.calibration]
    network.begin(calibration)

    weights = [layer.weight for layer in network.layers.values()]
    others = [each for layer in network.layers.values() for each in (layer.gain, layer.centre)]
    optimizer = torch.optim.Adam([{"params": weights}, {"params": others}], lr=options.rate)
    generator = torch.Generator().manual_seed(options.seed)
    batches = len(images) // options.batch
    checkpoint, log, first = options.output / "checkpoint.pt", options.output / "log.txt", 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        generator.set_state(kept["generator"])
        first = kept["epoch"]
        print(f"goes on after epoch {first}")

    def tell(line):
        print(line, flush=True)
        with log.open("a") as file:
            file.write(line + "\n")

    if first == 0:
        log.write_text("")
        tell(" ".join(f"{name}={value}" for name, value in vars(options).items() if name in RECIPE))
        network.refresh(calibration)
        if test is not None:
            tell(f"before training: test {100 * accuracy(network, *test):.2f} %")
    network.train()
    for epoch in range(first, options.epochs):
        started, total = time.time(), 0.0
        order = torch.randperm(len(images), generator=generator)
        for batch in range(batches):
            progress = (epoch * batches + batch) / (options.epochs * batches)
            for group in optimizer.param_groups:
                group["lr"] = options.rate * (1 + math.cos(math.pi * progress)) / 2
            chosen = order[batch * options.batch : (batch + 1) * options.batch]
            seen = varied(images[chosen], generator, options.flip, options.shift)
            loss = F.cross_entropy(network.scores(seen), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach())
            if options.refresh and batch % options.refresh == options.refresh - 1:
                network.refresh(calibration[: options.batch])
        network.refresh(calibration)
        tested = "" if test is None else f", test {100 * accuracy(network, *test):.2f} %"
        print(f"{time.time() - started:.0f} s", file=sys.stderr)
        tell(f"epoch {epoch + 1}: loss {total / batches:.4f}{tested}")
        state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1}
        staged = checkpoint.with_suffix(".new")
        torch.save({**state, "generator": generator.get_state()}, staged)
        staged.replace(checkpoint)
    network.eval()
    network.save(options.output, floats=not options.codes_only)


# What a result depends on, besides the images.
RECIPE = ("epochs", "batch", "rate", "calibration", "refresh", "flip", "shift", "seed")

if __name__ == "__main__":
    main()
