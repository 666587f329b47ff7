/** A network as Python source for PyTorch: modules under the names of our layers, so that its state dict is ours. */
import type { Layer } from '../nn/layers.ts';
import { checkModel, type Model } from '../nn/model.ts';

/** How one type of layer is made in Python. `helper`: a class that PyTorch lacks, by its name. */
interface PyTorchModule<L extends Layer> {
  make(layer: L): string;
  readonly helper?: string;
}

const pair = ([vertical, horizontal]: readonly [number, number]) => `(${vertical}, ${horizontal})`;
const list = (values: readonly number[]) => `[${values.join(', ')}]`;

/** To add a layer, add it here; the compiler says what is missing. */
const modules: { readonly [L in Layer as L['type']]: PyTorchModule<L> } = {
  conv2d: {
    make: ({ inChannels, outChannels, kernelSize, stride, padding }) =>
      `nn.Conv2d(${inChannels}, ${outChannels}, ${pair(kernelSize)}, stride=${pair(stride)}, padding=${pair(padding)})`,
  },
  maxPool2d: { make: ({ kernelSize, stride }) => `nn.MaxPool2d(${pair(kernelSize)}, stride=${pair(stride)})` },
  avgPool2d: { make: ({ kernelSize, stride }) => `nn.AvgPool2d(${pair(kernelSize)}, stride=${pair(stride)})` },
  subsample2d: {
    make: ({ channels, kernelSize }) => `Subsample2d(${channels}, ${pair(kernelSize)})`,
    helper: `class Subsample2d(nn.Module):
    """The sum of each window, times a coefficient plus a bias for each channel (LeCun et al. 1998)."""

    def __init__(self, channels, kernel_size):
        super().__init__()
        self.kernel_size = kernel_size
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        total = nn.functional.avg_pool2d(x, self.kernel_size, divisor_override=1)
        return total * self.weight[:, None, None] + self.bias[:, None, None]`,
  },
  relu: { make: () => 'nn.ReLU()' },
  tanh: {
    make: ({ amplitude, slope }) =>
      amplitude === 1 && slope === 1 ? 'nn.Tanh()' : `ScaledTanh(amplitude=${amplitude}, slope=${slope})`,
    helper: `class ScaledTanh(nn.Module):
    def __init__(self, amplitude, slope):
        super().__init__()
        self.amplitude, self.slope = amplitude, slope

    def forward(self, x):
        return self.amplitude * torch.tanh(self.slope * x)`,
  },
  sigmoid: { make: () => 'nn.Sigmoid()' },
  flatten: { make: () => 'nn.Flatten()' },
  linear: { make: ({ inFeatures, outFeatures }) => `nn.Linear(${inFeatures}, ${outFeatures})` },
  rbf: {
    make: ({ codes }) => `Distances(${list(codes.flat())}, classes=${codes.length})`,
    helper: `class Distances(nn.Module):
    """Minus the squared distance from the fixed code of each class (LeCun et al. 1998)."""

    def __init__(self, codes, classes):
        super().__init__()
        self.register_buffer("codes", torch.tensor(codes, dtype=torch.float32).reshape(classes, -1), persistent=False)

    def forward(self, x):
        return -((x[:, None] - self.codes) ** 2).sum(2)`,
  },
  pad2d: {
    make: ({ padding: [vertical, horizontal], value }) =>
      `nn.ConstantPad2d((${horizontal}, ${horizontal}, ${vertical}, ${vertical}), ${value})`,
  },
  rescale: {
    make: ({ low, high }) => `Rescale(low=${low}, high=${high})`,
    helper: `class Rescale(nn.Module):
    def __init__(self, low, high):
        super().__init__()
        self.low, self.high = low, high

    def forward(self, x):
        return self.low + (self.high - self.low) * x`,
  },
  normalize: {
    make: ({ mean, deviation }) => `Normalize(mean=${list(mean)}, std=${list(deviation)})`,
    helper: `class Normalize(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(-1, 1, 1), persistent=False)

    def forward(self, x):
        return (x - self.mean) / self.std`,
  },
};

/**
 * A Python file that makes the network in PyTorch and reads its weights from a safetensors file beside it. It needs PyTorch alone.
 * @param weightsFile the name of the file with the weights, in the same folder.
 * @throws UsageError unless it is given a model.
 */
export function pytorchSource(model: Model, weightsFile: string): string {
  checkModel('pytorchSource(): model', model);
  const lines = model.layers.map(({ name, layer }) => {
    const { make }: PyTorchModule<never> = modules[layer.type];
    return { name, made: make(layer as never) };
  });
  const helpers = new Set(
    model.layers.flatMap(({ layer }, i) => {
      const { helper } = modules[layer.type];
      return helper !== undefined && !lines[i]!.made.startsWith('nn.') ? [helper] : [];
    }),
  );
  const [channels, height, width] = model.input;
  return `"""The network ${pythonText(model.name)} with the weights in ${pythonText(weightsFile)}. Written by lenet-lab.

Input: float32 [N, ${channels}, ${height}, ${width}], pixels from 0 to 1. Output: logits [N, ${model.classes}].

    network = load()
    classes = network(images).argmax(1)
"""
import json
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

${[...helpers].map((helper) => `\n${helper}\n\n`).join('')}
def make():
    """The network with weights that are drawn anew."""
    return nn.Sequential(
        OrderedDict(
            [
${lines.map(({ name, made }) => `                ("${name}", ${made}),`).join('\n')}
            ]
        )
    )


def read_safetensors(path):
    """The float32 tensors of a safetensors file; safetensors.torch.load_file(path) does the same."""
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(bytearray(data[start + begin : start + end]), dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def load(path=Path(__file__).with_name(${pythonString(weightsFile)})):
    """The trained network, ready to predict."""
    network = make()
    network.load_state_dict(read_safetensors(path))
    return network.eval()
`;
}

/** A Python string literal. JSON's are Python's, apart from characters beyond 16 bits, which both take as they are. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** Text within a doc string: no quotes and no backslashes. */
function pythonText(text: string): string {
  return text.replaceAll(/["\\\p{Cc}]/gu, '_');
}
