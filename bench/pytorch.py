"""One epoch of the same network, data and optimizer in PyTorch, and the evaluation of 70,000 images; prints one JSON object.

Usage: /usr/bin/python3 bench/pytorch.py --batch 32 --threads 1
Data lies in memory as float32 tensors; channels_last and flushing denormals did not make it faster.
"""
import argparse
import json
import resource
import time

import torch
from torch import nn

from lenet5 import data, network

arguments = argparse.ArgumentParser()
arguments.add_argument("--batch", type=int, required=True)
arguments.add_argument("--threads", type=int, required=True)
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

train, test = data()
model = network()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-4)
criterion = nn.CrossEntropyLoss()


def step(x, y):
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    optimizer.step()


for k in range(20):  # warm-up
    step(*(t[k * options.batch : (k + 1) * options.batch] for t in train))
start = time.perf_counter()
for indices in torch.randperm(60000).split(options.batch):
    step(train[0][indices], train[1][indices])
trained = time.perf_counter()
with torch.no_grad():
    for x, y in (train, test):
        for a, b in zip(x.split(500), y.split(500)):
            (model(a).argmax(1) == b).sum().item()
evaluated = time.perf_counter()
print(json.dumps({
    "who": f"PyTorch {torch.__version__}", "batchSize": options.batch, "threads": options.threads,
    "trainSeconds": trained - start, "evaluateSeconds": evaluated - trained,
    "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
}))
