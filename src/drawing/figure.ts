/** What the drawing of a network shows: the parts of its main way, and the shortcuts of its residual blocks over them. */
import type { Shape } from '../nn/layer.ts';
import type { Layer } from '../nn/layers.ts';
import type { Model, ModelLayer } from '../nn/model.ts';

/** A part of the figure: a stack of feature maps, or a bar for a flat vector. Links connect the parts. */
export interface FigurePart {
  readonly shape: Shape;
  /** [height, width] of the window that one element of the next part reads. Undefined if it reads everything. */
  readonly window?: readonly [number, number];
  /** The layers between this part and the next, one line of text each, for instance `Convolution 5×5` and `ReLU`. */
  readonly link: readonly string[];
}

/** The way past the layers of a residual block, from the output that the block reads to its sum. */
export interface FigureShortcut {
  /** Index of the part that the block reads. */
  readonly from: number;
  /** Index of the part that holds the sum: that of `from` where no layer of the block makes a part. */
  readonly to: number;
  /** Its own layers, one line of text each; none where the output is added as it is. */
  readonly layers: readonly string[];
}

/** A network as its drawing shows it. */
export interface Figure {
  readonly parts: readonly FigurePart[];
  readonly shortcuts: readonly FigureShortcut[];
}

/**
 * The figure of a model. Its parts lie along the main way, which leaves out the shortcuts: activations, normalizations, additions and flatten add a line
 * to a link, rescale and normalize are left out, others add a part. Each addition of the main way gives a shortcut; additions inside a shortcut are lines of its text.
 */
export function figureOf(model: Model): Figure {
  const parts: { shape: Shape; window?: readonly [number, number]; link: string[] }[] = [
    { shape: model.input, link: [] },
  ];
  const shortcuts: FigureShortcut[] = [];
  /** Indices of the parts that hold the outputs of the layers so far, by their names. */
  const holders = new Map<string, number>();
  for (const { name, layer, output, reads } of mainWay(model)) {
    const last = parts.at(-1)!;
    const before = parts.at(-2) ?? last;
    const activation = activationName(layer);
    if (layer.type === 'flatten') last.link.push('Flatten');
    else if (activation !== undefined)
      (last.link.length === 0 && parts.length > 1 ? before : last).link.push(activation);
    else if (!isUnseen(layer)) {
      last.link.push(nameOf(layer));
      if ('kernelSize' in layer) last.window = layer.kernelSize;
      parts.push({ shape: output, link: [] });
    }
    if (layer.type === 'add') {
      const { start, layers } = wayBack(model, reads[1]!, holders);
      shortcuts.push({ from: holders.get(start)!, to: parts.length - 1, layers });
    }
    holders.set(name, parts.length - 1);
  }
  return { parts, shortcuts };
}

/** From the layer `end` back to the first that is on the main way: that layer's name, and the text of those behind it. */
function wayBack({ layers }: Model, end: string, mainWay: ReadonlyMap<string, number>) {
  const texts: string[] = [];
  let start = end;
  while (!mainWay.has(start)) {
    const { layer, reads } = layers.find(({ name }) => name === start)!;
    if (!isUnseen(layer))
      texts.unshift(layer.type === 'flatten' ? 'Flatten' : (activationName(layer) ?? nameOf(layer)));
    start = reads[0]!;
  }
  return { start, layers: texts };
}

function isUnseen({ type }: Layer): boolean {
  return type === 'rescale' || type === 'normalize' || type === 'outputOf';
}

/** The layers through which the output comes from the input, at an addition from the layer before it. */
function mainWay({ layers }: Model): readonly ModelLayer[] {
  const way: ModelLayer[] = [];
  for (let name = layers.at(-1)?.name; name !== undefined; name = way[0]!.reads[0]) {
    way.unshift(layers.find((layer) => layer.name === name)!);
  }
  return way;
}

/** The line of text of a layer that changes single numbers; undefined for any other layer. */
function activationName(layer: Layer): string | undefined {
  return activationNames[layer.type];
}

const activationNames: Readonly<Partial<Record<Layer['type'], string>>> = {
  relu: 'ReLU',
  leakyRelu: 'Leaky ReLU',
  gelu: 'GELU',
  silu: 'SiLU',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  batchNorm2d: 'Batch norm',
  dropout: 'Dropout',
  add: 'Add',
};

const names: Readonly<Partial<Record<Layer['type'], string>>> = {
  conv2d: 'Convolution',
  maxPool2d: 'Max-pool',
  avgPool2d: 'Average-pool',
  subsample2d: 'Subsampling',
  linear: 'Dense',
  rbf: 'Distances',
  pad2d: 'Padding',
  globalAvgPool2d: 'Global average',
};

function nameOf(layer: Layer): string {
  if (layer.type === 'conv2d' && layer.groups) {
    const kind = layer.groups === layer.inChannels ? 'Depthwise' : 'Grouped';
    return `${kind} ${layer.kernelSize.join('×')}`;
  }
  return 'kernelSize' in layer ? `${names[layer.type]} ${layer.kernelSize.join('×')}` : names[layer.type]!;
}
