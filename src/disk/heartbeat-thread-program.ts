/** The program of the thread that gives a lock's signs of life. */
import { workerData } from 'node:worker_threads';
import { type Beating, beat } from './heartbeat.ts';

const beating: Beating = workerData;
beat(beating);
