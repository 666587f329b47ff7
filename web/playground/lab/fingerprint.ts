/** A short name for the bits of a network's weights, by which trainings on two machines are compared. */
import type { StateDict } from '../../../src/base/tensor.ts';

/** Eight hex digits: FNV-1a over the 32-bit words of all tensors, in their order. */
export function fingerprintOf(weights: StateDict): string {
  let hash = 0x811c9dc5;
  for (const { data } of weights.values()) {
    for (const word of new Uint32Array(data.buffer, data.byteOffset, data.length))
      hash = Math.imul(hash ^ word, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
