/** Network files: a list of layers in PyTorch's words, in YAML. Input shape and classes come from the data. */
import { isRecord, shown } from '../../base/argument.ts';
import { nearest, UsageError, unknownChoice } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { checkValue, type Numeric } from '../../base/hyperparameter.ts';
import { elementsOf } from '../../base/tensor.ts';
import { type Initialization, initializations } from '../../nn/initializers.ts';
import { largestSize, type Shape } from '../../nn/layer.ts';
import { about, type Layer } from '../../nn/layers.ts';
import { type Model, sequential } from '../../nn/model.ts';
import { mostLayers } from '../../nn/model-data.ts';
import { buildResidual } from '../../nn/residual.ts';
import { type Path, readYaml, type YamlSource } from '../study-file/yaml-source.ts';
import { completeInput, type NetworkInput, normalizing } from './network-input.ts';
import { networkWords } from './network-words.ts';

/** Numbers by the names that a network file gives them. */
export type NetworkValues = Readonly<Record<string, number>>;

/** A network of a file. */
export interface NetworkFile {
  readonly name: string;
  readonly initialization: Initialization;
  /** The hyperparameters that the layers name in braces, `{filters}`: their defaults, and what is allowed. */
  readonly parameters: Readonly<Record<string, Numeric>>;
  /**
   * The network for these data.
   * @param values other numbers than the defaults. @throws UsageError with file, line and column of the layer that does not fit.
   */
  make(input?: NetworkInput, values?: NetworkValues): Model;
  /** The text of the file with other defaults. All else stays, comments included. @throws UsageError as {@link checkNetworkValues}. */
  withDefaults(values: NetworkValues): string;
  /** What determines the network: its name, its initialization, and its layers with the defaults written in. */
  readonly resolved: object;
}

/** A network's name is part of the name of a run's folder. */
const namePattern = /^[\p{L}\p{N}](?:[\p{L}\p{N}_ .-]{0,62}[\p{L}\p{N}])?$/u;
const keys = ['name', 'initialization', 'parameters', 'layers'];
/** The largest integer of a parameter, unless the file says another. */
const mostInteger = 1_000_000;
/** The words of a parameter that is written as a map. */
const parameterKeys = ['default', 'kind', 'least', 'most'];
const parameterKinds = ['integer', 'number'] as const;
/** The most parameters of a network: its gradients and an optimizer's state must fit in 4 GiB with them. */
export const mostParameters = 2 ** 26;
/** The word of a residual block, and its options. */
const [blockWord, blockOptions] = ['Residual', ['layers', 'shortcut']] as const;

/**
 * Reads a network file. Its layers are checked when they are made, since they depend on the data.
 * @param file names it in errors. @param reserved names that no parameter may have.
 * @throws UsageError with line and column of the first mistake.
 */
export function parseNetworkFile(written: string, file: string, reserved: readonly string[] = []): NetworkFile {
  // Places in the text do not count a byte order mark.
  const text = written.replace(/^\uFEFF/, '');
  const source = readYaml(text, file);
  const { data } = source;
  if (!isRecord(data)) throw source.mistake([], 'a network file is a map with name and layers');
  const foreign = Object.keys(data).find((key) => !keys.includes(key));
  if (foreign !== undefined) throw source.mistake([], unknownChoice('key', foreign, keys).message, foreign);
  const { name, initialization = 'glorot', parameters = {}, layers } = data;
  if (typeof name !== 'string' || name === '')
    throw source.mistake(['name'], `name: expected a text, got ${shown(name)}`);
  if (!namePattern.test(name)) {
    throw source.mistake(
      ['name'],
      `name: expected at most 64 letters, digits, spaces and _ . - that begin and end with a letter or digit, got ${shown(name)}`,
    );
  }
  if (!initializations.includes(initialization as Initialization)) {
    throw source.mistake(
      ['initialization'],
      unknownChoice('initialization', String(initialization), initializations).message,
    );
  }
  const declared = checkedParameters(source, parameters, name);
  const taken = Object.keys(declared).find((parameter) => reserved.includes(parameter));
  if (taken !== undefined) {
    throw source.mistake(
      ['parameters'],
      `parameter ${taken} has the name of a hyperparameter; call it otherwise`,
      taken,
    );
  }
  const defaults = Object.fromEntries(Object.entries(declared).map(([each, entry]) => [each, entry.default]));
  if (!Array.isArray(layers) || layers.length === 0) {
    throw source.mistake(['layers'], 'layers: expected a list of layers, one at least');
  }
  const make: NetworkFile['make'] = (input = {}, values = {}) => {
    checkNetworkValues(name, declared, values);
    const complete = completeInput(`network ${name}`, input);
    const builder = new Builder(source, { ...defaults, ...values }, complete.classes);
    const first = normalizing(complete);
    const start = { name: Object.keys(first)[0], shape: complete.shape };
    const { shape } = builder.build(['layers'], '', start);
    if (shape.length !== 1 || shape[0] !== complete.classes) {
      const last = ['layers', layers.length - 1, 'Linear', 'out_features'];
      throw source.mistake(
        last,
        `the last layer gives ${shape.join('x')}, but the data have ${complete.classes} classes`,
      );
    }
    builder.checkParameters();
    const model = builder.within(['layers'], () =>
      sequential(name, complete.shape, { ...first, ...builder.layers }, initialization as Initialization),
    );
    const unused = Object.keys(defaults).find((parameter) => !builder.used.has(parameter));
    if (unused !== undefined) throw source.mistake(['parameters', unused], `no layer uses {${unused}}`);
    return model;
  };
  return {
    name,
    initialization: initialization as Initialization,
    parameters: declared,
    make,
    withDefaults(values) {
      checkNetworkValues(name, declared, values);
      const places = Object.entries(values).map(([each, value]) => {
        const [start, end] = source.scalarAt(placeOf(source, each))!.range!;
        return { start, end, value };
      });
      places.sort((a, b) => b.start - a.start);
      return places.reduce((all, { start, end, value }) => `${all.slice(0, start)}${value}${all.slice(end)}`, text);
    },
    resolved: { name, initialization, layers: withNumbers(layers, defaults) },
  };
}

/** The place of a parameter's default. */
function placeOf(source: YamlSource, parameter: string): Path {
  const place = ['parameters', parameter];
  return isRecord(source.valueAt(place)) ? [...place, 'default'] : place;
}

/**
 * Checks numbers for the parameters of a network.
 * @throws UsageError for a name that the network does not have, with the nearest, and for a number that is not allowed.
 */
export function checkNetworkValues(
  network: string,
  parameters: NetworkFile['parameters'],
  values: Readonly<Record<string, unknown>>,
): void {
  const names = Object.keys(parameters);
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(parameters, name)) throw unknownNumber(network, name, names);
    checkValue(name, parameters[name]!, value);
  }
}

function unknownNumber(network: string, name: string, names: readonly string[]): UsageError {
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  const has = names.length > 0 ? `has the numbers ${names.join(', ')}` : 'names no numbers';
  return new UsageError(`unknown hyperparameter ${name}: network ${network} ${has}.${hint}`);
}

/** Layers as data, with numbers in place of names in braces. */
function withNumbers(part: unknown, defaults: NetworkValues): unknown {
  const text = braced(part);
  const found = text === undefined ? undefined : numberFor(text, defaults);
  if (found !== undefined) return found.value;
  if (Array.isArray(part)) return part.map((each) => withNumbers(each, defaults));
  if (!isRecord(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, withNumbers(value, defaults)]));
}

/** The text in the braces of an option: `{filters}`, which is a map for YAML, or a text. Undefined for other values. */
function braced(value: unknown): string | undefined {
  const names = isRecord(value) && Object.values(value).every((part) => part === null) ? Object.keys(value) : [];
  if (names.length === 1) return names[0];
  return typeof value === 'string' ? /^\{(.*)\}$/.exec(value)?.[1] : undefined;
}

/** The number that `filters` or `2*filters` stands for, and its name; undefined where it has none. */
function numberFor(text: string, values: NetworkValues): { readonly name: string; readonly value: number } | undefined {
  const [, factor = '1', name] = /^\s*(?:(\d+)\s*\*\s*)?([a-z]\w*)\s*$/i.exec(text) ?? [];
  if (name === undefined || !Object.hasOwn(values, name)) return undefined;
  return { name, value: Number(factor) * values[name]! };
}

function checkedParameters(source: YamlSource, parameters: unknown, network: string): NetworkFile['parameters'] {
  if (!isRecord(parameters)) {
    throw source.mistake(
      ['parameters'],
      'parameters: expected a map from names to numbers, for instance { filters: 16 }',
    );
  }
  const entries = Object.entries(parameters).map(([name, value]): [string, Numeric] => {
    if (!/^[a-z]\w*$/i.test(name)) {
      throw source.mistake(['parameters'], `parameter "${name}": expected a letter, then letters, digits or _`, name);
    }
    return [name, checkedParameter(source, name, value, network)];
  });
  return Object.fromEntries(entries);
}

/** A parameter: a default alone, whose kind it has, or a map { default, kind, least, most }. */
function checkedParameter(source: YamlSource, name: string, given: unknown, network: string): Numeric {
  const place = ['parameters', name];
  const parts = isRecord(given) ? given : { default: given };
  const foreign = Object.keys(parts).find((key) => !parameterKeys.includes(key));
  if (foreign !== undefined) {
    throw source.mistake(place, unknownChoice(`key of parameter ${name}`, foreign, parameterKeys).message, foreign);
  }
  const at = (key: string) => (isRecord(given) ? [...place, key] : place);
  const { default: usual, kind = Number.isInteger(usual) ? 'integer' : 'number' } = parts;
  if (!parameterKinds.some((each) => each === kind)) {
    throw source.mistake(at('kind'), unknownChoice(`kind of parameter ${name}`, String(kind), parameterKinds).message);
  }
  const isInteger = kind === 'integer';
  const { least = 0, most = isInteger ? mostInteger : Number.MAX_VALUE } = parts;
  for (const [key, value] of Object.entries({ default: usual, least, most })) {
    if (typeof value === 'number' && Number.isFinite(value)) continue;
    throw source.mistake(
      at(key),
      `parameter ${name}${key === 'default' ? '' : `, ${key}`}: expected a number, got ${shown(value)}`,
    );
  }
  const sentence = `{${name}} of network ${network}`;
  const entry = { kind, default: usual, least, most, sentence } as Numeric;
  try {
    checkValue(`parameter ${name}`, entry, usual);
  } catch (error) {
    if (error instanceof UsageError) throw source.mistake(at('default'), error.message);
    throw error;
  }
  return entry;
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
  /** The layers that have parameters: their places in the file, and how many. */
  readonly #sizes: { readonly name: string; readonly at: Path; readonly parameters: number }[] = [];
  readonly #source: YamlSource;
  readonly #values: NetworkValues;
  readonly #classes: number;

  constructor(source: YamlSource, values: NetworkValues, classes: number) {
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
      const name = prefix + this.#nameOf(options, at, word, `${stem}${number}`);
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
    const allowed = ['name', ...(word === blockWord ? blockOptions : Object.keys(networkWords[word]!.options))];
    const foreign = Object.keys(options ?? {}).find((option) => !allowed.includes(option));
    if (foreign !== undefined) {
      const message = unknownChoice(`option of ${word}`, foreign, allowed).message;
      throw this.#source.mistake([...at, word], message, foreign);
    }
    return { word, options: options ?? {} };
  }

  #nameOf({ name }: Readonly<Record<string, unknown>>, at: Path, word: string, otherwise: string): string {
    if (name === undefined) return otherwise;
    if (typeof name === 'string' && /^[a-z]\w*$/i.test(name)) return name;
    throw this.#source.mistake(
      [...at, word, 'name'],
      `name: expected a letter, then letters, digits or _, got ${shown(name)}`,
    );
  }

  #layer(name: string, word: string, options: Readonly<Record<string, unknown>>, at: Path, before: End): End {
    const given = Object.fromEntries(
      Object.keys(options).map((option) => [option, this.#value([...at, word, option])]),
    );
    const what = `layer ${name}, whose input is ${before.shape.join('x')}: `;
    const make = (values: typeof given) => {
      const layer = networkWords[word]!.make(values, before.shape, this.#classes);
      const shape = about(layer).outputShape(before.shape);
      if (elementsOf(shape) > largestSize)
        throw new UsageError(
          `an output of ${shape.join('x')} is too large: at most ${counted(largestSize)} numbers fit`,
        );
      return { layer, shape };
    };
    const wrongOption = () =>
      Object.entries(networkWords[word]!.options).find(
        ([option, fitting]) => given[option] !== undefined && isRight(() => make({ ...given, [option]: fitting })),
      )?.[0];
    const placeOfMistake = () => {
      const option = wrongOption();
      return option === undefined ? at : [...at, word, option];
    };
    const { layer, shape } = this.within(placeOfMistake, () => make(given), what);
    // The name's place where the layer has one of its own; otherwise that of the layer.
    this.within([...at, word, 'name'], () => this.#keep(name, layer), what);
    const parameters = about(layer)
      .parameters()
      .reduce((sum, parameter) => sum + elementsOf(parameter.shape), 0);
    this.#sizes.push({ name, at: at, parameters });
    return { name, shape };
  }

  /** @throws UsageError that points at the layer with the most parameters, if the network has too many. */
  checkParameters(): void {
    const total = this.#sizes.reduce((sum, { parameters }) => sum + parameters, 0);
    if (total <= mostParameters) return;
    const largest = this.#sizes.reduce((most, each) => (each.parameters > most.parameters ? each : most));
    const part = `${counted(largest.parameters)} of them in layer ${largest.name}`;
    const limit = `at most ${counted(mostParameters)} fit`;
    throw this.#source.mistake(largest.at, `the network has ${counted(total)} parameters, ${part}: ${limit}`);
  }

  /** A residual block: its layers, and the way past them, both from the end before. */
  #block(name: string, at: Path, before: End): End {
    if (before.name === undefined) throw this.#source.mistake(at, `${blockWord} needs a layer before it`);
    const hasShortcut = this.#source.valueAt([...at, 'shortcut']) !== undefined;
    const shapes = { layers: before.shape, shortcut: before.shape };
    const sum = buildResidual(name, before.name, {
      hasShortcut,
      build: (way, prefix) => {
        const end = this.build([...at, way], prefix, before);
        shapes[way] = end.shape;
        return end.name!;
      },
      keep: (joint, layer) => this.within(at, () => this.#keep(joint, layer), `block ${name}: `),
    });
    const { layers, shortcut } = shapes;
    const what = `block ${name}, whose layers give ${layers.join('x')} and its shortcut ${shortcut.join('x')}: `;
    return { name: `${name}.add`, shape: this.within(at, () => about(sum).outputShape(layers, shortcut), what) };
  }

  #keep(name: string, layer: Layer): void {
    if (Object.hasOwn(this.layers, name)) throw new UsageError(`two layers are named ${name}`);
    if (Object.keys(this.layers).length >= mostLayers) throw new UsageError(`more than ${mostLayers} layers`);
    this.layers[name] = layer;
  }

  /** The value of an option: as it stands, or the number of a parameter in braces, `{filters}` or `{2*filters}`. */
  #value(at: Path): unknown {
    const value = this.#source.valueAt(at);
    const text = braced(value);
    if (text === undefined) return value;
    const found = numberFor(text, this.#values);
    if (found === undefined) {
      const names = Object.keys(this.#values);
      const near = nearest(text.replace(/^[\d\s*]*/, ''), names);
      const hint = near === undefined ? '' : ` Did you mean {${near}}?`;
      const known =
        names.length > 0
          ? `parameters names ${names.map((name) => `{${name}}`).join(', ')}`
          : 'the file names no parameters';
      throw this.#source.mistake(at, `unknown parameter {${text}}: ${known}.${hint}`);
    }
    this.used.add(found.name);
    return found.value;
  }

  /** Calls `work`, whose mistakes then point at `at`, or where `at` finds them. @param what the beginning of their messages. */
  within<T>(at: Path | (() => Path), work: () => T, what = ''): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw this.#source.mistake(typeof at === 'function' ? at() : at, what + error.message);
    }
  }
}

function isRight(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
