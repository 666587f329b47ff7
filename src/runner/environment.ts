/** The description of this machine for records and reports. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { version } from '../base/version.ts';
import type { Environment } from '../store/store.ts';

export function environment(jobs: number): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: distribution() ?? `${type()} ${release()}`,
    node: process.version,
    version,
    jobs,
  };
}

/** The name of the Linux distribution (os-release(5), PRETTY_NAME). */
function distribution(): string | undefined {
  const path = '/etc/os-release';
  if (!existsSync(path)) return undefined;
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync(path, 'utf8'))?.[1];
}
