/** For tests: runs command lines in a process that stands ready, and waits for them. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Bridge {
  readonly port: MessagePort;
  readonly signal: Int32Array;
}

let bridge: Bridge | undefined;

/** Runs a command line in a folder, with the environment of this process. Blocks until the command has ended. */
export function runStanding(cwd: string, args: readonly string[]): Finished {
  bridge ??= startBridge();
  const { port, signal } = bridge;
  Atomics.store(signal, 0, 0);
  port.postMessage({ cwd, env: { ...process.env }, args });
  Atomics.wait(signal, 0, 0);
  return receiveMessageOnPort(port)?.message;
}

function startBridge(): Bridge {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(new URL('./bridge.mjs', import.meta.url), {
    workerData: { port: port2, signal },
    transferList: [port2],
  });
  // Neither keeps the process of the tests alive.
  thread.unref();
  port1.unref();
  return { port: port1, signal };
}
