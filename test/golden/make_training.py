"""Golden numbers for whole trainings of a tiny network: schedules step by step, warm-up, label smoothing, class weights, and decay that spares biases, clipped
gradients, moving averages of the weights, and distillation.

Usage, in this folder:  /usr/bin/python3 make_training.py
Flatten, Linear(16, 5), tanh, Linear(5, 3) on 22 images, in batches of 4 in their order (the last batch has 2), 4 epochs, in float64. Optimizers and
losses are PyTorch's, with biases in a parameter group of their own; the rate of every step is set from PyTorch's schedulers
(make_schedules.py). Lion is written out from its paper.
"""
import json
import pathlib

import torch
from torch.nn.functional import cross_entropy

here = pathlib.Path(__file__).resolve().parent
torch.manual_seed(1998)
epochs, batch, count = 4, 4, 22
steps = epochs * -(-count // batch)
S = torch.optim.lr_scheduler


def exact(*shape):
    """Multiples of 1/256: exact in float32."""
    return torch.round(torch.randn(*shape, dtype=torch.float64) * 128) / 256


images, labels = exact(count, 16), torch.randint(0, 3, (count,))
initial = {"fc1.weight": exact(5, 16), "fc1.bias": exact(5), "fc2.weight": exact(3, 5), "fc2.bias": exact(3)}


def forward(p, x):
    return torch.tanh(x @ p["fc1.weight"].T + p["fc1.bias"]) @ p["fc2.weight"].T + p["fc2.bias"]


def factors(make, total):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for _ in range(total):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def linear_after_warm_up(warm, start):
    return factors(lambda o: S.LinearLR(o, start, 1.0, warm), warm) + factors(lambda o: S.LinearLR(o, 1.0, 0.0, steps - warm), steps - warm)


def cosine():
    return factors(lambda o: S.CosineAnnealingLR(o, steps), steps)


class Lion(torch.optim.Optimizer):
    def __init__(self, groups, lr, betas):
        super().__init__(groups, {"lr": lr, "betas": betas, "weight_decay": 0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (b1, b2), rate = group["betas"], group["lr"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - rate * group["weight_decay"]).add_(m.mul(b1).add(p.grad, alpha=1 - b1).sign(), alpha=-rate)
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


def train(make, rate, course, smoothing=0, decay=0, class_weights=None, clip=None, ema=None, distill=None):
    p = {name: value.clone().requires_grad_() for name, value in initial.items()}
    weights = [value for value in p.values() if value.dim() > 1]
    biases = [value for value in p.values() if value.dim() == 1]
    optimizer = make([{"params": weights, "weight_decay": decay}, {"params": biases, "weight_decay": 0}])
    step = 0
    average = {name: torch.zeros_like(value) for name, value in p.items()}
    for _ in range(epochs):
        for at in range(0, count, batch):
            for group in optimizer.param_groups:
                group["lr"] = rate * course[step]
            x, y = images[at:at + batch], labels[at:at + batch]
            z = forward(p, x)
            optimizer.zero_grad()
            loss = cross_entropy(z, y, weight=class_weights, label_smoothing=smoothing)
            if distill:
                t, share = distill["temperature"], distill["weight"]
                q = sum(torch.softmax(forward(each, x) / t, 1) for each in teachers) / len(teachers)
                divergence = torch.nn.functional.kl_div(torch.log_softmax(z / t, 1), q, reduction="batchmean")
                loss = (1 - share) * loss + share * t**2 * divergence
            loss.backward()
            if clip:
                norms.append(torch.nn.utils.clip_grad_norm_(p.values(), clip).item())
            optimizer.step()
            step += 1
            if ema:
                with torch.no_grad():
                    for name, value in p.items():
                        average[name].mul_(ema).add_(value, alpha=1 - ema)
    return {name: value / (1 - ema**step) for name, value in average.items()} if ema else p


norms = []
torch.manual_seed(2015)
teachers = [{name: 2 * exact(*value.shape) for name, value in initial.items()} for _ in range(2)]
soft, mixed = {"temperature": 2, "weight": 1}, {"temperature": 4, "weight": 0.75}


O = torch.optim
warmed = {"schedule": "linear", "warmUp": 0.25, "warmUpFrom": 0.04}
adamw = {"optimizer": "adamw", "learningRate": 0.05, "weightDecay": 0.5, "beta2": 0.99, "decayBiases": False, "labelSmoothing": 0.1}
sgd = {"optimizer": "sgd", "learningRate": 0.25, "l2": 0.125, "momentum": 0.9, "decayBiases": False, "schedule": "cosine"}
lion = {"optimizer": "lion", "learningRate": 0.01, "weightDecay": 0.5, "decayBiases": False, "schedule": "cosine"}
weighed = {"optimizer": "sgd", "learningRate": 0.25, "momentum": 0.9, "decayBiases": False, "schedule": "cosine", "classWeights": "1,3.5,0.25"}
weights = torch.tensor([1, 3.5, 0.25], dtype=torch.float64)
cases = []
for settings, p in (
    ({**adamw, **warmed}, train(lambda g: O.AdamW(g, 0.05, (0.9, 0.99)), 0.05, linear_after_warm_up(steps // 4, 0.04), 0.1, 0.5)),
    (sgd, train(lambda g: O.SGD(g, 0.25, 0.9), 0.25, cosine(), 0, 0.125)),
    (weighed, train(lambda g: O.SGD(g, 0.25, 0.9), 0.25, cosine(), class_weights=weights)),
    ({**weighed, "labelSmoothing": 0.25}, train(lambda g: O.SGD(g, 0.25, 0.9), 0.25, cosine(), 0.25, class_weights=weights)),
    ({**sgd, "clipNorm": 0.25}, train(lambda g: O.SGD(g, 0.25, 0.9), 0.25, cosine(), 0, 0.125, clip=0.25)),
    ({**adamw, **warmed, "ema": 0.875},
     train(lambda g: O.AdamW(g, 0.05, (0.9, 0.99)), 0.05, linear_after_warm_up(steps // 4, 0.04), 0.1, 0.5, ema=0.875)),
    ({**sgd, "distill": soft}, train(lambda g: O.SGD(g, 0.25, 0.9), 0.25, cosine(), 0, 0.125, distill=soft)),
    ({**sgd, "distill": mixed}, train(lambda g: O.SGD(g, 0.25, 0.9), 0.25, cosine(), 0, 0.125, distill=mixed)),
    (lion, train(lambda g: Lion(g, 0.01, (0.9, 0.99)), 0.01, cosine(), 0, 0.5)),
):
    final = {name: [float(f"{v:.10g}") for v in value.detach().flatten().tolist()] for name, value in p.items()}
    cases.append({"settings": settings, "final": final})
record = {"epochs": epochs, "batchSize": batch, "images": images.flatten().tolist(), "labels": labels.tolist(),
          "initial": {name: value.flatten().tolist() for name, value in initial.items()},
          "teachers": [{name: value.flatten().tolist() for name, value in each.items()} for each in teachers], "cases": cases}
(here / "training.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
print(steps, "steps,", sum(norm > 0.25 for norm in norms), "gradients clipped")
