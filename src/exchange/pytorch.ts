/** A network as Python source for PyTorch: modules under the names of our layers, so that its state dict is ours. */
import { UsageError } from '../base/errors.ts';
import { about, type Layer } from '../nn/layers.ts';
import { checkModel, type Model, type ModelLayer } from '../nn/model.ts';

/** How one type of layer is made in Python. */
interface PyTorchModule<L extends Layer> {
  make(layer: L): string;
  /** The class that it is, where PyTorch has none. */
  readonly helper?: string;
}

/** How a layer that reads an earlier layer by its name is computed in Python. */
interface PyTorchExpression<L extends Layer> {
  /** @param other the earlier layer's output; `x` is that of the layer before. */
  compute(layer: L, other: string): string;
}

const pair = ([vertical, horizontal]: readonly [number, number]) => `(${vertical}, ${horizontal})`;
const list = (values: readonly number[]) => `[${values.join(', ')}]`;

/** To add a layer, add it here; the compiler says what is missing. */
const modules: { readonly [L in Layer as L['type']]: PyTorchModule<L> | PyTorchExpression<L> } = {
  conv2d: {
    make({ inChannels, outChannels, kernelSize, stride, padding, groups }) {
      const border = padding === 'same' ? '"same"' : pair(padding);
      const more = groups === undefined ? '' : `, groups=${groups}`;
      return `nn.Conv2d(${inChannels}, ${outChannels}, ${pair(kernelSize)}, stride=${pair(stride)}, padding=${border}${more})`;
    },
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
  leakyRelu: { make: ({ negativeSlope }) => `nn.LeakyReLU(${negativeSlope})` },
  gelu: { make: () => 'nn.GELU()' },
  silu: { make: () => 'nn.SiLU()' },
  batchNorm2d: {
    make: ({ channels, eps, momentum }) => `nn.BatchNorm2d(${channels}, eps=${eps}, momentum=${momentum})`,
  },
  dropout: { make: ({ p }) => `nn.Dropout(${p})` },
  globalAvgPool2d: { make: () => 'nn.AdaptiveAvgPool2d(1)' },
  add: { compute: (_, other) => `x + ${other}` },
  outputOf: { compute: (_, other) => other },
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
 * A Python file that makes the network in PyTorch and reads its weights from a safetensors file beside it. It needs PyTorch alone. A network without branches
 * is an nn.Sequential; others, and those with dots in their names, are a module of their own.
 * @param weightsFile the name of the file with the weights, in the same folder.
 * @throws UsageError unless it is given a model whose layers may have their names in PyTorch.
 */
export function pytorchSource(model: Model, weightsFile: string): string {
  checkModel('pytorchSource(): model', model);
  const taken = model.layers.find(({ name }) => name.split('.').includes('training'));
  if (taken) {
    throw new UsageError(`layer ${taken.name}: PyTorch keeps the name "training" to itself; name the layer otherwise`);
  }
  const steps = model.layers.map(stepOf);
  const helpers = new Set(steps.flatMap(({ helper }) => helper ?? []));
  const isChain = steps.every(({ name, made }) => made !== undefined && isPlain(name));
  const network = isChain ? sequentialSource(steps) : moduleSource(steps);
  const [channels, height, width] = model.input;
  return `"""The network ${pythonText(model.name)} with the weights in ${pythonText(weightsFile)}. Written by lenet-lab.

Input: float32 [N, ${channels}, ${height}, ${width}], pixels from 0 to 1. Output: logits [N, ${model.classes}].

    network = load()
    classes = network(images).argmax(1)
"""
import json
${isChain ? 'from collections import OrderedDict\n' : ''}from pathlib import Path

import torch
from torch import nn

${[...helpers].map((helper) => `\n${helper}\n\n`).join('')}
${network}


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

/** A layer in Python: a module, or an expression of outputs. */
interface Step {
  readonly name: string;
  readonly made?: string;
  readonly helper?: string | undefined;
  readonly computed?: string;
  /** The earlier layer that it reads by name. */
  readonly reads: string | undefined;
}

function stepOf({ name, layer }: ModelLayer): Step {
  const way: PyTorchModule<never> | PyTorchExpression<never> = modules[layer.type];
  const reads = about(layer).reads()?.name;
  if ('compute' in way)
    return { name, reads, computed: way.compute(layer as never, `outputs[${pythonString(reads!)}]`) };
  const made = way.make(layer as never);
  return { name, reads, made, helper: made.startsWith('nn.') ? undefined : way.helper };
}

function sequentialSource(steps: readonly Step[]): string {
  return `def make():
    """The network with weights that are drawn anew."""
    return nn.Sequential(
        OrderedDict(
            [
${steps.map(({ name, made }) => `                ("${name}", ${made}),`).join('\n')}
            ]
        )
    )`;
}

function moduleSource(steps: readonly Step[]): string {
  const made = new Map(steps.flatMap((step) => (step.made === undefined ? [] : [[step.name, step.made] as const])));
  /** By path, each after those that it lies in: `block1`, then `block1.conv1`. */
  const placed = new Map<string, string>();
  for (const name of made.keys()) {
    const parts = name.split('.');
    for (const end of parts.keys()) {
      const path = parts.slice(0, end + 1).join('.');
      if (!placed.has(path)) placed.set(path, made.get(path) ?? 'nn.Module()');
    }
  }
  const read = new Set(steps.flatMap(({ reads }) => reads ?? []));
  const lines = steps.map(({ name, computed }) => {
    const kept = read.has(name) ? `outputs[${pythonString(name)}] = ` : '';
    return `x = ${kept}${computed ?? `${attribute(name)}(x)`}`;
  });
  return `class Network(nn.Module):
    def __init__(self):
        super().__init__()
${[...placed].map(([path, module]) => `        ${attribute(path)} = ${module}`).join('\n')}

    def forward(self, x):
        outputs = {}
${lines.map((line) => `        ${line}`).join('\n')}
        return x


def make():
    """The network with weights that are drawn anew."""
    return Network()`;
}

/** What nn.Module and nn.Sequential have themselves, in PyTorch 1.13 to 2.9, and the words of Python: no names of attributes. */
const reserved = new Set(
  (
    'T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extend ' +
    'extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu load_state_dict modules mtia ' +
    'named_buffers named_children named_modules named_parameters parameters pop register_backward_hook register_buffer ' +
    'register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook ' +
    'register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter ' +
    'register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict ' +
    'to to_empty train training type xpu zero_grad ' +
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether a part of a layer's name may be an attribute of a module. */
function isPlain(part: string): boolean {
  return /^[a-z]\w*$/i.test(part) && !reserved.has(part);
}

/** `self.block1.conv1`; other parts are found where PyTorch keeps a module's modules. */
function attribute(path: string): string {
  const parts = path.split('.').map((part) => (isPlain(part) ? `.${part}` : `._modules[${pythonString(part)}]`));
  return `self${parts.join('')}`;
}

/** A Python string literal. JSON's are Python's, apart from characters beyond 16 bits, which both take as they are. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** Text within a doc string: no quotes and no backslashes. */
function pythonText(text: string): string {
  return text.replaceAll(/["\\\p{Cc}]/gu, '_');
}
