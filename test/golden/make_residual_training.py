"""Golden numbers for the training of a small residual network with batch normalization: losses, final state dict, its moving
average (parameters and buffers), and the logits of both in evaluation.

Usage, in this folder:  /usr/bin/python3 make_residual_training.py
53 images [2, 6, 6] in their order, batches of 37 (the engine's chunks: 16, 16, 5; then 16), 3 epochs of SGD with Nesterov momentum, in float64. Names of
modules are those of the test's model. "frozen": the same with some modules frozen, weight decay 0.01 and gradients clipped to the norm 0.5,
from running means of 0, 1/8, 1/4, 0, ... and running variances of 0.5, 0.75, 1, 1.25, 0.5, ...
"""
import json
import pathlib
from collections import OrderedDict

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.nn.functional import cross_entropy, relu, silu

here = pathlib.Path(__file__).resolve().parent
torch.manual_seed(2015)
torch.set_default_dtype(torch.float64)
epochs, batch, count = 3, 37, 53
decay = 0.8


def exact(*shape, scale=128):
    """Multiples of 1/256: exact in float32."""
    return torch.round(torch.randn(*shape) * scale) / 256


class Block1(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(4, 4, 3, padding="same"), nn.BatchNorm2d(4)
        self.conv2, self.bn2 = nn.Conv2d(4, 4, 3, padding="same", groups=4), nn.BatchNorm2d(4, momentum=0.25)

    def forward(self, x):
        return x + self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))


class Block2(nn.Module):
    def __init__(self):
        super().__init__()
        self.shortcut = nn.Sequential(OrderedDict(conv=nn.Conv2d(4, 6, 1, stride=2), bn=nn.BatchNorm2d(6)))
        self.conv1, self.bn1 = nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6)

    def forward(self, x):
        return self.shortcut(x) + silu(self.bn1(self.conv1(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 4, 3, padding="same"), nn.BatchNorm2d(4)
        self.block1, self.block2 = Block1(), Block2()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = relu(self.bn1(self.conv1(x)))
        x = self.block2(relu(self.block1(x)))
        return self.fc(x.mean((2, 3)))


def state(net):
    return {
        name: {"shape": list(t.shape), "data": [float(f"{v:.9g}") for v in t.flatten().tolist()]}
        for name, t in net.state_dict().items() if not name.endswith("num_batches_tracked")
    }


images, labels = exact(count, 2, 6, 6), torch.randint(0, 3, (count,))
net = Net()
with torch.no_grad():
    for name, p in net.named_parameters():
        p.copy_(exact(*p.shape, scale=80) + (1 if "bn" in name and name.endswith("weight") else 0))
initial, start = state(net), {name: t.clone() for name, t in net.state_dict().items()}


def train(freeze=(), weight_decay=0.0, clip=None):
    """Trains the network from its initial state; modules in `freeze` have no gradients and use their running statistics."""
    net.load_state_dict(start)
    if freeze:
        for name, t in net.named_buffers():
            if name.endswith("running_mean"):
                t.copy_(torch.arange(len(t)) % 3 / 8)
            elif name.endswith("running_var"):
                t.copy_(torch.arange(len(t)) % 4 / 4 + 0.5)
    net.train()
    for p in net.parameters():
        p.requires_grad_(True)
    for name in freeze:
        module = net.get_submodule(name)
        module.eval()
        for p in module.parameters():
            p.requires_grad_(False)
    free = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(free, 0.05, 0.9, weight_decay=weight_decay, nesterov=True)
    # The mean of all states with weights 1, decay, decay², ... from the last on, by their running mean.
    averaged = AveragedModel(net, avg_fn=lambda mean, now, n: mean + (now - mean) * (1 - decay) / (1 - decay ** (n + 1)), use_buffers=True)
    losses = []
    for _ in range(epochs):
        for at in range(0, count, batch):
            loss = cross_entropy(net(images[at:at + batch]), labels[at:at + batch])
            optimizer.zero_grad()
            loss.backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(free, clip)
            optimizer.step()
            averaged.update_parameters(net)
            losses.append(loss.item())
    net.eval()
    averaged.eval()
    return {"losses": losses, "final": state(net), "logits": net(images).flatten().tolist()}, \
        {"averaged": state(averaged.module), "averagedLogits": averaged(images).flatten().tolist()}


plain, average = train()
record = {"epochs": epochs, "batchSize": batch, "images": images.flatten().tolist(), "labels": labels.tolist(), "initial": initial,
          **plain, "decay": decay, **average, "frozen": [
              {"freeze": names, **train(names, 0.01, 0.5)[0]}
              for names in (["conv1", "bn1", "block1.bn2", "block2.shortcut"],
                            ["bn1", "block1.bn1", "block1.bn2", "block2.bn1", "block2.shortcut.bn"])
          ]}
(here / "residual-training.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
print(record["losses"], [each["losses"] for each in record["frozen"]])
