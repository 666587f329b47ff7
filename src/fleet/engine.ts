/** What two machines must have in common to train the same bits. */
import { UsageError } from '../base/errors.ts';

/** A machine's engine. Machines whose engines are equal give the same bits. */
export interface Engine {
  /** The version of this software. */
  readonly version: string;
  /** The version of strict arithmetic's bits. */
  readonly recordFormat: string;
  /** SHA-256 of the weights after the known batch (known-batch.ts). */
  readonly bits: string;
}

/**
 * Refuses a machine whose engine is not the study's.
 * @param where names the machine in the message. @throws UsageError naming each difference.
 */
export function requireSameEngine(own: Engine, wanted: Engine, where: string): void {
  const differences = (
    [
      ['version', own.version, wanted.version],
      ['record format', own.recordFormat, wanted.recordFormat],
      ['bits of the known batch', own.bits.slice(0, 12), wanted.bits.slice(0, 12)],
    ] as const
  ).filter(([, is, must]) => is !== must);
  if (differences.length === 0) return;
  const text = differences.map(([name, is, must]) => `${name} ${is}, the study needs ${must}`).join('; ');
  throw new UsageError(`${where} cannot work on the study: ${text}. Install the version of the coordinator there`);
}
