"""Trains the float transformer of this folder on the pieces to train on and writes weights.safetensors.

    python train.py out/language

The folder holds the pieces, as language.ts writes them. The recipe is fixed: AdamW, a learning rate that rises
and then falls along a cosine, a tenth of dropout. The held-out pieces are looked at once, after the last step.
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

VOCABULARY, LENGTH, WIDTH, HEADS, HIDDEN, BLOCKS, CLASSES = 730, 16, 64, 4, 128, 2, 8
EPOCHS, BATCH, RATE, WARM_UP, DECAY, DROPOUT, SEED = 3, 128, 2e-3, 0.1, 0.01, 0.1, 1


class Block(nn.Module):
    """A block of DistilBERT: attention, its residual and norm, two layers with GELU, their residual and norm."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        def heads(layer):
            return layer(x).view(-1, LENGTH, HEADS, WIDTH // HEADS).transpose(1, 2)

        scores = heads(self.query) @ heads(self.key).transpose(2, 3) / math.sqrt(WIDTH // HEADS)
        shares = F.dropout(scores.softmax(3), DROPOUT, self.training)
        mixed = (shares @ heads(self.value)).transpose(1, 2).reshape(-1, LENGTH, WIDTH)
        x = self.norm1(x + F.dropout(self.out(mixed), DROPOUT, self.training))
        return self.norm2(x + F.dropout(self.narrow(F.gelu(self.wide(x))), DROPOUT, self.training))


class Encoder(nn.Module):
    """Pairs of letters and their places, blocks, and a classifier on what the first token has become."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.pre, self.classes = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, CLASSES)
        for table in (self.tokens, self.places):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, tokens):
        x = F.dropout(self.norm(self.tokens(tokens) + self.places.weight), DROPOUT, self.training)
        for block in self.blocks:
            x = block(x)
        return self.classes(F.dropout(F.relu(self.pre(x[:, 0])), DROPOUT, self.training))


def read(folder, name):
    tokens = torch.from_numpy(np.load(folder / f"{name}-tokens.npy").astype(np.int64))
    return tokens, torch.from_numpy(np.load(folder / f"{name}-labels.npy").astype(np.int64))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("weights.safetensors"))
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    tokens, labels = read(options.data, "train")
    model, generator = Encoder(), torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * math.ceil(len(tokens) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=WARM_UP)
    for epoch in range(EPOCHS):
        started, total = time.time(), 0.0
        for chosen in torch.randperm(len(tokens), generator=generator).split(BATCH):
            loss = F.cross_entropy(model(tokens[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(chosen)
        print(f"epoch {epoch + 1}: loss {total / len(tokens):.4f}", flush=True)
        print(f"{time.time() - started:.0f} s", file=sys.stderr)
    model.eval()
    test, classes = read(options.data, "test")
    with torch.no_grad():
        print(f"held out: {100 * float((model(test).argmax(1) == classes).float().mean()):.2f} %")
    save_file({name: each.detach().numpy() for name, each in model.state_dict().items()}, options.output)


if __name__ == "__main__":
    main()
