/** The program of a worker thread: takes its place in the crew. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../train/crew.ts';
import type { ThreadOrder } from './threads.ts';

const { plan, index }: ThreadOrder = workerData;
parentPort?.postMessage('ready');
serve(plan, index);
