/** The nodes behind a value of a graph, as a layer reads them: each passes one value on to the next, and its other inputs are constants. */
import { WorldError } from '../../base/errors.ts';
import { elementsOf, type Tensor } from '../../base/tensor.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../formats/onnx.ts';
import type { Shape } from '../../nn/layer.ts';

/** What a node reads and writes. */
export interface NodeValues {
  /** At each input the constant, or nothing. */
  readonly constants: readonly (OnnxTensor | undefined)[];
  /** The values among the inputs that depend on the network's input, each once. */
  readonly values: readonly string[];
  /** At which input the first of them comes in. */
  readonly place: number;
  /** Whether more than one input is such a value. */
  readonly isJoin: boolean;
}

/** One node with its constants. Attributes that a reader does not ask for are refused. */
export class ChainNode {
  readonly operator: string;
  /** The node's name, or its operator where it has none. */
  readonly name: string;
  /** The name of the value that it makes. */
  readonly output: string;
  readonly values: readonly string[];
  readonly place: number;
  readonly isJoin: boolean;
  readonly #constants: readonly (OnnxTensor | undefined)[];
  readonly #constantNames: readonly string[];
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly #asked = new Set<string>();
  readonly #what: string;

  constructor(node: OnnxNode, { constants, values, place, isJoin }: NodeValues, what: string) {
    this.operator = node.operator;
    this.name = node.name === '' ? node.operator : node.name;
    this.output = node.outputs[0] ?? '';
    this.values = values;
    this.place = place;
    this.isJoin = isJoin;
    this.#constants = constants;
    this.#constantNames = node.inputs;
    this.#attributes = new Map(Object.entries(node.attributes));
    this.#what = what;
  }

  /** The name of the constant at an input. */
  constantName(input: number): string | undefined {
    return this.#constants[input] && this.#constantNames[input];
  }

  /** The float32 constant at an input; undefined where there is none. */
  tensor(input: number): Tensor | undefined {
    const found = this.#constants[input];
    return found && 'data' in found ? found : undefined;
  }

  /** The integers at an input, for instance a shape; undefined where there are none. */
  integersAt(input: number): readonly number[] | undefined {
    const found = this.#constants[input];
    return found && 'integers' in found ? found.integers : undefined;
  }

  integer(name: string, otherwise: number): number {
    const found = this.#attribute(name);
    if (!found) return otherwise;
    if ('integer' in found) return found.integer;
    throw this.unsupported(`attribute ${name} is no integer`);
  }

  float(name: string, otherwise: number): number {
    const found = this.#attribute(name);
    if (!found) return otherwise;
    if ('float' in found) return found.float;
    throw this.unsupported(`attribute ${name} is no number`);
  }

  text(name: string, otherwise: string): string {
    const found = this.#attribute(name);
    if (!found) return otherwise;
    if ('text' in found) return found.text;
    throw this.unsupported(`attribute ${name} is no text`);
  }

  integers(name: string): readonly number[] | undefined {
    const found = this.#attribute(name);
    if (!found) return undefined;
    if ('integers' in found) return found.integers;
    throw this.unsupported(`attribute ${name} is no list of integers`);
  }

  /** The constant in an attribute: the value of a Constant node. */
  constant(name: string): OnnxTensor | undefined {
    const found = this.#attribute(name);
    return found && 'tensor' in found ? found.tensor : undefined;
  }

  /** @throws WorldError naming the node, unless the list has the wanted values. */
  require(name: string, found: readonly number[] | number | string, wanted: readonly number[] | number | string): void {
    if (`${found}` === `${wanted}`) return;
    throw this.unsupported(`${name} ${found} is not supported, only ${wanted}`);
  }

  /** @throws WorldError naming the first attribute that nobody asked for. */
  refuseUnasked(): void {
    const name = [...this.#attributes.keys()].find((key) => !this.#asked.has(key));
    if (name !== undefined) throw this.unsupported(`attribute ${name} is not supported`);
  }

  /** An error that names the file and the node. */
  unsupported(why: string): WorldError {
    const which = this.name === this.operator ? `a ${this.operator}` : `${this.name} (${this.operator})`;
    return new WorldError(`${this.#what}: ${which}: ${why}`);
  }

  #attribute(name: string): OnnxAttribute | undefined {
    this.#asked.add(name);
    return this.#attributes.get(name);
  }
}

/** What a chain asks of the graph around it. */
export interface Surroundings {
  /** The only node that reads a value; undefined where several do, and for the network's output. */
  onlyReader(value: string): ChainNode | undefined;
  /** The layer whose output a value is. */
  layerAt(value: string): { readonly name: string; readonly shape: Shape };
}

/** The nodes from one that reads a value on, as long as each is the only one that reads the value before it. */
export class Chain {
  /** The value that the first node reads. */
  readonly value: string;
  /** The shape of one image in that value. */
  readonly shape: Shape;
  readonly #around: Surroundings;
  /** Those that were looked at. */
  readonly #nodes: ChainNode[];
  #taken = 0;

  constructor(first: ChainNode, value: string, shape: Shape, around: Surroundings) {
    this.value = value;
    this.shape = shape;
    this.#around = around;
    this.#nodes = [first];
  }

  /** How many nodes were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The nodes that were taken. */
  get takenNodes(): readonly ChainNode[] {
    return this.#nodes.slice(0, this.#taken);
  }

  /** The next node, or one after it; undefined at the end. */
  peek(ahead = 0): ChainNode | undefined {
    while (this.#nodes.length <= this.#taken + ahead) {
      const next = this.#around.onlyReader(this.#nodes.at(-1)!.output);
      if (!next) return undefined;
      this.#nodes.push(next);
    }
    return this.#nodes[this.#taken + ahead];
  }

  /** Takes the next node if it is of this operator and reads nothing besides the value before it and constants. */
  take(operator: string): ChainNode | undefined {
    return this.takeAll(operator)?.[0];
  }

  /** Takes the next nodes if they are of these operators, each of which reads the value before it and constants. */
  takeAll(...operators: readonly string[]): readonly ChainNode[] | undefined {
    const nodes = operators.map((_, ahead) => this.peek(ahead));
    if (!operators.every((operator, i) => nodes[i]?.operator === operator && !nodes[i].isJoin)) return undefined;
    this.#taken += operators.length;
    return nodes as ChainNode[];
  }

  /** Takes the next node if it is of this operator and reads the value before it and one other. */
  takeJoin(operator: string, other: string): ChainNode | undefined {
    const node = this.peek();
    if (node?.operator !== operator || !node.isJoin || !node.values.includes(other)) return undefined;
    this.#taken++;
    return node;
  }

  /** Gives back the nodes that were taken since `taken`. */
  back(taken: number): void {
    this.#taken = taken;
  }

  /** The layer whose output a value is. */
  layerAt(value: string): { readonly name: string; readonly shape: Shape } {
    return this.#around.layerAt(value);
  }
}

/** The only number of a tensor; undefined where it has none or several. */
export function onlyNumber(tensor: Tensor | undefined): number | undefined {
  return tensor && elementsOf(tensor.shape) === 1 ? tensor.data[0] : undefined;
}

/**
 * The shortest decimal number that is this float32 number. A user's -0.1 comes back as -0.1, not as
 * -0.10000000149011612.
 */
export function shortest(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(float.toPrecision(digits));
    if (Math.fround(rounded) === float) return rounded;
  }
  return float;
}
