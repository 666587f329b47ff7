/** For tests: an assignment of workers that only pretend to train. */
import { sha256Of } from '../disk/sha256.ts';
import { type Assignment, fleetFormat } from './work-order.ts';

export const pretendAssignment: Assignment = {
  format: fleetFormat,
  engine: { version: '0.1.0', recordFormat: '2', bits: sha256Of('bits') },
  task: 'pretend',
  data: { hash: 'data', blob: null },
  protocol: null,
  heldOut: null,
  heldOutSplit: null,
  objective: 'score',
  evaluateTrain: true,
  teachers: null,
};
