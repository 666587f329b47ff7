"""What PyTorch reaches with the same network, initialization, optimizer and data: an independent column beside our tables.

Usage: /usr/bin/python3 bench/accuracy.py --batch 256 --l2 0 --seeds 1,2,3 [--epochs 10] [--data FOLDER]
Prints one JSON object a seed: test accuracy in percent after each epoch.
"""
import argparse
import json

import torch
from torch import nn

from lenet5 import data, mnist, network

arguments = argparse.ArgumentParser()
arguments.add_argument("--batch", type=int, default=128)
arguments.add_argument("--l2", type=float, default=0)
arguments.add_argument("--seeds", default="1,2,3")
arguments.add_argument("--epochs", type=int, default=10)
arguments.add_argument("--data", default=mnist)
options = arguments.parse_args()
torch.set_num_threads(1)

(train_x, train_y), (test_x, test_y) = data(options.data)
criterion = nn.CrossEntropyLoss()

for seed in map(int, options.seeds.split(",")):
    torch.manual_seed(seed)
    model = network()
    for layer in model:
        if hasattr(layer, "weight"):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, weight_decay=options.l2)
    accuracies = []
    for _ in range(options.epochs):
        for indices in torch.randperm(len(train_x)).split(options.batch):
            optimizer.zero_grad()
            criterion(model(train_x[indices]), train_y[indices]).backward()
            optimizer.step()
        with torch.no_grad():
            right = (model(test_x).argmax(1) == test_y).float().mean().item()
        accuracies.append(round(100 * right, 2))
    print(json.dumps({"batch": options.batch, "l2": options.l2, "seed": seed, "accuracy": accuracies}), flush=True)
