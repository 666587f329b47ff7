/** A graph that is read as a chain: every node passes one value on to the next, and its other inputs are constants. */
import { WorldError } from '../../base/errors.ts';
import { elementsOf, type Tensor } from '../../base/tensor.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../formats/onnx.ts';
import type { Shape } from '../../nn/layer.ts';

/** One node of the chain with its constants. Attributes that a reader does not ask for are refused. */
export class ChainNode {
  readonly operator: string;
  /** The node's name, or its operator where it has none. */
  readonly name: string;
  /** At which input the chain's value comes in. */
  readonly place: number;
  readonly #constants: readonly (OnnxTensor | undefined)[];
  readonly #constantNames: readonly string[];
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly #asked = new Set<string>();
  readonly #what: string;

  constructor(node: OnnxNode, constants: readonly (OnnxTensor | undefined)[], place: number, what: string) {
    this.operator = node.operator;
    this.name = node.name === '' ? node.operator : node.name;
    this.place = place;
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

/** The nodes that are still to be read, and the shape of one image before them. */
export class Chain {
  readonly shape: Shape;
  readonly #nodes: readonly ChainNode[];
  #taken = 0;

  constructor(nodes: readonly ChainNode[], shape: Shape) {
    this.#nodes = nodes;
    this.shape = shape;
  }

  /** How many nodes were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The next node, or one after it; undefined at the end. */
  peek(ahead = 0): ChainNode | undefined {
    return this.#nodes[this.#taken + ahead];
  }

  /** Takes the next node if it is of this operator. */
  take(operator: string): ChainNode | undefined {
    const node = this.peek();
    if (node?.operator !== operator) return undefined;
    this.#taken++;
    return node;
  }

  /** Takes the next nodes if they are of these operators. */
  takeAll(...operators: readonly string[]): readonly ChainNode[] | undefined {
    const nodes = operators.map((_, ahead) => this.peek(ahead));
    if (!operators.every((operator, i) => nodes[i]?.operator === operator)) return undefined;
    this.#taken += operators.length;
    return nodes as ChainNode[];
  }

  /** Gives back the nodes that were taken since `taken`. */
  back(taken: number): void {
    this.#taken = taken;
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
