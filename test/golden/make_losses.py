"""Golden numbers for label smoothing: loss without it and gradient with it, by torch.nn.functional.cross_entropy in float64.

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
cases = []
for smoothing in (0, 0.1, 0.5):
    z = logits.clone().requires_grad_()
    cross_entropy(z, labels, reduction="sum", label_smoothing=smoothing).backward()
    cases.append({"labelSmoothing": smoothing, "gradient": z.grad.tolist()})
record = {"logits": logits.tolist(), "labels": labels.tolist(),
          "losses": cross_entropy(logits, labels, reduction="none").tolist(), "cases": cases}
(here / "label-smoothing.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
