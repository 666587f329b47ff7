"""Golden numbers for augmentation, in float64: images resampled by torch.nn.functional.grid_sample (bilinear, zeros outside), at
places that the formula below gives; and smooth noise filtered by scipy.ndimage.

Output pixel o shows the original at c + R(angle) S(shear) diag(1/s, 1/s) F (o - c) - shift + e(o), with c the centre of the image.

Usage, in this folder:  /usr/bin/python3 make_augmentation.py
"""
import json
import math
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

here = Path(__file__).parent
rng = np.random.default_rng(16)


def resampled(image, x, y):
    """grid_sample with align_corners: -1 and 1 are the centres of the first and the last pixel."""
    _, height, width = image.shape
    # A border of zeros keeps sizes above 1, where align_corners would divide by zero.
    padded = np.pad(image, ((0, 0), (2, 2), (2, 2)))
    gx, gy = (2 * (x + 2) / (width + 3) - 1, 2 * (y + 2) / (height + 3) - 1)
    grid = torch.tensor(np.stack([gx, gy], -1))[None]
    out = torch.nn.functional.grid_sample(
        torch.tensor(padded)[None], grid, mode="bilinear", padding_mode="zeros", align_corners=True)
    return out[0].numpy()


def case(channels, height, width, values, noise_rows=0):
    """Draws in the order of the product: flip, scale, shear, rotation, shift, elastic, erase."""
    image = rng.integers(0, 256, (channels, height, width))
    uniform, below = [], []

    def u():
        uniform.append(int(rng.integers(0, 2**24)) / 2**24)
        return uniform[-1]

    def integer(bound):
        below.append([bound, int(rng.integers(0, bound))])
        return below[-1][1]

    m = np.eye(2)
    flip = values.get("flip", "none")
    sx = -1 if flip in ("horizontal", "both") and integer(2) else 1
    sy = -1 if flip in ("vertical", "both") and integer(2) else 1
    m = np.diag([sx, sy]) @ m
    if values.get("scale"):
        s = 1 + (2 * u() - 1) * values["scale"]
        m = np.diag([1 / s, 1 / s]) @ m
    if values.get("shear"):
        m = np.array([[1, (2 * u() - 1) * values["shear"]], [0, 1]]) @ m
    if values.get("rotation"):
        a = math.radians((2 * u() - 1) * values["rotation"])
        m = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) @ m
    shift = np.array([(2 * u() - 1) * values["shift"] for _ in range(2)]) if values.get("shift") else np.zeros(2)
    columns = -(-width // 4) * 4
    noise = np.float32(rng.standard_normal((noise_rows, columns))).astype(float)
    field = np.zeros((2, height, width))
    if values.get("elastic"):
        for i in range(2):
            row = integer(noise_rows - height + 1)
            sign = 1 if integer(2) else -1
            field[i] = sign * values["elastic"] * noise[row:row + height, :width]
    c = np.array([(width - 1) / 2, (height - 1) / 2])
    oy, ox = np.mgrid[0:height, 0:width].astype(float)
    x, y = np.einsum("ij,jyx->iyx", m, np.stack([ox - c[0], oy - c[1]])) + (c - shift)[:, None, None] + field
    out = resampled(image / 255, x, y)
    if values.get("erase"):
        u()
        if uniform[-1] < values["erase"]:
            least, most = values["eraseLeast"], values["eraseMost"]
            w = least + integer(most - least + 1)
            left = integer(width - w + 1)
            h = least + integer(most - least + 1)
            top = integer(height - h + 1)
            out[:, top:top + h, left:left + w] = 0
    return {
        "values": values, "channels": channels, "height": height, "width": width, "noiseRows": noise_rows,
        "noise": noise.ravel().tolist(), "uniform": uniform, "below": below, "image": image.ravel().tolist(),
        "expected": [round(v, 12) for v in out.ravel().tolist()],
    }


A = {"rotation": 10, "shift": 0.5, "scale": 0.1, "shear": 0.2, "elastic": 0.7}
cases = [
    case(1, 28, 28, A, 60),
    case(1, 28, 28, {**A, "rotation": 180, "shift": 9, "elastic": 3}, 57),
    case(3, 5, 7, {**A, "flip": "both"}, 12),
    case(2, 6, 4, {"rotation": 90, "scale": 0.9, "flip": "vertical"}),
    case(1, 3, 9, {"shift": 3, "shear": 1.5, "flip": "horizontal"}),
    case(1, 9, 1, {"shift": 1, "elastic": 0.5}, 9),
    case(3, 11, 13, {"erase": 1, "eraseLeast": 2, "eraseMost": 6}),
    case(1, 11, 13, {"erase": 0.5, "eraseLeast": 11, "eraseMost": 11, "rotation": 45}),
]

sigma, rows, columns = 1.3, 9, 8
reach = math.ceil(2.5 * sigma)
taps = np.exp(-np.arange(-reach, reach + 1) ** 2 / (2 * sigma**2))
taps /= np.sqrt((taps**2).sum())
white = np.float32(rng.uniform(-1, 1, (rows + 2 * reach, columns + 2 * reach))).astype(float)
smooth = ndimage.correlate1d(ndimage.correlate1d(white, taps, axis=0, mode="constant"), taps, axis=1, mode="constant")
smooth = smooth[reach:-reach, reach:-reach]
filtered = {"sigma": sigma, "rows": rows, "columns": columns, "taps": taps.tolist(),
            "white": white.ravel().tolist(), "expected": smooth.ravel().tolist()}
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
(here / "augmentation.json").write_text(f'{{"cases":[\n{lines}\n],\n"filtered":{json.dumps(filtered, separators=(",", ":"))}}}\n')
