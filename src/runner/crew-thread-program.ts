/**
 * The program of a crew's worker thread: reports that it is ready, waits for its place in the crew, and works there.
 */
import { parentPort } from 'node:worker_threads';
import { serve } from '../train/crew.ts';
import type { CrewOrder } from './node-threads.ts';

parentPort?.once('message', ({ plan, index }: CrewOrder) => serve(plan, index));
parentPort?.postMessage('ready');
