"""Golden numbers for the layers that LeNet-5 does not have, in float64: activations, global average pooling, convolutions that keep the size or
have groups, batch normalization in training, and dropout with the random numbers of src/base/random.ts, written out here once more.

Usage, in this folder:  /usr/bin/python3 make_modern_layers.py
"""
import json
import struct

import torch
import torch.nn.functional as F

from make_golden import block, here
from make_lenet5_1998 import case, curvature_case, curve_conv2d, curve_routed, curve_through, random

special = torch.tensor([0, 1 / 256, -1 / 256, 0.75, -0.75, 5, -5, 12, -12, 60, -60], dtype=torch.float64)
layers, curvature = [], []


def with_special(*shape):
    x = random(*shape, scale=2)
    x.view(-1)[: len(special)] = special
    return x


# ---- activations and pooling ----------------------------------------------------------------------------------------

activations = [("leakyRelu", {"negativeSlope": s}, lambda x, s=s: F.leaky_relu(x, s)) for s in (0.01, 0.3)]
activations += [("gelu", {}, F.gelu), ("silu", {}, F.silu)]
for op, options, function in activations:
    for shape in [(5, 3, 4, 3), (9, 7), (1, 2, 3, 2)]:
        layers.append(case(op, options, with_special(*shape), function))
    curvature.append(curvature_case(op, options, random(6, 2, 3, 3, scale=2), curve_through(function), (6, 2, 3, 3)))
for shape in [(5, 3, 4, 3), (9, 2, 1, 5), (2, 7, 1, 1)]:
    pool = lambda x: F.adaptive_avg_pool2d(x, 1)
    layers.append(case("globalAvgPool2d", {}, random(*shape), pool))
    curvature.append(curvature_case("globalAvgPool2d", {}, random(*shape), curve_routed(pool, 1 / (shape[2] * shape[3])), (*shape[:2], 1, 1)))

# ---- convolutions ---------------------------------------------------------------------------------------------------


def keep_size(x, kernel):
    """padding='same' of torch.nn.functional.conv2d, written out: of an odd number of zeros one more below and to the right."""
    (h, w) = (kernel[0] - 1, kernel[1] - 1)
    return F.pad(x, (w // 2, w - w // 2, h // 2, h - h // 2))


for images, into, out, kernel, size in [(5, 2, 3, (3, 3), (4, 5)), (9, 1, 4, (2, 4), (5, 6)), (3, 3, 2, (5, 5), (7, 6)), (2, 2, 2, (4, 1), (2, 3))]:
    x, w, b = random(images, into, *size), random(out, into, *kernel), random(out)
    options = {"stride": [1, 1], "padding": "same"}
    layers.append(case("conv2d", options, x, lambda x, w, b: F.conv2d(keep_size(x, kernel), w, b), w, b))
    assert torch.equal(F.conv2d(x, w, b, padding="same"), F.conv2d(keep_size(x, kernel), w, b))
for images, into, out, groups, kernel, size, stride, padding in [
    (5, 4, 6, 2, (3, 3), (6, 5), (1, 1), (0, 0)), (9, 5, 5, 5, (3, 3), (5, 6), (1, 1), (1, 1)), (3, 3, 9, 3, (2, 5), (6, 7), (2, 1), (1, 2)),
    (17, 8, 4, 4, (1, 1), (3, 2), (1, 1), (0, 0)), (4, 6, 6, 3, (5, 5), (5, 5), (1, 1), (0, 0)),
]:
    options = {"stride": stride, "padding": padding, "groups": groups}
    x, w, b = random(images, into, *size), random(out, into // groups, *kernel), random(out)
    layers.append(case("conv2d", options, x, lambda x, w, b: F.conv2d(x, w, b, stride, padding, groups=groups), w, b))

    def curve(x, h, w, b):
        x, w = (x**2).requires_grad_(), (w**2).requires_grad_()
        F.conv2d(x, w, None, stride, padding, groups=groups).backward(h)
        return x.grad, w.grad, h.sum((0, 2, 3))

    shape = layers[-1]["output"]["shape"]
    curvature.append(curvature_case("conv2d", options, random(images, into, *size), curve, shape, w, b))

# ---- batch normalization --------------------------------------------------------------------------------------------

for shape, eps, momentum, offset in [((5, 3, 4, 3), 1e-5, 0.1, 0), ((9, 2, 1, 1), 1e-3, 0.25, 3), ((16, 5, 2, 3), 1e-5, 1, -5), ((1, 4, 3, 3), 1e-5, 0.1, 0)]:
    norm = torch.nn.BatchNorm2d(shape[1], eps, momentum).double()
    options = {"eps": eps, "momentum": momentum}

    def forward(x, weight, bias):
        return F.batch_norm(x, norm.running_mean, norm.running_var, weight, bias, True, momentum, eps)

    layers.append(case("batchNorm2d", options, random(*shape) + offset, forward, random(shape[1]) + 1, random(shape[1])))
    layers[-1]["buffers"] = [block(norm.running_mean), block(norm.running_var)]

# ---- dropout --------------------------------------------------------------------------------------------------------


def rotate(word, bits):
    return (word << bits | word >> 32 - bits) & 0xFFFFFFFF


def last_mix(h):
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


def murmur3(data, seed):
    """MurmurHash3_x86_32."""
    mix = lambda k: rotate(k * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF
    h, whole = seed, len(data) // 4 * 4
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        h = (rotate(h ^ mix(k), 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    h ^= mix(int.from_bytes(data[whole:], "little"))
    return last_mix(h ^ len(data))


def numbers(purpose, image, count):
    """xoshiro128++ from the image's state, as 24 bits."""
    s = [last_mix((murmur3(purpose.encode(), seed) + image * 0x9E3779B9) & 0xFFFFFFFF) for seed in (1, 2, 3, 4)]
    for _ in range(count):
        yield (rotate((s[0] + s[3]) & 0xFFFFFFFF, 7) + s[0] & 0xFFFFFFFF) >> 8
        t = s[1] << 9 & 0xFFFFFFFF
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)


for shape, p in [((5, 3, 2, 3), 0.5), ((9, 7), 0.2), ((2, 1, 3, 3), 0.0), ((17, 4), 0.875)]:
    channels, area = (shape[1], shape[2] * shape[3]) if len(shape) == 4 else (1, shape[1])
    kept = torch.stack([torch.tensor(list(numbers("1/dropout/alone/1", n, channels * area))) for n in range(shape[0])])
    kept = (kept < round((1 - p) * 2**24)).double().view(shape[0], area, channels).transpose(1, 2).reshape(shape)
    drop = lambda x: x * kept / (1 - p)
    layers.append(case("dropout", {"p": p}, random(*shape), drop))
    curvature.append(curvature_case("dropout", {"p": p}, random(*shape), curve_through(drop), shape))

lines = lambda cases: "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]"
(here / "modern-layers.json").write_text(f'{{"layers":{lines(layers)},"curvature":{lines(curvature)}}}\n')
