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
    # The exporter computes the batch normalization into the convolution.
    "batch norm": (nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(64, 2)), (1, 6, 6)),
}
refused = {
    "softplus": (nn.Sequential(nn.Softplus(), nn.Flatten(), nn.Linear(36, 2)), (1, 6, 6)),
    "groups": (nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.Flatten(), nn.Linear(64, 2)), (2, 6, 6)),
    "dilation": (nn.Sequential(nn.Conv2d(1, 4, 3, dilation=2), nn.Flatten(), nn.Linear(16, 2)), (1, 6, 6)),
    "ceil": (nn.Sequential(nn.MaxPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(9, 2)), (1, 5, 5)),
    "computed borders": (nn.Sequential(nn.ZeroPad2d((1, 0, 0, 0)), nn.Flatten(), nn.Linear(42, 2)), (1, 6, 6)),
    "flat": (nn.Linear(5, 2), (5,)),
}


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.fc = nn.Linear(36, 2)

    def forward(self, x):
        return self.fc((x + self.conv(x)).flatten(1))


refused["residual"] = (Residual(), (1, 6, 6))


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
