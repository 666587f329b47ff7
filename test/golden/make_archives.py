"""Makes NumPy archives as programs write them. Run: /usr/bin/python3 make_archives.py > archives.json"""
import base64
import io
import json

import numpy as np

rng = np.random.RandomState(3)
grey = rng.randint(0, 256, (12, 5, 4)).astype(np.uint8)
colour = rng.randint(0, 256, (12, 5, 4, 3)).astype(np.uint8)
labels = (np.arange(12) % 3).astype(np.int64)
floats = (rng.randint(0, 257, (12, 5, 4)) / 256).astype(np.float32)

archives = {}


def add(name, images, save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    archives[name] = {
        "bytes": base64.b64encode(file.getvalue()).decode(),
        # [image][channel][y][x]
        "images": np.moveaxis(images.reshape(12, 5, 4, -1), -1, 1).ravel().tolist(),
        "channels": images.size // (12 * 20),
    }


four = lambda images, labels: dict(x_train=images[:9], y_train=labels[:9], x_test=images[9:], y_test=labels[9:])
add("keras", grey, **four(grey, labels))
add("compressed", colour, np.savez_compressed, **four(colour, labels.astype(np.uint8)))
add(
    "medmnist", colour, np.savez_compressed,
    train_images=colour[:9], train_labels=labels[:9, None], test_images=colour[9:], test_labels=labels[9:, None],
)
add("floats", floats, **four(floats, labels))
add("whole-doubles", grey, **four(grey.astype(np.float64), labels.astype(np.int32)))
add("planes-first", colour, **four(np.moveaxis(colour, -1, 1), labels))
add("big-endian", grey, **four(grey.astype(">i4"), labels.astype(">i2")))
truth = (grey > 127).astype(np.uint8) * 255
add("truth-values", truth, **four(grey > 127, labels))
add("training-alone", grey, train_images=grey, train_labels=labels)
for name, array in [("columns-first", np.asfortranarray(grey)), ("objects", np.array([None] * 12))]:
    file = io.BytesIO()
    np.savez(file, x=array, y=labels)
    archives[name] = {"bytes": base64.b64encode(file.getvalue()).decode()}
archives["expected"] = {"train": labels[:9].tolist(), "test": labels[9:].tolist()}
print(json.dumps(archives))
