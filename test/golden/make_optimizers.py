"""Golden numbers for the optimizers alone: a few parameters, eight given gradients, and every combination of options.

Usage, in this folder:  /usr/bin/python3 make_optimizers.py
SGD, Adam and AdamW are torch.optim's, in float64. torch.optim has no NAdam with a constant beta1, no AdaBelief, no uncorrected moments and no
diagonal Levenberg-Marquardt method; these are written out from their papers below.
"""
import itertools
import json
import pathlib

import numpy as np
import torch

here = pathlib.Path(__file__).resolve().parent
steps, size = 8, 5
rng = np.random.default_rng(2015)


def exact(*shape):
    """Multiples of 1/256: exact in float32."""
    return np.round(rng.standard_normal(shape) * 64) / 256


x0, gradients, hessian = exact(size), exact(steps, size), np.abs(exact(size))
gradients[:, 3] = 0  # a parameter that only L2 and weight decay move
x0[4] = 0

rate, B1, B2 = 0.01, 0.9, 0.999


def by_torch(make):
    x = torch.tensor(x0, dtype=torch.float64, requires_grad=True)
    optimizer = make([x])
    path = []
    for g in gradients:
        x.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        path.append(x.detach().numpy().copy())
    return path


def written(rule):
    x, m, v, path = x0.copy(), np.zeros(size), np.zeros(size), []
    for t, g in enumerate(gradients, 1):
        x, m, v = rule(x, g, m, v, t)
        path.append(x.copy())
    return path


def adam_uncorrected(l2):
    """Kingma and Ba 2015, algorithm 1, without the lines that divide the moments by 1 - beta^t."""
    def rule(x, g, m, v, t):
        g = g + l2 * x
        m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g**2
        return x - rate * m / (np.sqrt(v) + 1e-8), m, v
    return rule


def nadam(l2):
    """Dozat 2016, algorithm 2, with a constant mu: m_bar = mu m / (1 - mu^(t+1)) + (1 - mu) g / (1 - mu^t)."""
    def rule(x, g, n, v, t):
        g = g + l2 * x
        n, v = B1 * n + (1 - B1) * g, B2 * v + (1 - B2) * g**2
        m_bar = B1 * n / (1 - B1 ** (t + 1)) + (1 - B1) * g / (1 - B1**t)
        return x - rate * m_bar / (np.sqrt(v / (1 - B2**t)) + 1e-8), n, v
    return rule


def adabelief(l2, corrected):
    """Zhuang et al. 2020, algorithm 2, with eps = 1e-16; uncorrected: Flux 0.12.4's, eps = 1e-8 outside the root only."""
    def rule(x, g, m, s, t):
        g = g + l2 * x
        m = B1 * m + (1 - B1) * g
        s = B2 * s + (1 - B2) * (g - m) ** 2
        if not corrected:
            return x - rate * m / (np.sqrt(s) + 1e-8), m, s
        s = s + 1e-16
        return x - rate * (m / (1 - B1**t)) / (np.sqrt(s / (1 - B2**t)) + 1e-16), m, s
    return rule


def sdlm(l2, mu):
    """LeCun et al. 1998, appendix C: each parameter has the rate eta / (mu + h)."""
    return lambda x, g, m, v, t: (x - rate / (mu + hessian) * (g + l2 * x), m, v)


def by_lion(betas, l2, decay):
    """Chen et al. 2023, algorithm 2, with PyTorch's own operations; torch.optim has no Lion."""
    x = torch.tensor(x0, dtype=torch.float64)
    m, path = torch.zeros_like(x), []
    for g in gradients:
        g = torch.tensor(g, dtype=torch.float64) + l2 * x
        x = x.mul(1 - rate * decay).add(m.mul(betas[0]).add(g, alpha=1 - betas[0]).sign(), alpha=-rate)
        m = m.mul(betas[1]).add(g, alpha=1 - betas[1])
        path.append(x.numpy().copy())
    return path


O = torch.optim
cases = []


def add(name, options, path):
    cases.append({"name": name, "options": {"learningRate": rate, **options},
                  "path": [[float(f"{v:.12g}") for v in x] for x in path]})


for l2 in (0, 0.1):
    for momentum, nesterov in ((0, False), (0.5, False), (0.9, False), (0.5, True), (0.9, True)):
        add("sgd", {"l2": l2, "momentum": momentum, "nesterov": nesterov},
            by_torch(lambda p: O.SGD(p, rate, momentum=momentum, nesterov=nesterov, weight_decay=l2)))
    add("adam", {"l2": l2}, by_torch(lambda p: O.Adam(p, rate, weight_decay=l2)))
    add("adam", {"l2": l2, "betas": [0.5, 0.9], "eps": 1e-3}, by_torch(lambda p: O.Adam(p, rate, (0.5, 0.9), 1e-3, l2)))
    add("adam", {"l2": l2, "biasCorrection": False}, written(adam_uncorrected(l2)))
    add("nadam", {"l2": l2}, written(nadam(l2)))
    add("lion", {"l2": l2}, by_lion((0.9, 0.99), l2, 0))
    add("lion", {"l2": l2, "betas": [0.5, 0.8], "weightDecay": 0.5}, by_lion((0.5, 0.8), l2, 0.5))
    for corrected in (True, False):
        add("adabelief", {"l2": l2, "biasCorrection": corrected}, written(adabelief(l2, corrected)))
    for mu in (0.02, 0.5):
        add("sdlm", {"l2": l2, "mu": mu}, written(sdlm(l2, mu)))
for weight_decay in (0, 0.01, 0.5):
    add("adamw", {"weightDecay": weight_decay}, by_torch(lambda p: O.AdamW(p, rate, weight_decay=weight_decay)))

add("adamw", {"weightDecay": 0.2, "betas": [0.9, 0.99]}, by_torch(lambda p: O.AdamW(p, rate, (0.9, 0.99), weight_decay=0.2)))
record = {"start": x0.tolist(), "gradients": gradients.tolist(), "hessian": hessian.tolist(), "cases": cases}
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
head = json.dumps({k: v for k, v in record.items() if k != "cases"}, separators=(",", ":"))[:-1]
(here / "optimizers.json").write_text(f'{head},"cases":[\n{lines}\n]}}\n')
print(len(cases), "cases")
