/** For tests: one layer alone on the kernels, with images and gradients in PyTorch's layout. */
import { elementsOf } from '../base/tensor.ts';
import { Arena, createMemory } from '../engine/arena.ts';
import { type Arithmetic, bindKernels, compileKernels } from '../engine/kernels.ts';
import type { Step } from './fusion.ts';
import type { Activation, Shape } from './layer.ts';
import { about, type Layer } from './layers.ts';

/** @param shape [images, ...one image's shape]. @param step several fused layers, the first of which is `layer`. */
export function placeAlone(
  layer: Layer,
  shape: readonly number[],
  arithmetic: Arithmetic,
  parameters: readonly (readonly number[])[],
  step?: Step,
) {
  const memory = createMemory();
  const kernels = bindKernels(compileKernels(arithmetic), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const [images = 1, ...imageShape] = shape;
  const packs = Math.ceil(images / 4);
  const kind = about(layer);
  const outputShape = step?.layers.at(-1)?.output ?? kind.outputShape(imageShape);
  const bytes = packs * elementsOf(imageShape) * 16;
  const input: Activation = { shape: imageShape, value: arena.allocate(bytes), gradient: arena.allocate(bytes) };
  const sizes = kind.parameters().map((parameter) => elementsOf(parameter.shape));
  const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + Math.ceil(size / 4) * 16, 0));
  const block = arena.allocate(sizes.length * 16 + sizes.reduce((sum, size) => sum + size * 4, 0));
  const gradientBlock = arena.allocate(sizes.length * 16 + sizes.reduce((sum, size) => sum + size * 4, 0));
  for (const [i, values] of parameters.entries()) arena.f32(block + offsets[i]!, sizes[i]!).set(values);
  const placed = (step ?? kind).place({
    kernels,
    arena,
    packs,
    training: true,
    single: false,
    curvature: true,
    input,
    outputShape,
    gradientOffsets: offsets,
    parameters: offsets.map((offset) => block + offset),
  });
  // NaN shows gradients that a kernel does not write.
  arena
    .f32(
      gradientBlock,
      sizes.reduce((sum, size) => sum + size, 0),
    )
    .fill(NaN);
  /** Forward, then `back`, which computes from `dy` at the output what belongs to the input and to the parameters. */
  const through = (x: readonly number[], dy: readonly number[], back: () => void) => {
    write(arena, input.value, imageShape, x);
    placed.prepare?.(true);
    placed.forward(packs);
    const output = read(arena, placed.output.value, outputShape, images);
    write(arena, placed.output.gradient, outputShape, dy);
    back();
    const gradients = sizes.map((size, i) => arena.f32(gradientBlock + offsets[i]!, size).slice());
    return { output, gradInput: read(arena, input.gradient, imageShape, images), gradients };
  };
  return {
    outputShape,
    run: (x: readonly number[], dy: readonly number[]) => through(x, dy, () => placed.backward(packs, gradientBlock)),
    /** `run` for second derivatives. */
    curve: (x: readonly number[], h: readonly number[]) => through(x, h, () => placed.curvature(packs, gradientBlock)),
  };
}

/** Float index in packs of an element in PyTorch's order. */
function quadIndex(shape: Shape, image: number, element: number): number {
  const size = elementsOf(shape);
  const area = shape.length === 3 ? shape[1]! * shape[2]! : 1;
  const channels = size / area;
  const at = (element % area) * channels + Math.floor(element / area);
  return (Math.floor(image / 4) * size + at) * 4 + (image % 4);
}

function write(arena: Arena, address: number, shape: Shape, values: readonly number[]): void {
  const size = elementsOf(shape);
  const images = values.length / size;
  const floats = arena.f32(address, Math.ceil(images / 4) * size * 4).fill(0);
  for (const [i, value] of values.entries()) floats[quadIndex(shape, Math.floor(i / size), i % size)] = value;
}

function read(arena: Arena, address: number, shape: Shape, images: number): Float32Array {
  const size = elementsOf(shape);
  const floats = arena.f32(address, Math.ceil(images / 4) * size * 4);
  return Float32Array.from(
    { length: images * size },
    (_, i) => floats[quadIndex(shape, Math.floor(i / size), i % size)]!,
  );
}
