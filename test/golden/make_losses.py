"""Golden numbers for label smoothing and class weights, by torch.nn.functional.cross_entropy in float64: the gradient with them, the loss without.

Usage, in this folder:  /usr/bin/python3 make_losses.py
"""
import json
import pathlib

import torch
from torch.nn.functional import cross_entropy

here = pathlib.Path(__file__).resolve().parent
torch.manual_seed(2016)
# Multiples of 1/256: exact in float32.
logits = torch.round(torch.randn(7, 5, dtype=torch.float64) * 512) / 256
labels = torch.tensor([0, 4, 2, 1, 3, 3, 0])
weights = [1, 0.125, 3.5, 2, 0.75]


def gradient(**options):
    z = logits.clone().requires_grad_()
    cross_entropy(z, labels, reduction="sum", **options).backward()
    return z.grad.tolist()


smoothings = (0, 0.1, 0.5)
weight = torch.tensor(weights, dtype=torch.float64)
record = {"logits": logits.tolist(), "labels": labels.tolist(),
          "losses": cross_entropy(logits, labels, reduction="none").tolist(),
          "cases": [{"labelSmoothing": s, "gradient": gradient(label_smoothing=s)} for s in smoothings]
          + [{"labelSmoothing": s, "classWeights": weights, "gradient": gradient(label_smoothing=s, weight=weight)} for s in smoothings]}
(here / "label-smoothing.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
