"""Golden numbers for the schedules: the factor of the learning rate at every step, by torch.optim.lr_scheduler.

Usage, in this folder:  /usr/bin/python3 make_schedules.py
Every run has 40 steps, 8 epochs of 5 steps. PyTorch's schedulers are stepped after every step, or, where a schedule goes by epochs, after every
epoch. A warm-up over the first quarter is LinearLR, multiplied into the schedule by hand, since SequentialLR starts its second scheduler anew.
"""
import json
import pathlib

import torch

here = pathlib.Path(__file__).resolve().parent
epochs, batches = 8, 5
steps = epochs * batches
S = torch.optim.lr_scheduler


def factors(make, count):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def cosine(final):
    return lambda o, total: S.CosineAnnealingLR(o, total, eta_min=final)


def linear(final):
    return lambda o, total: S.LinearLR(o, 1.0, final, total)


def one_cycle(peak, start, final):
    # OneCycleLR reaches its last rate in step total_steps - 1, and the peak in step pct_start * total_steps - 1.
    return lambda o, total: S.OneCycleLR(o, 1.0, total_steps=total + 1, pct_start=(peak * total + 1) / (total + 1),
                                         div_factor=1 / start, final_div_factor=start / final)


def by_step(make, warm_up, warm_up_from):
    """The schedule over the steps after the warm-up; during the warm-up its first factor, times LinearLR's."""
    warm = round(warm_up * steps)
    rest = factors(lambda o: make(o, steps - warm), steps - warm)
    ramp = factors(lambda o: S.LinearLR(o, warm_up_from, 1.0, warm), warm) if warm else []
    return [f * rest[0] for f in ramp] + rest


def by_epoch(make, warm_up, warm_up_from):
    """The schedule by epochs, times LinearLR's factors during the warm-up."""
    each = factors(make, epochs)
    warm = round(warm_up * steps)
    ramp = factors(lambda o: S.LinearLR(o, warm_up_from, 1.0, warm), warm) if warm else []
    return [each[t // batches] * (ramp[t] if t < warm else 1) for t in range(steps)]


def constant(o, total=None):
    return S.LambdaLR(o, lambda _: 1.0)


cases = []


def add(name, options, path):
    cases.append({"name": name, "options": options, "factors": [float(f"{v:.12g}") for v in path]})


for warm_up, warm_up_from in ((0, 0.04), (0.25, 0.04), (0.25, 0.5)):
    warmed = {} if warm_up == 0 else {"warmUp": warm_up, "warmUpFrom": warm_up_from}
    w = (warm_up, warm_up_from)
    add("constant", warmed, by_step(constant, *w))
    for final in (0, 0.1):
        add("cosine", {**warmed, "finalRate": final}, by_step(cosine(final), *w))
        add("linear", {**warmed, "finalRate": final}, by_step(linear(final), *w))
    add("one-cycle", {**warmed, "peakAt": 0.3, "startRate": 0.04, "finalRate": 0.001}, by_step(one_cycle(0.3, 0.04, 0.001), *w))
    add("one-cycle", {**warmed, "peakAt": 0.6, "startRate": 0.2, "finalRate": 0.01}, by_step(one_cycle(0.6, 0.2, 0.01), *w))
    for every, factor in ((1, 0.5), (3, 0.1)):
        add("step", {**warmed, "dropEvery": every, "dropFactor": factor},
            by_epoch(lambda o: S.StepLR(o, every, factor), *w))
    add("cosine-by-epochs", warmed, by_epoch(lambda o: S.CosineAnnealingLR(o, epochs), *w))

lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
(here / "schedules.json").write_text(f'{{"epochs":{epochs},"batches":{batches},"cases":[\n{lines}\n]}}\n')
print(len(cases), "cases")
