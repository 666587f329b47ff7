/** Networks that share working memory: one is prepared for all, and each keeps what its own backward pass needs. */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { Arena, createMemory } from '../engine/arena.ts';
import { bindKernels, lanesOf, widths } from '../engine/kernels.ts';
import { conv2d } from './conv2d.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { gelu } from './gelu.ts';
import { compiled, firstPass } from './layer.testing.ts';
import { linear } from './linear.ts';
import { maxPool2d } from './max-pool2d.ts';
import { sequential } from './model.ts';
import { allocateModel, layOutParameters, placeNetwork } from './network.ts';
import { rbf } from './rbf.ts';
import { relu } from './relu.ts';
import { subsample2d } from './subsample2d.ts';

/** A layer of every kind that has tables, prepared weights or working space, or keeps numbers for its backward pass. */
const model = sequential('every kind', [2, 18, 18], {
  winograd: conv2d(2, 4, 5),
  relu1: relu(),
  pool1: maxPool2d(2),
  padded: conv2d(4, 4, 3, { padding: 'same' }),
  gelu1: gelu(),
  grouped: conv2d(4, 4, 3, { padding: 1, groups: 2 }),
  partly: conv2d(4, 3, 3, { connections: [[0, 1], [2], [1, 3]] }),
  pool2: maxPool2d(2, { stride: 1 }),
  subsample: subsample2d(3, 2),
  drop: dropout(0.3),
  whole: conv2d(3, 6, 2),
  flat: flatten(),
  fc: linear(6, 4),
  rbf: rbf([
    [1, -1, 1, -1],
    [1, 1, -1, -1],
    [-1, 1, 1, -1],
  ]),
});
const images = 11;

/** The logits of two chunks that go forward one after the other and then backward, and their gradients. */
function throughBoth(width: (typeof widths)[number], isShared: boolean, biases: number): Float32Array[] {
  const memory = createMemory();
  const kernels = bindKernels(compiled('strict', width), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const random = randomStream(1, 'working memory');
  const filled = (floats: number) => {
    const address = arena.allocate(floats * 4);
    const block = arena.f32(address, floats);
    for (let i = 0; i < floats; i++) block[i] = random.uniform() - 0.5;
    return address;
  };
  const { bytes, offsets } = layOutParameters(model);
  const addresses = { ...allocateModel(model, arena), parameters: filled(bytes / 4) };
  for (const [name, offset] of offsets) {
    if (name === 'winograd.bias') arena.f32(addresses.parameters + offset, 4).fill(biases);
  }
  const lanes = lanesOf[width];
  const packs = Math.ceil(images / lanes);
  const common = { kernels, width, packs, training: true, addresses };
  const workingAt = arena.allocate(4 * 2 ** 20);
  const networks = [0, 1].map(() =>
    placeNetwork(model, { ...common, arena, working: isShared ? new Arena(memory, workingAt) : arena }),
  );
  const pass = firstPass(arena, { images, packs, lanes });
  const logitGradients = networks.map(({ logits, input }) => {
    const x = arena.f32(input.value, packs * lanes * elementsOf(input.shape));
    for (let i = 0; i < x.length; i++) x[i] = random.uniform();
    return [logits.gradient, packs * lanes * elementsOf(logits.shape)] as const;
  });
  for (const [address, length] of logitGradients) arena.f32(address, length).fill(0.5);
  for (const network of isShared ? networks.slice(0, 1) : networks) network.prepare(true);
  for (const network of networks) network.forward(pass);
  return networks.flatMap((network) => {
    const gradients = filled(bytes / 4);
    network.backward(pass, gradients);
    const { value, shape } = network.logits;
    const tensors = [...offsets].map(([name, offset]) => {
      const parameter = model.layers.flatMap(({ parameters }) => parameters).find((each) => each.name === name)!;
      return arena.f32(gradients + offset, elementsOf(parameter.shape)).slice();
    });
    return [arena.f32(value, packs * lanes * elementsOf(shape)).slice(), ...tensors];
  });
}

// With a bias of zero, Winograd's convolution is computed window by window.
for (const biases of [0, 0.25]) {
  test.each(widths)(`two chunks in turn give the bits of networks apart: %s, biases ${biases}`, (width) => {
    const [shared, apart] = [true, false].map((isShared) => throughBoth(width, isShared, biases));
    expect(shared).toEqual(apart);
    const [first, second] = [shared!.slice(0, shared!.length / 2), shared!.slice(shared!.length / 2)];
    expect(first).not.toEqual(second);
    for (const tensor of shared!) expect(tensor.some((value) => value !== 0)).toBe(true);
  });
}
