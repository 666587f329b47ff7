"""Golden numbers for the description of a data set, by NumPy: a small colour set in bytes and in floats.

Usage, in this folder:  /usr/bin/python3 make_data_description.py
"""
import json
import pathlib

import numpy as np

here = pathlib.Path(__file__).resolve().parent
random = np.random.default_rng(15)
train = random.integers(0, 256, size=(23, 3, 5, 3), dtype=np.uint8)
test = random.integers(0, 256, size=(7, 3, 5, 3), dtype=np.uint8)
train[9] = train[2]
train[20] = train[2]
test[1] = train[4]
test[5] = train[2]
test[6] = test[3]
train[11] = np.array([200, 10, 90], dtype=np.uint8)[:, None, None]
train[11, 1, 2, 2] = 20  # differs by 10 of 255
train[12] = np.array([200, 10, 90], dtype=np.uint8)[:, None, None]
train[12, 1, 2, 2] = 22  # differs by 12 of 255
labels = random.integers(0, 3, size=30)
labels[:23][9] = labels[2]
labels[20] = (labels[2] + 1) % 3
labels[23 + 1] = labels[4]
labels[23 + 6] = labels[23 + 3]


def statistics(values):
    return [{"mean": float(c.mean()), "deviation": float(c.std()), "least": float(c.min()), "most": float(c.max())}
            for c in np.moveaxis(values, 1, 0)]


scaled = train.astype(np.float64) / 255
floats = (scaled * 4 - 1).astype(np.float32)
whole = np.concatenate([train, test]).reshape(30, -1)
_, inverse, counts = np.unique(whole, axis=0, return_inverse=True, return_counts=True)
groups = [np.flatnonzero(inverse == i).tolist() for i in np.flatnonzero(counts > 1)]
record = {
    "shape": [3, 5, 3], "train": train.ravel().tolist(), "test": test.ravel().tolist(), "labels": labels.tolist(),
    "counts": {"train": np.bincount(labels[:23], minlength=4).tolist(),
               "test": np.bincount(labels[23:], minlength=4).tolist()},
    "bytes": statistics(scaled), "floats": statistics(floats.astype(np.float64)),
    # Places in the training set, then in the test set from 23.
    "groups": sorted(groups), "contradictions": sum(len(set(labels[g].tolist())) > 1 for g in groups),
    "nearlyConstant": [i for i, image in enumerate(train.reshape(23, 3, -1))
                       if (image.max(axis=1).astype(int) - image.min(axis=1)).max() <= 0.04 * 255],
}
(here / "data-description.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
