"""Shapes, distances and extremes of small pictures by SciPy. Run: /usr/bin/python3 make_framing.py > framing.json"""
import json

import numpy as np
from scipy import ndimage

rng = np.random.RandomState(3)
mask = (rng.rand(13, 17) < 0.3).astype(int)
labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
boxes = [
    {"left": x.start, "top": y.start, "width": x.stop - x.start, "height": y.stop - y.start, "pixels": int((labels == i + 1).sum())}
    for i, (y, x) in enumerate(ndimage.find_objects(labels))
]
plane = rng.rand(11, 15).round(3)
# Blobs with holes, whose numbers of pieces and holes a skeleton keeps.
blobs = (ndimage.gaussian_filter(rng.rand(60, 80), 2.5) > 0.505).astype(int)
holes = ndimage.label(1 - np.pad(blobs, 1))[1]

# Colours that differ along one direction, and the place of each along it.
colours = np.clip(0.5 + np.outer(rng.randn(400), [0.1, -0.2, 0.05]) + 0.01 * rng.randn(400, 3), 0, 1).round(4)
axis = np.linalg.eigh(np.cov(colours.T))[1][:, -1]
axis = axis * np.sign(axis @ [0.299, 0.587, 0.114])

print(json.dumps({
    "mask": mask.ravel().tolist(),
    "components": sorted(boxes, key=lambda box: (box["top"], box["left"], box["pixels"])),
    "distances": ndimage.distance_transform_edt(1 - mask).ravel().round(5).tolist(),
    "plane": plane.ravel().tolist(),
    "largest": ndimage.maximum_filter(plane, size=5, mode="nearest").ravel().tolist(),
    "smallest": ndimage.minimum_filter(plane, size=5, mode="nearest").ravel().tolist(),
    "blobs": blobs.ravel().tolist(),
    "blob-pieces": int(ndimage.label(blobs, structure=np.ones((3, 3)))[1]),
    "blob-grounds": int(holes),
    "colours": colours.ravel().tolist(),
    "contrast": (colours @ axis).round(4).tolist(),
}))
