/** For tests: one layer alone on the kernels, with images and gradients in PyTorch's layout. */
import { expect } from 'vitest';
import { streamKey } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { Arena, createMemory } from '../engine/arena.ts';
import { type Arithmetic, bindKernels, compileKernels, lanesOf, type Width } from '../engine/kernels.ts';
import type { Step } from './fusion.ts';
import type { Activation, Shape } from './layer.ts';
import { about, type Layer } from './layers.ts';
import type { Pass } from './pass.ts';

/** The kernels that a layer is placed on. */
export interface Engine {
  readonly arithmetic: Arithmetic;
  readonly width: Width;
}

/** Bytes that a kernel may write past the end of a block: all of a vector but a float. */
const mostBeyond = (lanes: number) => (lanes - 1) * 4;

/** An arena that fills the space after every block with noise, in which a kernel that writes too far is seen. */
export class GuardedArena extends Arena {
  readonly #gaps: { readonly address: number; readonly floats: Float32Array }[] = [];
  readonly #lanes: number;

  constructor(memory: WebAssembly.Memory, start: number, lanes: number) {
    super(memory, start);
    this.#lanes = lanes;
  }

  override allocate(bytes: number): number {
    const address = super.allocate(bytes);
    const from = Math.ceil((address + bytes + mostBeyond(this.#lanes)) / 4) * 4;
    const floats = this.f32(from, (this.end - from) >> 2);
    // Numbers that change if they are squared, scaled or added to.
    for (let i = 0; i < floats.length; i++) floats[i] = 0.25 + i / 64;
    this.#gaps.push({ address: from, floats: floats.slice() });
    return address;
  }

  /** Fails the test if a kernel has written between two blocks. */
  expectGaps(): void {
    for (const { address, floats } of this.#gaps) {
      const now = this.f32(address, floats.length);
      if (floats.some((value, i) => now[i] !== value)) expect([...now], 'bytes after a block').toEqual([...floats]);
    }
  }
}

/** @param shape [images, ...one image's shape]. @param step several fused layers, the first of which is `layer`. */
export function placeAlone(
  layer: Layer,
  shape: readonly number[],
  { arithmetic, width }: Engine,
  parameters: readonly (readonly number[])[],
  step?: Step,
) {
  const memory = createMemory();
  const kernels = bindKernels(compiled(arithmetic, width), memory);
  const lanes = lanesOf[width];
  const arena = new GuardedArena(memory, kernels.heapBase(), lanes);
  const [images = 1, ...imageShape] = shape;
  const packs = Math.ceil(images / lanes);
  const kind = about(layer);
  const outputShape = step?.layers.at(-1)?.output ?? kind.outputShape(imageShape);
  const bytes = packs * elementsOf(imageShape) * lanes * 4;
  const input: Activation = {
    shape: imageShape,
    value: arena.allocate(bytes),
    gradient: arena.allocate(bytes),
    isShared: false,
  };
  const sizes = kind.parameters().map((parameter) => elementsOf(parameter.shape));
  const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + Math.ceil(size / 8) * 32, 0));
  const blockFloats = sizes.reduce((sum, size) => sum + Math.ceil(size / 8) * 8, 0);
  const block = arena.allocate(blockFloats * 4);
  const gradientBlock = arena.allocate(blockFloats * 4);
  for (const [i, values] of parameters.entries()) arena.f32(block + offsets[i]!, sizes[i]!).set(values);
  const bufferSizes = kind.buffers().map((buffer) => elementsOf(buffer.shape));
  const buffers = bufferSizes.map((size) => arena.allocate(size * 4));
  const statisticBytes = Math.ceil(kind.statistics() / 16) * 64;
  const statistics = arena.allocate(3 * statisticBytes);
  const pass = firstPass(arena, { images, packs, lanes });
  const placed = (step ?? kind).place({
    name: 'alone',
    kernels,
    arena,
    working: arena,
    lanes,
    vectorBytes: lanes * 4,
    packs,
    training: true,
    isFrozen: false,
    single: false,
    curvature: true,
    input,
    outputShape,
    gradientOffsets: offsets,
    parameters: offsets.map((offset) => block + offset),
    buffers,
    statistics: { forward: statistics, backward: statistics + statisticBytes },
  });
  /** The chunk is the whole batch. */
  const contributions = { images: [images], addresses: [statistics + 2 * statisticBytes] };
  // NaN shows gradients that a kernel does not write.
  arena.f32(gradientBlock, blockFloats).fill(NaN);
  const index = (of: Shape, image: number, element: number) => packIndex(of, image, element, lanes);
  /** Images in PyTorch's order into packs; lanes without an image are zero. */
  const write = (address: number, of: Shape, values: readonly number[]) => {
    const size = elementsOf(of);
    const floats = arena.f32(address, packs * size * lanes).fill(0);
    for (const [i, value] of values.entries()) floats[index(of, Math.floor(i / size), i % size)] = value;
  };
  const read = (address: number, of: Shape): Float32Array => {
    const size = elementsOf(of);
    const floats = arena.f32(address, packs * size * lanes);
    return Float32Array.from({ length: images * size }, (_, i) => floats[index(of, Math.floor(i / size), i % size)]!);
  };
  /** Forward, then `back`, which computes from `dy` at the output what belongs to the input and to the parameters. */
  const through = (x: readonly number[], dy: readonly number[], back: () => void) => {
    write(input.value, imageShape, x);
    const weights = arena.f32(block, blockFloats).slice();
    placed.prepare?.(true);
    placed.wholeBatch?.contribute(pass, contributions.addresses[0]!);
    placed.wholeBatch?.combine(contributions);
    placed.forward(pass);
    const output = read(placed.output.value, outputShape);
    write(placed.output.gradient, outputShape, dy);
    back();
    expect(arena.f32(block, blockFloats)).toEqual(weights);
    arena.expectGaps();
    const gradients = sizes.map((size, i) => arena.f32(gradientBlock + offsets[i]!, size).slice());
    return { output, gradInput: read(input.gradient, imageShape), gradients };
  };
  const backward = () => {
    placed.wholeBatch?.contributeBack(pass, contributions.addresses[0]!);
    placed.wholeBatch?.combineBack(contributions);
    placed.backward(pass, gradientBlock);
  };
  return {
    outputShape,
    /** The layer's buffers by their addresses, to set and to read. */
    buffers: buffers.map((address, i) => arena.f32(address, bufferSizes[i]!)),
    run: (x: readonly number[], dy: readonly number[]) => through(x, dy, () => backward()),
    /** `run` for second derivatives. */
    curve: (x: readonly number[], h: readonly number[]) => through(x, h, () => placed.curvature(pass, gradientBlock)),
  };
}

const modules = new Map<string, WebAssembly.Module>();

/** compileKernels, once for each kind of kernels. */
export function compiled(arithmetic: Arithmetic, width: Width): WebAssembly.Module {
  const key = `${arithmetic} ${width}`;
  const module = modules.get(key) ?? compileKernels(arithmetic, width);
  modules.set(key, module);
  return module;
}

/** Float index in packs of an element in PyTorch's order. */
function packIndex(shape: Shape, image: number, element: number, lanes: number): number {
  const size = elementsOf(shape);
  const area = shape.length === 3 ? shape[1]! * shape[2]! : 1;
  const channels = size / area;
  const at = (element % area) * channels + Math.floor(element / area);
  return (Math.floor(image / lanes) * size + at) * lanes + (image % lanes);
}

/** A pass of the first epoch of training, over the images in their order. */
export function firstPass(
  arena: Arena,
  { images, packs, lanes }: Pick<Pass, 'images' | 'packs'> & { readonly lanes: number },
): Pass {
  return {
    images,
    packs,
    training: true,
    epoch: 1,
    indices: arena.table([...Array(packs * lanes).keys()]),
    streams: (purpose) => streamKey(1, purpose, 1),
  };
}
