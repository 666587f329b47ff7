"""Which setting PyTorch is fastest with: slices of every kind of work in every setting, in turn; prints one JSON object.

Usage: /usr/bin/python3 bench/pytorch-settings.py --work train-32,train-128,forward-128 [--rounds 3] [--settings a,b]
Gives, by work and setting, the median seconds of an epoch of 60,000 images or of a pass over 70,000, from its slices.
"""
import argparse
import json
import statistics
import time

import torch

from lenet5 import data, evaluator, trainer

both = ["plain", "channels_last", "no-onednn", "inplace", "script", "trace", "flush-denormals"]
candidates = {
    "train": [*both, "foreach", "channels_last+inplace", "channels_last+foreach", "channels_last+trace"],
    "forward": [*both, "frozen", "channels_last+inplace", "channels_last+frozen"],
}
slice_images = {"train": 2048, "forward": 8192}
whole = {"train": 60000, "forward": 70000}

arguments = argparse.ArgumentParser()
arguments.add_argument("--work", required=True)
arguments.add_argument("--rounds", type=int, default=3)
arguments.add_argument("--settings", help="instead of all: one setting for each kind of work")
options = arguments.parse_args()
torch.set_num_threads(1)

(images, labels), _ = data()
works = options.work.split(",")
settings = dict(zip(works, options.settings.split(","))) if options.settings else {}
found = {}
for work in works:
    kind, batch = work.split("-")
    count = slice_images[kind]

    def make(setting):
        if kind == "train":
            train = trainer(setting, images, labels, int(batch))
            return lambda few: train(torch.randperm(60000)[:few])
        evaluate = evaluator(setting, images, int(batch))
        return lambda few: evaluate(images[:few], labels[:few])

    runs = {setting: make(setting) for setting in ([settings[work]] if settings else candidates[kind])}
    seconds = {setting: [] for setting in runs}
    for turn in range(options.rounds + 1):
        for setting, run in runs.items():
            start = time.perf_counter()
            run(count if turn else count // 4)  # the first turn warms up
            if turn:
                seconds[setting].append((time.perf_counter() - start) * whole[kind] / count)
    found[work] = {setting: statistics.median(values) for setting, values in seconds.items()}
print(json.dumps({"version": torch.__version__, "seconds": found}))
