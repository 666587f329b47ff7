/** The program of a picture thread: decodes the pictures of each order. */
import { parentPort } from 'node:worker_threads';
import { doPictureWork, type PictureOrder } from './picture-work.ts';

parentPort?.on('message', async (order: PictureOrder) => {
  const result = await doPictureWork(order);
  parentPort?.postMessage(result, [result.images.buffer]);
});
