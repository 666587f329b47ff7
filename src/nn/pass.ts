/** One pass of a chunk of images through a network: what every layer is told about it. */
import type { StreamKey } from '../base/random.ts';

/** The work of one call: which images go through, and whether they train the network. */
export interface Pass {
  /** How many images the chunk has. They fill the lanes of the first packs; lanes after them hold no image. */
  readonly images: number;
  /** How many packs they fill: the last may have lanes without an image. */
  readonly packs: number;
  /**
   * Whether the network is trained on the images: dropout drops, and batch normalization uses the batch's own
   * statistics. Otherwise the network is only used.
   */
  readonly training: boolean;
  /** The epoch, from 1; 0 if nothing is trained. */
  readonly epoch: number;
  /** Address of the index of each image in its data set (i32), in the order of the lanes. */
  readonly indices: number;
  /**
   * The random streams of one purpose in this epoch, one stream for each image. They depend on the run's seed, the purpose, the epoch and the
   * image only, not on threads, chunks or the batch.
   */
  streams(purpose: string): StreamKey;
}

/** A pass that only uses the network: nothing is random. */
export function usingPass(images: number, lanes: number): Pass {
  return {
    images,
    packs: Math.ceil(images / lanes),
    training: false,
    epoch: 0,
    indices: 0,
    streams: () => [0, 0, 0, 0],
  };
}
