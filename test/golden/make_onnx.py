"""ONNX files as PyTorch's exporter writes them, with the logits of PyTorch: foreign-onnx.json.

Run as the other scripts (see README.md), with python3-onnx installed.
"""
import base64
import io
import json

import torch
from torch import nn

torch.manual_seed(5)


class Viewed(nn.Module):
    """A LeNet-5 whose forward pass reshapes by hand and ends with a softmax."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 3, 5, padding=1), nn.Tanh(), nn.AvgPool2d(2))
        self.fc = nn.Linear(3 * 5 * 6, 4)

    def forward(self, x):
        return torch.softmax(self.fc(self.features((x - 0.25) / 0.5).view(-1, 90)), 1)


class MatMul(nn.Module):
    """A dense layer without PyTorch's Gemm, after a normalization of each channel."""

    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.tensor([0.1, 0.2]).reshape(1, 2, 1, 1))
        self.deviation = nn.Parameter(torch.tensor([0.5, 0.25]).reshape(1, 2, 1, 1))
        self.matrix = nn.Parameter(torch.randn(24, 5))
        self.bias = nn.Parameter(torch.randn(5))

    def forward(self, x):
        return torch.matmul(((x - self.mean) / self.deviation).flatten(1), self.matrix) + self.bias


class Residual(nn.Module):
    """The image goes two ways."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.fc = nn.Linear(36, 2)

    def forward(self, x):
        return self.fc((x + self.conv(x)).flatten(1))


class Block(nn.Module):
    """A residual block, whose shortcut is computed after the block's layers."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    """As ResNet-18 is built, with the mean written as a method of the tensor."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.layer1 = nn.Sequential(Block(4, 4, 1), Block(4, 6, 2))
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(self.layer1(self.conv1(x)).mean([2, 3]))


class Doubled(nn.Module):
    """A value that is added to itself, after batch normalization that has no convolution before it."""

    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm2d(2, eps=0.01, momentum=0.3)
        self.fc = nn.Linear(40, 2)

    def forward(self, x):
        x = self.bn(x)
        return self.fc(nn.functional.silu(x + x).flatten(1))


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x):
        return (x * self.conv(x)).flatten(1)


class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x):
        return torch.cat([x, self.conv(x)], 1).flatten(1)


class Broadcast(nn.Module):
    """A mean that is added to every pixel."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.mean = nn.AdaptiveAvgPool2d(1)

    def forward(self, x):
        x = self.conv(x)
        return (x + self.mean(x)).flatten(1)


networks = {
    "sequential": (
        nn.Sequential(
            nn.Conv2d(1, 4, (3, 2), stride=(1, 2), bias=False),
            nn.ReLU(),
            nn.MaxPool2d((2, 1), stride=1),
            nn.Dropout(0.5),
            nn.Sigmoid(),
            nn.Flatten(),
            nn.Linear(4 * 6 * 6, 6),
        ),
        (1, 9, 13),
    ),
    "viewed": (Viewed(), (1, 12, 14)),
    "matmul": (MatMul(), (2, 3, 4)),
    "global": (nn.Sequential(nn.Conv2d(3, 5, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3)), (3, 6, 6)),
    "groups": (nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.Flatten(), nn.Linear(64, 2)), (2, 6, 6)),
    "separable": (
        nn.Sequential(
            nn.Conv2d(3, 6, (2, 3), padding=(0, 1), groups=3),
            nn.GELU(),
            nn.Conv2d(6, 4, 1),
            nn.LeakyReLU(0.2),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 3),
            nn.SiLU(),
            nn.Linear(3, 2),
        ),
        (3, 7, 6),
    ),
    "residual": (Residual(), (1, 6, 6)),
    "resnet": (ResNet(), (1, 10, 9)),
    "doubled": (Doubled(), (2, 4, 5)),
    # The exporter computes the batch normalization into the convolution.
    "batch norm": (nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(64, 2)), (1, 6, 6)),
}
refused = {
    "softplus": (nn.Sequential(nn.Softplus(), nn.Flatten(), nn.Linear(36, 2)), (1, 6, 6)),
    "dilation": (nn.Sequential(nn.Conv2d(1, 4, 3, dilation=2), nn.Flatten(), nn.Linear(16, 2)), (1, 6, 6)),
    "ceil": (nn.Sequential(nn.MaxPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(9, 2)), (1, 5, 5)),
    "computed borders": (nn.Sequential(nn.ZeroPad2d((1, 0, 0, 0)), nn.Flatten(), nn.Linear(42, 2)), (1, 6, 6)),
    "flat": (nn.Linear(5, 2), (5,)),
    "gated": (Gated(), (1, 6, 6)),
    "joined": (Joined(), (1, 6, 6)),
    "broadcast": (Broadcast(), (1, 6, 6)),
    "tanh form": (nn.Sequential(nn.GELU("tanh"), nn.Flatten(), nn.Linear(36, 2)), (1, 6, 6)),
}

for network, _ in networks.values():
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 1.5)


def exported(network, shape):
    file = io.BytesIO()
    torch.onnx.export(
        network.eval(), torch.rand(1, *shape), file, input_names=["x"], dynamic_axes={"x": {0: "batch"}}, opset_version=13
    )
    return base64.b64encode(file.getvalue()).decode()


def logits(network, name, x):
    with torch.no_grad():
        y = network(x)
    return (y.log() if name == "viewed" else y).tolist()


out = {"read": {}, "refused": {name: exported(*each) for name, each in refused.items()}}
for name, (network, shape) in networks.items():
    x = torch.randint(0, 257, (2, *shape)) / 256
    out["read"][name] = {
        "onnx": exported(network, shape),
        "shape": shape,
        "images": x.flatten().tolist(),
        "logits": logits(network.eval(), name, x),
    }
with open("foreign-onnx.json", "w") as file:
    json.dump(out, file)
