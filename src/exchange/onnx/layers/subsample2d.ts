/** Trainable subsampling: AveragePool, Mul by the window's area, then Mul and Add with a number for each channel. */
import { elementsOf, type Tensor } from '../../../base/tensor.ts';
import { type Subsample2d, subsample2d } from '../../../nn/subsample2d.ts';
import { type ChainNode, onlyNumber } from '../chain.ts';
import type { Translation } from '../translation.ts';
import { readPooling, windowAttributes } from './window.ts';

export const subsample2dTranslation: Translation<Subsample2d> = {
  write({ kernelSize }, x, { node, parameter, constant }) {
    const area = { shape: [], data: Float32Array.of(kernelSize[0] * kernelSize[1]) };
    const axes = constant('axes', { shape: [2], integers: [1, 2] });
    const mean = node('AveragePool', [x], windowAttributes(kernelSize, kernelSize));
    const sum = node('Mul', [mean, constant('area', area)]);
    // [channels] -> [channels, 1, 1], so that the parameters keep PyTorch's names and shapes.
    const scaled = node('Mul', [sum, node('Unsqueeze', [parameter('weight'), axes])]);
    return node('Add', [scaled, node('Unsqueeze', [parameter('bias'), axes])]);
  },
  read(chain) {
    const start = chain.taken;
    const nodes = chain.takeAll('AveragePool', 'Mul', 'Mul', 'Add');
    if (!nodes) return undefined;
    const [pool, area, scale, offset] = nodes as [ChainNode, ChainNode, ChainNode, ChainNode];
    const channels = chain.shape[0]!;
    const perChannel = (tensor: Tensor | undefined): Tensor | undefined =>
      tensor && elementsOf(tensor.shape) === channels && tensor.shape.at(-3) === channels
        ? { shape: [channels], data: tensor.data }
        : undefined;
    const tensorOf = (node: ChainNode) => node.tensor(1 - node.place);
    const [weight, bias] = [perChannel(tensorOf(scale)), perChannel(tensorOf(offset))];
    const { kernelSize, stride } = readPooling(pool);
    pool.integer('count_include_pad', 0);
    const isSum = onlyNumber(tensorOf(area)) === kernelSize[0] * kernelSize[1];
    if (!weight || !bias || !isSum || `${kernelSize}` !== `${stride}`) {
      chain.back(start);
      return undefined;
    }
    return { layer: subsample2d(channels, kernelSize), parameters: [weight, bias] };
  },
};
