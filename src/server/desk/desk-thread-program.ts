/** The program of the thread that does a desk's work. */
import { parentPort } from 'node:worker_threads';
import { problemOf } from '../refusal.ts';
import type { DeskMessage, DeskReply } from './desk.ts';
import { deskWork, type OrderKind } from './desk-work.ts';

const work = deskWork();

parentPort?.on('message', answer);

async function answer<K extends OrderKind>({ id, kind, order }: DeskMessage<K>): Promise<void> {
  let reply: DeskReply;
  try {
    reply = { id, result: await work(kind, order) };
  } catch (error) {
    const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply = { id, failure: problemOf(error) ?? { status: 500, problem: bug } };
  }
  parentPort?.postMessage(reply);
}
