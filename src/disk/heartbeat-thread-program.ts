/** The program of the thread that writes the heartbeat of a lock holder. */
import { workerData } from 'node:worker_threads';
import { type Beating, beat } from './heartbeat.ts';

const beating: Beating = workerData;
beat(beating);
