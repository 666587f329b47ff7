/** Network files: a list of layers in PyTorch's words, in YAML. Input shape and classes come from the data. */
import { isRecord, shown } from '../../base/argument.ts';
import { nearest, UsageError, unknownChoice } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { add } from '../../nn/add.ts';
import { type Initialization, initializations } from '../../nn/initializers.ts';
import type { Shape } from '../../nn/layer.ts';
import { about, type Layer } from '../../nn/layers.ts';
import { type Model, parameterCount, sequential } from '../../nn/model.ts';
import { outputOf } from '../../nn/output-of.ts';
import { type Path, readYaml, type YamlSource } from '../study-file/yaml-source.ts';
import { completeInput, type NetworkInput, normalizing } from './network-input.ts';
import { networkWords } from './network-words.ts';

/** A network of a file. */
export interface NetworkFile {
  readonly name: string;
  /** The numbers that the layers name in braces, with their defaults: `{filters}`. */
  readonly parameters: Readonly<Record<string, number>>;
  /**
   * The network for these data.
   * @param values other numbers than the defaults. @throws UsageError with file, line and column of the layer that does not fit.
   */
  make(input?: NetworkInput, values?: Readonly<Record<string, number>>): Model;
}

const keys = ['name', 'initialization', 'parameters', 'layers'];
/** The most layers of a file. */
const mostLayers = 500;
/** The most parameters of a network: its gradients and an optimizer's state must fit in 4 GiB with them. */
const mostParameters = 2 ** 26;
/** The word of a residual block, and its options. */
const [blockWord, blockOptions] = ['Residual', ['layers', 'shortcut']] as const;

/**
 * Reads a network file. Its layers are checked when they are made, since they depend on the data.
 * @param file names it in errors. @throws UsageError with line and column of the first mistake.
 */
export function parseNetworkFile(text: string, file: string): NetworkFile {
  const source = readYaml(text, file);
  const { data } = source;
  if (!isRecord(data)) throw source.mistake([], 'a network file is a map with name and layers');
  const foreign = Object.keys(data).find((key) => !keys.includes(key));
  if (foreign !== undefined) throw source.mistake([], unknownChoice('key', foreign, keys).message, foreign);
  const { name, initialization = 'glorot', parameters = {}, layers } = data;
  if (typeof name !== 'string' || name === '')
    throw source.mistake(['name'], `name: expected a text, got ${shown(name)}`);
  if (!initializations.includes(initialization as Initialization)) {
    throw source.mistake(
      ['initialization'],
      unknownChoice('initialization', String(initialization), initializations).message,
    );
  }
  const defaults = checkedParameters(source, parameters);
  if (!Array.isArray(layers) || layers.length === 0) {
    throw source.mistake(['layers'], 'layers: expected a list of layers, one at least');
  }
  const make: NetworkFile['make'] = (input = {}, values = {}) => {
    const complete = completeInput(`network ${name}`, input);
    const builder = new Builder(source, { ...defaults, ...values }, complete.classes);
    const first = normalizing(complete);
    const start = { name: Object.keys(first)[0], shape: complete.shape };
    const { shape } = builder.build(['layers'], '', start);
    if (shape.length !== 1 || shape[0] !== complete.classes) {
      const last = ['layers', layers.length - 1];
      throw source.mistake(
        last,
        `the last layer gives ${shape.join('x')}, but the data have ${complete.classes} classes`,
      );
    }
    const model = builder.within(['layers'], () =>
      sequential(name, complete.shape, { ...first, ...builder.layers }, initialization as Initialization),
    );
    const count = parameterCount(model);
    if (count > mostParameters) {
      const limit = `at most ${counted(mostParameters)} fit`;
      throw source.mistake(['layers'], `the network has ${counted(count)} parameters: ${limit}`);
    }
    const unused = Object.keys(defaults).find((parameter) => !builder.used.has(parameter));
    if (unused !== undefined) throw source.mistake(['parameters', unused], `no layer uses {${unused}}`);
    return model;
  };
  return { name, parameters: defaults, make };
}

function checkedParameters(source: YamlSource, parameters: unknown): Readonly<Record<string, number>> {
  if (!isRecord(parameters)) {
    throw source.mistake(
      ['parameters'],
      'parameters: expected a map from names to numbers, for instance { filters: 16 }',
    );
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (!/^[a-z]\w*$/i.test(name)) {
      throw source.mistake(['parameters'], `parameter "${name}": expected a letter, then letters, digits or _`, name);
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw source.mistake(['parameters', name], `parameter ${name}: expected a number, got ${shown(value)}`);
    }
  }
  return parameters as Readonly<Record<string, number>>;
}

/** The end of the layers so far: the name of the last (undefined: the images themselves), and its shape. */
interface End {
  readonly name: string | undefined;
  readonly shape: Shape;
}

/** Makes the layers of a file for one shape of images. */
class Builder {
  readonly layers: Record<string, Layer> = {};
  /** The parameters that were used. */
  readonly used = new Set<string>();
  readonly #source: YamlSource;
  readonly #values: Readonly<Record<string, number>>;
  readonly #classes: number;

  constructor(source: YamlSource, values: Readonly<Record<string, number>>, classes: number) {
    this.#source = source;
    this.#values = values;
    this.#classes = classes;
  }

  /** Makes the list of layers at `path` after `start`. @param prefix of the names of its layers. */
  build(path: Path, prefix: string, start: End): End {
    const list = this.#source.valueAt(path);
    if (!Array.isArray(list) || list.length === 0)
      throw this.#source.mistake(path, 'expected a list of layers, one at least');
    const counts = new Map<string, number>();
    let end = start;
    for (const index of list.keys()) {
      const at = [...path, index];
      const { word, options } = this.#entry(at);
      const { prefix: stem } = word === blockWord ? { prefix: 'block' } : networkWords[word]!;
      const number = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, number);
      const name = prefix + this.#nameOf(options, at, `${stem}${number}`);
      end = word === blockWord ? this.#block(name, [...at, word], end) : this.#layer(name, word, options, at, end);
    }
    return end;
  }

  /** The word and the options of an entry: `ReLU`, or `Conv2d: { ... }`. */
  #entry(at: Path): { readonly word: string; readonly options: Readonly<Record<string, unknown>> } {
    const entry = this.#source.valueAt(at);
    const [word, options] =
      isRecord(entry) && Object.keys(entry).length === 1 ? Object.entries(entry)[0]! : [entry, {}];
    const words = [...Object.keys(networkWords), blockWord];
    if (typeof word !== 'string')
      throw this.#source.mistake(at, 'expected a layer, for instance ReLU or Conv2d: { ... }');
    if (!words.includes(word)) throw this.#source.mistake(at, unknownChoice('layer', word, words).message);
    if (options !== null && !isRecord(options)) {
      throw this.#source.mistake([...at, word], `${word}: expected its options by name, got ${shown(options)}`);
    }
    const allowed = ['name', ...(word === blockWord ? blockOptions : networkWords[word]!.options)];
    const foreign = Object.keys(options ?? {}).find((option) => !allowed.includes(option));
    if (foreign !== undefined) {
      const message = unknownChoice(`option of ${word}`, foreign, allowed).message;
      throw this.#source.mistake([...at, word], message, foreign);
    }
    return { word, options: options ?? {} };
  }

  #nameOf({ name }: Readonly<Record<string, unknown>>, at: Path, otherwise: string): string {
    if (name === undefined) return otherwise;
    if (typeof name === 'string' && /^[a-z]\w*$/i.test(name)) return name;
    throw this.#source.mistake(at, `name: expected a letter, then letters, digits or _, got ${shown(name)}`);
  }

  #layer(name: string, word: string, options: Readonly<Record<string, unknown>>, at: Path, before: End): End {
    const given = Object.fromEntries(
      Object.keys(options).map((option) => [option, this.#value([...at, word, option])]),
    );
    return this.within(at, () => {
      const layer = networkWords[word]!.make(given, before.shape, this.#classes);
      this.#keep(name, layer);
      return { name, shape: about(layer).outputShape(before.shape) };
    });
  }

  /** A residual block: its layers, and the way past them, both from the end before. */
  #block(name: string, at: Path, before: End): End {
    if (before.name === undefined) throw this.#source.mistake(at, `${blockWord} needs a layer before it`);
    const hasShortcut = this.#source.valueAt([...at, 'shortcut']) !== undefined;
    const other = hasShortcut ? this.build([...at, 'shortcut'], `${name}.shortcut.`, before) : before;
    if (hasShortcut) this.#keep(`${name}.input`, outputOf(before.name));
    const { shape } = this.build([...at, 'layers'], `${name}.`, before);
    const sum = add(other.name!);
    return this.within(at, () => {
      this.#keep(`${name}.add`, sum);
      return { name: `${name}.add`, shape: about(sum).outputShape(shape, other.shape) };
    });
  }

  #keep(name: string, layer: Layer): void {
    if (Object.hasOwn(this.layers, name)) throw new UsageError(`two layers are named ${name}`);
    if (Object.keys(this.layers).length >= mostLayers) throw new UsageError(`more than ${mostLayers} layers`);
    this.layers[name] = layer;
  }

  /** The value of an option: as it stands, or the number of a parameter in braces, `{filters}` or `{2*filters}`. */
  #value(at: Path): unknown {
    const value = this.#source.valueAt(at);
    const written = isRecord(value) && Object.values(value).every((part) => part === null) ? Object.keys(value) : [];
    const text =
      written.length === 1 ? written[0]! : typeof value === 'string' ? /^\{(.*)\}$/.exec(value)?.[1] : undefined;
    if (text === undefined) return value;
    const [, factor = '1', parameter] = /^\s*(?:(\d+)\s*\*\s*)?([a-z]\w*)\s*$/i.exec(text) ?? [];
    const names = Object.keys(this.#values);
    if (parameter === undefined || !names.includes(parameter)) {
      const near = parameter === undefined ? undefined : nearest(parameter, names);
      const hint = near === undefined ? '' : ` Did you mean {${near}}?`;
      const known = names.map((name) => `{${name}}`).join(', ') || 'there is none';
      throw this.#source.mistake(at, `unknown parameter {${text}}: parameters names ${known}.${hint}`);
    }
    this.used.add(parameter);
    return Number(factor) * this.#values[parameter]!;
  }

  /** Calls `work`, whose mistakes then point at `at`. */
  within<T>(at: Path, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof UsageError) throw this.#source.mistake(at, error.message);
      throw error;
    }
  }
}
