/**
 * The limits of this machine for the process: cores, CPU quota, address space, open files, threads. On Linux they are
 * read from files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';
import { WorldError } from '../base/errors.ts';
import { codeOf, neededFiles } from '../disk/platform.ts';

/** The largest value of --threads and --jobs. */
export const mostThreads = 256;

/** The source of the numbers. Tests simulate another machine. */
export interface MachineSource {
  /** Cores that this process may run on. */
  cores(): number;
  /** The text of a file, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** The number of entries of a folder. */
  entries(path: string): number | undefined;
}

export interface Limit {
  readonly most: number;
  readonly used: number;
}

export interface Machine {
  readonly cores: number;
  /** The CPU quota of the cgroup (cores, 1.5 for one and a half); undefined without a quota. */
  readonly quota: number | undefined;
  /** Address space (`ulimit -v`, bytes). */
  readonly addresses: Limit | undefined;
  /** Open files (`ulimit -n`). */
  readonly files: Limit | undefined;
  /** Threads of the cgroup (pids.max). */
  readonly threads: Limit | undefined;
}

const thisMachine: MachineSource = {
  cores: availableParallelism,
  read: readIfPossible,
  entries(path) {
    try {
      return readdirSync(path).length;
    } catch {
      return undefined;
    }
  },
};

/** The text of a file, or undefined where it cannot be read. */
export function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export function readMachine(source: MachineSource = thisMachine): Machine {
  const groups = controlGroups(source);
  return {
    cores: source.cores(),
    quota: cpuQuota(groups, source),
    addresses: addressLimit(source),
    files: fileLimit(source),
    threads: threadLimit(groups, source),
  };
}

/** The cores that this process can keep busy: all, or the quota rounded down; at least one. */
export function usableCores({ cores, quota }: Pick<Machine, 'cores' | 'quota'>): number {
  return Math.max(1, Math.min(cores, Math.floor(quota ?? cores)));
}

/** The default number of threads: one for each usable core, at most `parts` (the pieces of work) and at most 256. */
export function defaultThreads(parts: number, machine: Machine = readMachine()): number {
  return Math.max(1, Math.min(usableCores(machine), parts, mostThreads));
}

/** The cores in words: `2 cores`, or `a quota of 1.5 of its 8 cores`. */
export function coresInWords({ cores, quota }: Pick<Machine, 'cores' | 'quota'>): string {
  if (quota !== undefined && quota < cores) return `a quota of ${Number(quota.toFixed(2))} of its ${cores} cores`;
  return cores === 1 ? '1 core' : `${cores} cores`;
}

const gibibyte = 2 ** 30;
/**
 * What a worker thread of Node 20 to 24 needs: V8 reserves up to 0.6 GiB of address space, libuv opens up to 5 files.
 */
const threadCost = { addresses: 0.7 * gibibyte, files: 6, threads: 1 };
/** What stays free for the process itself: a new thread has several of its modules open at a time. */
const spare = { addresses: 0.25 * gibibyte, files: 20, threads: 2 };
/** The address space that V8 reserves for each WebAssembly memory, unless V8's trap handler is off (bytes). */
const memoryAddresses = 10 * gibibyte;

export interface Room {
  /** The number of threads that can still be started. */
  readonly threads: number;
  /** The limit that allows no more, in words: `ulimit -n allows 64 open files, 41 are open`. */
  readonly because: string;
}

/**
 * The number of threads that the machine's limits allow. Ask before a thread is started: Node aborts the process when
 * the start of a thread exceeds a limit.
 * @param memories whether each thread makes its own WebAssembly memory, as the trials of a study do.
 */
export function threadRoom(
  machine: Machine = readMachine(),
  { memories = false, trapHandler = usesTrapHandler() }: { memories?: boolean; trapHandler?: boolean } = {},
): Room {
  const addresses = threadCost.addresses + (memories ? (trapHandler ? memoryAddresses : 0.25 * gibibyte) : 0);
  const rooms: Room[] = [];
  const add = (limit: Limit | undefined, kept: number, cost: number, words: (limit: Limit) => string) => {
    if (!limit) return;
    const threads = Math.max(0, Math.floor((limit.most - limit.used - kept) / cost));
    rooms.push({ threads, because: words(limit) });
  };
  add(machine.addresses, spare.addresses, addresses, ({ most, used }) => {
    return `ulimit -v allows ${inGibibytes(most)} of address space, ${inGibibytes(used)} are in use`;
  });
  add(machine.files, spare.files, threadCost.files, ({ most, used }) => {
    return `ulimit -n allows ${most} open files, ${used} are open`;
  });
  add(machine.threads, spare.threads, threadCost.threads, ({ most, used }) => {
    return `the cgroup's pids.max allows ${most} threads, ${used} are running`;
  });
  return rooms.reduce((least, room) => (room.threads < least.threads ? room : least), {
    threads: Number.POSITIVE_INFINITY,
    because: '',
  });
}

/**
 * Checks that the address space suffices for one WebAssembly memory, before a run writes anything.
 * @throws WorldError when it does not.
 */
export function requireAddresses(
  { addresses }: Pick<Machine, 'addresses'> = readMachine(),
  trapHandler: boolean = usesTrapHandler(),
): void {
  if (!addresses || !trapHandler || addresses.most - addresses.used >= memoryAddresses) return;
  throw new WorldError(
    `ulimit -v allows ${inGibibytes(addresses.most)} of address space, and V8 reserves ${inGibibytes(memoryAddresses)} for a WebAssembly memory: ` +
      'raise that limit, or set NODE_OPTIONS=--disable-wasm-trap-handler, with which V8 reserves less and runs more slowly',
  );
}

function inGibibytes(bytes: number): string {
  return `${Number((bytes / gibibyte).toFixed(1))} GiB`;
}

/** Whether V8 uses its trap handler. Node 24 itself switches the handler off where the address space is limited. */
function usesTrapHandler(): boolean {
  const off = '--disable-wasm-trap-handler';
  const major = Number(process.versions.node.split('.')[0]);
  return major < 24 && !process.execArgv.includes(off) && !(process.env.NODE_OPTIONS ?? '').split(' ').includes(off);
}

/**
 * The {@link WorldError} for an error of Node or V8 that a limit of the machine causes; undefined for any other error.
 */
export function machineFailure(error: unknown): WorldError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  if (code === 'ERR_WORKER_INIT_FAILED') {
    return new WorldError(
      `cannot start a thread: ${error.message}; a limit on threads (ulimit -u, pids.max) or files (ulimit -n) may be too low`,
      { cause: error },
    );
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new WorldError(`out of memory: ${error.message}`, { cause: error });
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new WorldError(
      `too many open files: a limit is too low (ulimit -n); lenet needs ${neededFiles} and 6 more for each thread`,
      { cause: error },
    );
  }
  if (error instanceof RangeError && /memory|allocation|array buffer/i.test(error.message)) {
    return new WorldError(`out of memory: ${error.message}`, { cause: error });
  }
  return undefined;
}

/**
 * The folders of this process's cgroup and of its parents, the process's cgroup first: by controller (v1), or for all
 * (v2).
 */
interface ControlGroups {
  readonly cpu: readonly string[];
  readonly pids: readonly string[];
  readonly unified: readonly string[];
}

const root = '/sys/fs/cgroup';

/**
 * Source: cgroups(7). /proc/self/cgroup has lines `id:controllers:path`, and `0::path` for version 2. In a container
 * the path may be that of the host while the container's cgroup is mounted as the root. Then the folders of the path
 * are missing, and the root is read.
 */
function controlGroups({ read }: MachineSource): ControlGroups {
  const groups = { cpu: [] as string[], pids: [] as string[], unified: [] as string[] };
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined || controllers === undefined) continue;
    const upwards = ancestors(path);
    const below = (mount: string) => upwards.map((folder) => posix.join(root, mount, folder).replace(/\/$/, ''));
    if (id === '0' && controllers === '') groups.unified.push(...below(''), ...below('unified'));
    const names = controllers.split(',');
    if (names.includes('cpu')) groups.cpu.push(...below(controllers), ...below('cpu'));
    if (names.includes('pids')) groups.pids.push(...below('pids'));
  }
  return groups;
}

/** `/a/b` -> `/a/b`, `/a`, `/`. */
function ancestors(path: string): string[] {
  const folders = [posix.normalize(`/${path}`)];
  while (folders.at(-1) !== '/') folders.push(posix.dirname(folders.at(-1)!));
  return folders;
}

/** The smallest quota of the cgroup and its parents: a cgroup cannot use more than its parents. */
function cpuQuota({ cpu, unified }: ControlGroups, { read }: MachineSource): number | undefined {
  const quotas: number[] = [];
  for (const folder of unified) {
    const [quota, period] = (read(`${folder}/cpu.max`) ?? '').trim().split(/\s+/).map(Number);
    if (quota! > 0 && period! > 0) quotas.push(quota! / period!);
  }
  for (const folder of cpu) {
    const quota = Number(read(`${folder}/cpu.cfs_quota_us`));
    const period = Number(read(`${folder}/cpu.cfs_period_us`));
    if (quota > 0 && period > 0) quotas.push(quota / period);
  }
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
}

function threadLimit({ pids, unified }: ControlGroups, { read }: MachineSource): Limit | undefined {
  const limits = [...unified, ...pids].flatMap((folder) => {
    const most = Number(read(`${folder}/pids.max`) ?? 'none');
    const used = Number(read(`${folder}/pids.current`) ?? 'none');
    return Number.isFinite(most) && Number.isFinite(used) ? [{ most, used }] : [];
  });
  return limits.sort((a, b) => a.most - a.used - (b.most - b.used))[0];
}

/** The soft limit: the first number of its line in /proc/self/limits (proc(5)). */
function softLimit(name: string, { read }: MachineSource): number | undefined {
  const line = (read('/proc/self/limits') ?? '').split('\n').find((text) => text.startsWith(`${name} `));
  const most = Number(line?.slice(name.length).trim().split(/\s+/)[0] ?? 'none');
  return Number.isFinite(most) ? most : undefined;
}

function addressLimit(source: MachineSource): Limit | undefined {
  const most = softLimit('Max address space', source);
  const kibibytes = /^VmSize:\s*(\d+) kB/m.exec(source.read('/proc/self/status') ?? '')?.[1];
  return most === undefined || kibibytes === undefined ? undefined : { most, used: Number(kibibytes) * 1024 };
}

function fileLimit(source: MachineSource): Limit | undefined {
  const most = softLimit('Max open files', source);
  const used = source.entries('/proc/self/fd');
  return most === undefined || used === undefined ? undefined : { most, used };
}
