/** The program of a worker that frames drawings as `lenet predict` frames pictures: that takes longer than a pointer's move. */
import type { FramedPicture } from '../../../src/data/framing/mnist-framing.ts';
import { modelPicture } from '../../../src/data/framing/model-picture.ts';
import type { Raster } from '../../../src/data/raster.ts';
import { mnistInput } from '../../../src/tasks/lenet/model-input.ts';

const answer = (framed: FramedPicture) => globalThis.postMessage(framed);

globalThis.addEventListener('message', ({ data }: MessageEvent<Raster>) => answer(modelPicture(data, mnistInput)));
