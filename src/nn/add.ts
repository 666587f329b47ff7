/** Residual addition: the output of the layer before plus that of an earlier layer. */
import { checkText } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of an addition. */
export interface Add {
  readonly type: 'add';
  readonly layer: string;
}

/**
 * The output of the layer before plus the output of an earlier layer, both of the same shape.
 * @param layer name of the earlier layer. @throws UsageError unless it is a name.
 */
export function add(layer: string): Add {
  checkText('add: name of a layer', layer);
  return { type: 'add', layer };
}

export const addKind: LayerKind<Add> = {
  remake: ({ layer }) => add(layer),
  print: ({ layer }) => `Add(${layer})`,
  reads: ({ layer }) => ({ name: layer, alone: false }),
  outputShape({ layer }, input, other = []) {
    if (input.join() !== other.join()) {
      throw new UsageError(
        `add expects two outputs of one shape, got [${input.join(', ')}] from the layer before and [${other.join(', ')}] from ${layer}`,
      );
    }
    return input;
  },
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place(_, site) {
    const { kernels, input, reference } = site;
    const output = allocateOutput(site);
    const elements = elementsOf(output.shape);
    const rowBytes = elements * site.vectorBytes;
    const strides = { srcRow: 0, dstRow: 0, srcPack: rowBytes, dstPack: rowBytes, rows: 1, rowBytes };
    const copy = (src: number, dst: number, packs: number) => kernels.copyBox({ src, dst, packs, ...strides });
    const backward = ({ packs }: Pass) => {
      const dy = output.gradient;
      if (input.gradient) copy(dy, input.gradient, packs);
      if (!reference?.gradient) return;
      if (reference.adds) kernels.addVectors({ dst: reference.gradient, src: dy, vectors: packs * elements });
      else copy(dy, reference.gradient, packs);
    };
    return {
      work: ['sum of two outputs', 'to both'],
      output,
      forward({ packs }) {
        copy(input.value, output.value, packs);
        const src = reference!.activation.value;
        kernels.addVectors({ dst: output.value, src, vectors: packs * elements });
      },
      backward,
      curvature: backward,
    };
  },
};
