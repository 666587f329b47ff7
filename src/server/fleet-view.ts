/** How the fleet of a study stands, from the file that its coordinator writes. */
import { statSync } from 'node:fs';
import { z } from 'zod';
import { readText } from '../disk/read-file.ts';
import { fleetStatusFile } from '../runner/fleet-status.ts';
import type { FleetView } from './protocol.ts';
import { Refusal } from './refusal.ts';

/** The largest file that is read (bytes): some 10,000 workers. */
const mostBytes = 10_000_000;

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const schema = z.object({
  at: z.number(),
  away: z.string().nullable(),
  queued: count,
  workers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      cpu: z.string(),
      slots: count,
      ended: count,
      upSeconds: seconds,
      doing: z.array(
        z.object({
          trial: count.nullable(),
          seconds,
          share: z.number().min(0).max(1),
          silentSeconds: seconds,
        }),
      ),
    }),
  ),
  pace: z.object({
    wanted: count,
    ended: count,
    left: count,
    checks: count,
    copies: count,
    perMinute: seconds,
    secondsLeft: seconds.nullable(),
  }),
});

/** Whether a fleet has worked on the study. */
export function hasFleet(folder: string): boolean {
  return statSync(fleetStatusFile(folder), { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * @param isPrivate whether names of machines are left out. @param now milliseconds since 1970.
 * @throws Refusal where no fleet has worked on the study, or its file cannot be read.
 */
export function fleetView(folder: string, { isPrivate, now }: { isPrivate: boolean; now: number }): FleetView {
  if (!hasFleet(folder)) throw new Refusal(404, 'No fleet has worked on this study.');
  const { data } = schema.safeParse(parsed(readText(fleetStatusFile(folder), mostBytes)));
  if (!data) throw new Refusal(409, 'What the coordinator wrote about its fleet cannot be read.');
  const { at, workers, ...rest } = data;
  const shown = isPrivate ? workers.map((worker, i) => ({ ...worker, name: `worker ${i + 1}`, cpu: '' })) : workers;
  return {
    ...rest,
    away: isPrivate && rest.away ? 'it does not answer' : rest.away,
    workers: shown,
    ageSeconds: Math.max(0, (now - at) / 1000),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
