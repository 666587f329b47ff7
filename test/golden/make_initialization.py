"""PyTorch's default initialization of LeNet-5's layers: the largest absolute value and the variance of each tensor over many networks.

Usage, in this folder:  /usr/bin/python3 make_initialization.py
"""
import json
from pathlib import Path

import torch

here = Path(__file__).parent
torch.manual_seed(1)
make = {
    "conv1": lambda: torch.nn.Conv2d(1, 6, 5), "conv2": lambda: torch.nn.Conv2d(6, 16, 5),
    "fc1": lambda: torch.nn.Linear(256, 120), "fc2": lambda: torch.nn.Linear(120, 84), "fc3": lambda: torch.nn.Linear(84, 10),
}
found = {}
for name, layer in make.items():
    layers = [layer() for _ in range(1000)]
    for part in ("weight", "bias"):
        values = torch.stack([getattr(each, part).detach().double() for each in layers])
        found[f"{name}.{part}"] = {"largest": round(values.abs().max().item(), 6), "variance": round((values**2).mean().item(), 8)}
lines = ",\n".join(f'"{name}": {json.dumps(each)}' for name, each in found.items())
(here / "initialization.json").write_text(f"{{\n{lines}\n}}\n")
