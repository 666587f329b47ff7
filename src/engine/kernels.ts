/** The compiled kernels as typed calls, on a memory that the caller owns. Addresses and strides are bytes. */
import { UsageError } from '../base/errors.ts';
import { fused } from './binary/fused.ts';
import { strict } from './binary/strict.ts';

/**
 * How products are summed. `strict`: every multiplication and addition rounds on its own, the same bits on every machine.
 * `fused`: relaxed SIMD's multiply-add, faster, with bits that differ between processors.
 */
export type Arithmetic = 'strict' | 'fused';

export const arithmetics: readonly Arithmetic[] = ['strict', 'fused'];

type Kernel<Arguments extends readonly string[]> = (...args: { [K in keyof Arguments]: number }) => void;

type Product = readonly [
  ...['rows', 'columns', 'depth'],
  ...['a', 'aStep'],
  ...['b', 'bStep', 'places'],
  ...['c', 'cRow', 'cColumn'],
  'bias',
];

type Loss = readonly ['logits', 'labels', 'count', 'classes', 'scale', 'gradient', 'losses', 'predicted'];
type Codes = readonly ['x', 'quads', 'features', 'classes', 'codes'];
type SumPool<From extends string, To extends string> = readonly [
  ...[From, To, 'scale', 'quads', 'height', 'width', 'channels', 'outHeight', 'outWidth'],
  ...['kernelHeight', 'kernelWidth', 'strideY', 'strideX'],
];

/** What kernels/ exports; each operation is described where it is written. */
export interface Kernels {
  heapBase(): number;
  gatherBytes: Kernel<['images', 'indices', 'count', 'channels', 'area', 'dst']>;
  gatherFloats: Kernel<['images', 'indices', 'count', 'channels', 'area', 'dst']>;
  quadsToRows: Kernel<['src', 'quads', 'elements', 'rows', 'rowStride']>;
  rowsToQuads: Kernel<['rows', 'rowStride', 'dst', 'quads', 'elements']>;
  transposeMatrix: Kernel<['src', 'rows', 'columns', 'dst']>;
  spreadMatrix: Kernel<['src', 'rows', 'columns', 'dst']>;
  swapAxes: Kernel<['src', 'dst', 'quads', 'outer', 'inner']>;
  cutStrips: Kernel<['src', 'step', 'dst', 'vectors']>;
  joinStrips: Kernel<['src', 'dst', 'vectors']>;
  copyBox: Kernel<['src', 'srcRow', 'srcQuad', 'dst', 'dstRow', 'dstQuad', 'quads', 'rows', 'rowBytes']>;
  addVectors: Kernel<['dst', 'src', 'vectors']>;
  matmul: Kernel<Product>;
  matmulSpread: Kernel<Product>;
  matmulTaps: Kernel<Product>;
  conv2dBackward: Kernel<
    [
      ...['outChannels', 'quads', 'outputs', 'imageStride', 'line'],
      ...['dy', 'y', 'corners', 'list'],
      ...['x', 'dx', 'runs', 'packed'],
      ...['channels', 'kernelHeight', 'kernelWidth', 'vectors'],
      ...['weightGradient', 'biasGradient'],
    ]
  >;
  winogradWeights: Kernel<['weights', 'out', 'channels', 'lines', 'to']>;
  winogradForward: Kernel<
    [
      ...['quads', 'x', 'height', 'width', 'channels'],
      ...['inputs', 'inPoint', 'weights', 'depth', 'places', 'down'],
      ...['outHeight', 'outWidth', 'out', 'strip', 'products', 'bias'],
      ...['y', 'corners', 'cornerY', 'cornerX'],
    ]
  >;
  packWeights: Kernel<['weights', 'runs', 'out', 'channels', 'kernelHeight', 'kernelWidth', 'vectors']>;
  sumOverImages: Kernel<['dy', 'quads', 'features', 'biasGradient']>;
  reluForward: Kernel<['x', 'y', 'vectors']>;
  reluBackward: Kernel<['y', 'dy', 'dx', 'vectors']>;
  maxPool2dForward: Kernel<
    [
      ...['x', 'y', 'winners', 'quads', 'height', 'width', 'channels', 'outHeight', 'outWidth'],
      ...['kernelHeight', 'kernelWidth', 'strideY', 'strideX'],
    ]
  >;
  maxPool2dRelu: Kernel<
    [
      ...['x', 'y', 'corners', 'width', 'channels', 'outHeight', 'outWidth'],
      ...['kernelHeight', 'kernelWidth', 'strideY', 'strideX', 'cornerY', 'cornerX'],
    ]
  >;
  maxPool2dBackward: Kernel<['dy', 'winners', 'dx', 'quads', 'outputs', 'quadBytes']>;
  tanhForward: Kernel<['x', 'y', 'vectors', 'amplitude', 'slope']>;
  tanhBackward: Kernel<['y', 'dy', 'dx', 'vectors', 'amplitude', 'slope', 'power']>;
  sigmoidForward: Kernel<['x', 'y', 'vectors']>;
  sigmoidBackward: Kernel<['y', 'dy', 'dx', 'vectors', 'power']>;
  sumPool2dForward: Kernel<SumPool<'x', 'y'>>;
  sumPool2dBackward: Kernel<SumPool<'dy', 'dx'>>;
  scaleChannels: Kernel<['x', 'y', 'pixels', 'channels', 'scale', 'offset']>;
  channelProducts: Kernel<['a', 'b', 'pixels', 'channels', 'out']>;
  squareVectors: Kernel<['x', 'y', 'vectors']>;
  rescaleVectors: Kernel<['x', 'y', 'vectors', 'scale', 'offset']>;
  clearBlocks: Kernel<['base', 'table', 'count', 'bytes']>;
  rbfForward: Kernel<[...Codes, 'z']>;
  rbfBackward: Kernel<[...Codes, 'dz', 'dx']>;
  rbfCurvature: Kernel<[...Codes, 'hz', 'hx']>;
  rbfLossCurvature: Kernel<['quads', 'features', 'classes', 'g', 'hx']>;
  softmaxCrossEntropy: Kernel<[...Loss, 'rubbish']>;
  rightDistance: Kernel<Loss>;
  sharesOf: Kernel<['gradient', 'labels', 'count', 'classes']>;
  softmaxCurvature: Kernel<['shares', 'h', 'vectors']>;
  sdlm: Kernel<['x', 'g', 'stride', 'chunks', 'h', 'vectors', 'l2', 'rate', 'mu']>;
  flushTiny: Kernel<['v', 'vectors']>;
  sgd: Kernel<['x', 'g', 'stride', 'chunks', 'b', 'vectors', 'l2', 'rate', 'momentum', 'nesterov']>;
  adam: Kernel<
    [
      ...['x', 'g', 'stride', 'chunks', 'm', 'v', 'vectors'],
      ...['l2', 'beta1', 'rest1', 'beta2', 'rest2', 'eps', 'keep', 'mScale', 'gScale', 'vScale'],
    ]
  >;
  adabelief: Kernel<
    [
      ...['x', 'g', 'stride', 'chunks', 'm', 's', 'vectors'],
      ...['l2', 'beta1', 'rest1', 'beta2', 'rest2', 'eps', 'epsInside', 'mScale', 'sScale'],
    ]
  >;
}

/** The smallest module that is valid only where relaxed SIMD is: () -> v128, relaxed_madd of three zero vectors. */
const relaxedProbe = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x0a, 0x13, 0x01, 0x11, 0x00], // its code: 17 bytes, no locals
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f], // three times i8x16.splat(0)
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
]);

/** Whether this JavaScript engine runs `arithmetic: 'fused'` (Node 22 and later, today's browsers). */
export function supportsFused(): boolean {
  return WebAssembly.validate(relaxedProbe);
}

/** Compiles the kernels of one arithmetic. @throws UsageError where the engine has no relaxed SIMD for `fused`. */
export function compileKernels(arithmetic: Arithmetic): WebAssembly.Module {
  if (arithmetic === 'fused' && !supportsFused()) {
    throw new UsageError(
      'arithmetic "fused" needs relaxed SIMD, which this JavaScript engine does not offer; use "strict"',
    );
  }
  const text = atob(arithmetic === 'strict' ? strict : fused);
  return new WebAssembly.Module(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

/** Binds the kernels to a memory (shared, as they are compiled for threads). */
export function bindKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!areKernels(exports)) throw new Error('the compiled kernels lack an operation of the Kernels interface');
  return exports;
}

const kernelNames = {
  ...{
    heapBase: 0,
    gatherBytes: 0,
    gatherFloats: 0,
    quadsToRows: 0,
    rowsToQuads: 0,
    swapAxes: 0,
    transposeMatrix: 0,
    spreadMatrix: 0,
    cutStrips: 0,
    joinStrips: 0,
    copyBox: 0,
    addVectors: 0,
  },
  ...{ matmul: 0, matmulSpread: 0, matmulTaps: 0 },
  ...{ winogradWeights: 0, winogradForward: 0 },
  ...{
    conv2dBackward: 0,
    packWeights: 0,
    sumOverImages: 0,
  },
  ...{
    reluForward: 0,
    reluBackward: 0,
    maxPool2dForward: 0,
    maxPool2dBackward: 0,
    maxPool2dRelu: 0,
  },
  ...{ tanhForward: 0, tanhBackward: 0, sigmoidForward: 0, sigmoidBackward: 0 },
  ...{ sumPool2dForward: 0, sumPool2dBackward: 0, scaleChannels: 0, channelProducts: 0 },
  ...{ squareVectors: 0, rescaleVectors: 0, clearBlocks: 0 },
  ...{ rbfForward: 0, rbfBackward: 0, rbfCurvature: 0, rbfLossCurvature: 0 },
  ...{ softmaxCrossEntropy: 0, rightDistance: 0, sharesOf: 0, softmaxCurvature: 0, sdlm: 0 },
  ...{ flushTiny: 0, sgd: 0, adam: 0, adabelief: 0 },
} satisfies Record<keyof Kernels, 0>;

function areKernels(exports: object): exports is Kernels {
  const found = new Map<string, unknown>(Object.entries(exports));
  return Object.keys(kernelNames).every((name) => typeof found.get(name) === 'function');
}
