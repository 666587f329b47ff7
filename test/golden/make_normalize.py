"""Golden numbers for the normalize layer, in float64: torchvision.transforms.Normalize is (x - mean) / std for each channel.

Usage, in this folder:  /usr/bin/python3 make_normalize.py
"""
import json

import torch

from make_lenet5_1998 import case, curvature_case, curve_through, random
from make_golden import here

layers, curvature = [], []
for images, mean, deviation, height, width in [
    (5, [0.1307], [0.3081], 3, 4), (3, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 2, 5), (9, [-2.5, 0.0], [7.0, 0.01], 3, 1),
]:
    m, d = (torch.tensor(v, dtype=torch.float64)[:, None, None] for v in (mean, deviation))
    options, x = {"mean": mean, "deviation": deviation}, random(images, len(mean), height, width)
    layers.append(case("normalize", options, x, lambda x: (x - m) / d))
    curvature.append(curvature_case("normalize", options, x, curve_through(lambda x: (x - m) / d), x.shape))
lines = lambda cases: "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]"
(here / "normalize.json").write_text(f'{{"layers":{lines(layers)},"curvature":{lines(curvature)}}}\n')
