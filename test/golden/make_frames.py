"""Brings pictures to a frame with NumPy and Pillow. Run: /usr/bin/python3 make_frames.py > frames.json"""
import json

import numpy as np
from PIL import Image

rng = np.random.RandomState(5)
grey = rng.randint(0, 256, (8, 12)).astype(np.uint8)
colour = rng.randint(0, 256, (8, 12, 3)).astype(np.uint8)
box = lambda image, size: np.asarray(Image.fromarray(image).resize(size, Image.BOX))
luma = (colour @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)

# Shrinking by averages: a box filter. Sizes are (height, width).
wide = box(grey, (6, 4))
fit = np.full((6, 6), np.median(np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])), np.float64)
cases = {
    "grey": grey.ravel().tolist(),
    "colour": colour.ravel().tolist(),
    "luma": luma.ravel().tolist(),
    "stretch": box(grey, (6, 4)).ravel().tolist(),
    "stretch-square": box(grey, (4, 4)).ravel().tolist(),
    "fill": box(np.ascontiguousarray(grey[:, 2:10]), (4, 4)).ravel().tolist(),
    "fit-middle": wide.ravel().tolist(),
    "border-values": sorted(np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]]).tolist()),
    "colour-planes": np.moveaxis(box(colour, (6, 4)), -1, 0).ravel().tolist(),
    # Enlarging by interpolation between neighbours.
    "larger": np.asarray(Image.fromarray(grey.astype(np.float32)).resize((24, 16), Image.BILINEAR)).round().astype(int).ravel().tolist(),
}
print(json.dumps(cases))
