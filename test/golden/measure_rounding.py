"""How far float32 convolutions are off in LeNet-5: summed window by window, and by Winograd's F(4, 5).

Usage, in this folder after `npm ci` in the checkout:  /usr/bin/python3 measure_rounding.py
An error is given as a part of the sum of magnitudes conv(|x|, |w|): the window's own, or the largest among the neighbours
that share a tile with it, as in make_golden.py's disturbed_conv2d. Windows of zeros are left out.
"""
import numpy as np
import torch
import torch.nn.functional as F

import make_golden as golden

points = [0, 1, -1, 2, -2, 1 / 2, -1 / 2]
scales = [1, -2 / 9, -2 / 9, 1 / 90, 1 / 90, 32 / 45, 32 / 45]
transform_weights = np.array([[s * p**k for k in range(5)] for p, s in zip(points, scales)] + [[0, 0, 0, 0, 1]])
transform_outputs = np.array([[p**k for p in points] + [k == 3] for k in range(4)], dtype=float)
transform_inputs = np.array([
    [1, 0, -5.25, 0, 5.25, 0, -1, 0],
    [0, 1, 1, -4.25, -4.25, 1, 1, 0], [0, -1, 1, 4.25, -4.25, -1, 1, 0],
    [0, 0.5, 0.25, -2.5, -1.25, 2, 1, 0], [0, -0.5, 0.25, 2.5, -1.25, -2, 1, 0],
    [0, 2, 4, -2.5, -5, 0.5, 1, 0], [0, -2, 4, 2.5, -5, -0.5, 1, 0],
    [0, -1, 0, 5.25, 0, -5.25, 0, 1],
])


def apply(matrix, x):
    """matrix times the last axis of x, one product after the other in the precision of x."""
    rows = []
    for row in matrix:
        terms = [x[..., k] * x.dtype.type(factor) for k, factor in enumerate(row) if factor]
        rows.append(sum(terms[1:], terms[0]))
    return np.stack(rows, -1)


def winograd(x, w):
    height, width = x.shape[2] - 4, x.shape[3] - 4
    weights = apply(transform_weights, w)
    tiles = []
    for left in range(0, width, 4):
        inputs = apply(transform_inputs, x[..., left:left + 8])
        products = sum(weights[None, :, c, line, None] * inputs[:, None, c, line:line + height]
                       for line in range(5) for c in range(x.shape[1]))
        tiles.append(apply(transform_outputs, products))
    return np.concatenate(tiles, -1)


def direct(x, w):
    height, width = x.shape[2] - 4, x.shape[3] - 4
    return sum(w[None, :, c, i, j, None, None] * x[:, None, c, i:i + height, j:j + width]
               for c in range(x.shape[1]) for i in range(5) for j in range(5))


def report(name, x, w):
    exact = F.conv2d(x.double(), w.double()).numpy()
    assert np.abs(winograd(x.double().numpy(), w.double().numpy()) - exact).max() < 1e-12
    own = F.conv2d(x.double().abs(), w.double().abs())
    largest = F.max_pool2d(own, (1, 7), 1, (0, 3)).numpy()
    own = own.numpy()
    for method in (direct, winograd):
        error = np.abs(method(x.numpy(), w.numpy()) - exact)[own > 0]
        for what, size in (("own", own), ("largest", largest)):
            part = error / size[own > 0]
            print(f"{name} {method.__name__:8} of {what:7}  rms {np.sqrt((part**2).mean()):.1e}  median {np.median(part):.1e}")


if __name__ == "__main__":
    initial = golden.initial_weights()
    images, labels = golden.load_mnist()
    trained, _ = golden.train(initial, images, labels, golden.settings["adam"][1], torch.float32, 32, 3200, 1, 0)
    for when, weights in (("initial", initial), ("trained", trained)):
        w1, w2 = weights["conv1.weight"].detach(), weights["conv2.weight"].detach()
        x = images[:64]
        report(f"{when} conv1", x, w1)
        report(f"{when} conv2", F.max_pool2d(F.relu(F.conv2d(x, w1, weights["conv1.bias"].detach())), 2), w2)
