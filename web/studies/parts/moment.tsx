/** A moment as people write it, with its exact form for programs, and in a tip. */
import { momentText } from '../data/words.ts';

export interface MomentProps {
  /** With a zone (`2026-01-02T03:04:05.000Z`), or in the local time of a machine, without one. */
  readonly at: string;
}

export function Moment({ at }: MomentProps) {
  const hasZone = at.endsWith('Z');
  return (
    <time dateTime={at.slice(0, 19) + (hasZone ? 'Z' : '')} title={hasZone ? new Date(at).toString() : undefined}>
      {momentText(new Date(at), new Date())}
    </time>
  );
}
