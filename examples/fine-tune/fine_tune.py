"""Trains a network on its macros: what `imcgen export --pytorch` has written, on images and their classes.

    python fine_tune.py <exported folder> --images train-images.npy --labels train-labels.npy -o <folder>

Every epoch, and every `--keep` batches, are kept in <folder>/checkpoint.pt: the same command goes on from there. The recipe is
fixed before training. Batches are drawn by the seed; Adam with a learning rate that falls as a cosine, over all epochs or the
last `--decay`; weights are those after the last step, or the mean over the last `--average` epochs; levels are fitted again to
what the network has become, every `--refresh` batches on one batch of calibration images and at the end of each epoch on all of
them, and with them mean and deviation of every sum. What is saved is the state after the last epoch, however the test images like it.
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
    parser.add_argument("--start", help="checkpoint.pt of another run to begin from, the same layers on other tiles")
    parser.add_argument("--epochs", type=float, default=10)
    parser.add_argument("--decay", type=float, help="epochs at the end in which the rate falls: 0 for none (default: all)")
    parser.add_argument("--average", type=float, default=0, help="epochs at the end whose weights are averaged")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3, help="learning rate at the start, 0 at the end")
    parser.add_argument("--relative", action="store_true", help="the rate of weights is in units of their layer's scale")
    parser.add_argument("--teacher", nargs=2, metavar=("FILE", "FOLDER"), help="scores to learn: load(FOLDER) of FILE")
    parser.add_argument("--temperature", type=float, default=4, help="at which scores and the teacher's are compared")
    parser.add_argument("--calibration", type=int, default=512, help="training images that levels are fitted to")
    parser.add_argument("--refresh", type=int, default=50, help="batches between fits of the levels")
    parser.add_argument("--flip", action="store_true", help="half of the images are mirrored, as photographs may be")
    parser.add_argument("--shift", type=int, default=0, help="images are moved by up to so many pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--keep", type=int, default=0, help="batches between checkpoints, besides those of epochs")
    parser.add_argument("--fast", action="store_true", help="bfloat16, fused passes: see fast.py")
    parser.add_argument("--codes-only", action="store_true", help="leave out the float weights behind the trained cells")
    return parser.parse_args()


def loaded(file):
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
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


def loss_of(scores, classes, taught, temperature):
    """Cross entropy; with a teacher 0.3 of it, and 0.7 of how far its softened answers are (Hinton, Vinyals, Dean 2015)."""
    own = F.cross_entropy(scores, classes)
    if taught is None:
        return own
    softened = F.log_softmax(scores / temperature, 1), F.log_softmax(taught / temperature, 1)
    return 0.3 * own + 0.7 * temperature**2 * F.kl_div(*softened, reduction="batchmean", log_target=True)


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
    module = loaded(options.exported / "network.py")
    network = module.Network()
    images, labels = np.load(options.images, mmap_mode="r"), torch.from_numpy(np.load(options.labels).astype(np.int64))
    test = None
    if options.test_images is not None:
        classes = torch.from_numpy(np.load(options.test_labels).astype(np.int64))
        test = (module.load_images(options.test_images), classes)
    calibration = module.normalised(images[: options.calibration])
    network.begin(calibration)
    teacher = None if options.teacher is None else loaded(options.teacher[0]).load(options.teacher[1])

    layers = list(network.layers.values())
    rates = [options.rate * (float(layer.weight_scales.mean()) if options.relative else 1) for layer in layers]
    groups = [{"params": [layer.weight], "lr": rate} for layer, rate in zip(layers, rates)]
    others = [each for layer in layers for each in (layer.gain, layer.centre)]
    optimizer = torch.optim.Adam([*groups, {"params": others, "lr": 2e-3 if options.relative else options.rate}])
    rates = [group["lr"] for group in optimizer.param_groups]
    if options.fast:
        loaded(Path(__file__).parent / "fast.py").hasten(module, network)
    generator = torch.Generator().manual_seed(options.seed)
    batches = len(images) // options.batch
    last = round(options.epochs * batches)
    decay = last if options.decay is None else round(options.decay * batches)
    checkpoint, log = options.output / "checkpoint.pt", options.output / "log.txt"
    done, order, total, taken = 0, None, 0.0, 0
    parameters = list(network.parameters())
    means = [torch.zeros_like(each, requires_grad=False) for each in parameters]
    if options.start is not None:
        kept = torch.load(options.start, weights_only=True)
        names = [name for name, _ in network.named_parameters()]
        starts = kept["means"] if kept["taken"] > 0 else [kept["network"][name] for name in names]
        with torch.no_grad():
            for each, start in zip(parameters, starts):
                each.copy_(start)
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        generator.set_state(kept["generator"])
        done, order, total = kept["done"], kept["order"], kept["total"]
        taken, means = kept["taken"], kept["means"]
        print(f"goes on after batch {done}", file=sys.stderr)

    def keep():
        state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "generator": generator.get_state()}
        staged = checkpoint.with_suffix(".new")
        torch.save({**state, "done": done, "order": order, "total": total, "taken": taken, "means": means}, staged)
        staged.replace(checkpoint)

    def tell(line):
        print(line, flush=True)
        with log.open("a") as file:
            file.write(line + "\n")

    def tested():
        return "" if test is None else f", test {100 * accuracy(network, *test):.2f} %"

    if done == 0:
        log.write_text("")
        tell(" ".join(f"{name}={value}" for name, value in vars(options).items() if name in RECIPE))
        network.refresh(calibration)
        tell(f"before training{tested()}")
    network.train()
    started = time.time()
    while done < last:
        batch = done % batches
        if batch == 0:
            order, total = torch.randperm(len(images), generator=generator), 0.0
        share = (1 + math.cos(math.pi * max(0.0, 1 - (last - done) / decay))) / 2 if decay > 0 else 1
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * share
        chosen = order[batch * options.batch : (batch + 1) * options.batch]
        seen = varied(module.normalised(images[chosen.numpy()]), generator, options.flip, options.shift)
        taught = None if teacher is None else teacher(seen)
        loss = loss_of(network.scores(seen), labels[chosen], taught, options.temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += float(loss.detach())
        done += 1
        if done % APART == 0 and done > last - options.average * batches:
            taken += 1
            with torch.no_grad():
                for mean, each in zip(means, parameters):
                    mean += (each - mean) / taken
        if options.refresh and done % options.refresh == 0:
            network.refresh(calibration[: options.batch])
        if done % batches == 0 or done == last:
            network.refresh(calibration)
            print(f"{time.time() - started:.0f} s", file=sys.stderr)
            tell(f"epoch {done / batches:.4g}: loss {total / (batch + 1):.4f}{tested()}")
            keep()
        elif options.keep and done % options.keep == 0:
            print(f"batch {done}: loss {total / (batch + 1):.4f}, {time.time() - started:.0f} s", file=sys.stderr)
            keep()
    if taken > 0:
        with torch.no_grad():
            for mean, each in zip(means, parameters):
                each.copy_(mean)
        network.refresh(calibration)
        tell(f"weights averaged, {taken} times, {APART} batches apart{tested()}")
    network.eval()
    network.save(options.output, floats=not options.codes_only)


# Batches between weights that are averaged: neighbours differ little.
APART = 20

# What a result depends on, besides the images.
RECIPE = (
    *("epochs", "decay", "average", "batch", "rate", "relative", "teacher", "temperature"),
    *("calibration", "refresh", "flip", "shift", "seed", "fast"),
)

if __name__ == "__main__":
    main()
