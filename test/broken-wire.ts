/** For tests: a wire between a process and the database that can be cut, in the ways in which networks are cut. */
import { createServer, connect as dial, type Socket } from 'node:net';

export type Fault =
  /** Connections end, and new ones are refused. */
  | 'cut'
  /** Nothing arrives any more, in either direction, and nobody is told: only time limits notice. */
  | 'silent'
  /** What is asked arrives, and its answer is lost. */
  | 'deaf';

export interface Wire {
  /** The database's address at this end of the wire. */
  readonly address: string;
  /** How many connections have broken so far. */
  readonly broken: number;
  /** Breaks all connections, and new ones until it is mended. */
  break(fault: Fault): void;
  /** New connections work again; a broken one stays as it is, half open. */
  mend(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly ends: readonly [Socket, Socket];
  fault: Fault | undefined;
}

/** @param address the database's. @param queryTimeoutMs when its user counts an unanswered query as lost. */
export async function layWire(address: string, queryTimeoutMs: number): Promise<Wire> {
  const { hostname, port } = new URL(address);
  const pairs = new Set<Pair>();
  let fault: Fault | undefined;
  let broken = 0;
  const apply = (pair: Pair, kind: Fault) => {
    if (pair.fault !== undefined) return;
    pair.fault = kind;
    broken++;
    if (kind === 'cut') for (const end of pair.ends) end.destroy();
  };
  const server = createServer((near) => {
    const far = dial(Number(port), hostname);
    const pair: Pair = { ends: [near, far], fault: undefined };
    pairs.add(pair);
    if (fault !== undefined) apply(pair, fault);
    near.on('data', (bytes) => {
      if (pair.fault !== 'silent') far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (pair.fault === undefined) near.write(bytes);
    });
    for (const [one, other] of [pair.ends, [far, near]] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        // The other end of a silent wire hears nothing of it.
        if (pair.fault === undefined || one === near) other.destroy();
        if (near.destroyed) pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the wire has no port');
  const end = new URL(address);
  end.port = `${bound.port}`;
  end.searchParams.set('query_timeout', `${queryTimeoutMs}`);
  return {
    address: end.href,
    get broken() {
      return broken;
    },
    break(kind) {
      fault = kind;
      for (const pair of pairs) apply(pair, kind);
    },
    mend() {
      fault = undefined;
    },
    close() {
      for (const { ends } of pairs) for (const one of ends) one.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
