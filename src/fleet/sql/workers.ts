/** The workers and what each does now, by the clock of the database. */
import { z } from 'zod';
import type { Database } from '../database.ts';
import type { Engine } from '../engine.ts';

/** Seconds without a sign after which a worker, or a coordinator, counts as gone. */
export const goneSeconds = 15;

export function isAlive({ silentSeconds }: { readonly silentSeconds: number }): boolean {
  return silentSeconds < goneSeconds;
}

export interface WorkerAbout {
  readonly id: string;
  readonly name: string;
  readonly slots: number;
  readonly engine: Engine;
  readonly cpu: string;
}

/** A training that a worker does: its key, since when (seconds), its share, and how long the share is old (seconds). */
const doingSchema = z
  .array(
    z.strictObject({
      study: z.uuid(),
      key: z.string().max(64),
      seconds: z.number(),
      share: z.number().min(0).max(1),
      silentSeconds: z.number(),
    }),
  )
  .max(100_000);
export type Doing = z.infer<typeof doingSchema>[number];

export interface WorkerSeen {
  readonly id: string;
  readonly name: string;
  readonly slots: number;
  readonly cpu: string;
  readonly ended: number;
  /** Seconds since its last sign. */
  readonly silentSeconds: number;
  readonly upSeconds: number;
  readonly doing: readonly Doing[];
}

const register = `
insert into lenet.worker (id, name, slots, engine, cpu) values ($1, $2, $3, $4, $5)
on conflict (id) do update set seen = now()`;
const say = 'update lenet.worker set seen = now(), doing = $2, ended = $3 where id = $1';
const leave = 'delete from lenet.worker where id = $1';
const seen = `
select id, name, slots, cpu, ended, doing,
  extract(epoch from now() - seen)::float8 as "silentSeconds",
  extract(epoch from now() - began)::float8 as "upSeconds"
from lenet.worker where seen > now() - interval '1 day' order by name, began`;
const forget = "delete from lenet.worker where seen < now() - interval '1 day'";
const others = `
select count(*)::int as count from lenet.worker
where id <> $1 and seen > now() - make_interval(secs => ${goneSeconds})`;

export async function registerWorker(database: Database, about: WorkerAbout): Promise<void> {
  const { id, name, slots, engine, cpu } = about;
  await database.query(register, [id, name, slots, JSON.stringify(engine), cpu]);
}

/** @param ended how many trainings it has ended. */
export async function sayDoing(
  database: Database,
  id: string,
  { doing, ended }: { readonly doing: readonly Doing[]; readonly ended: number },
): Promise<void> {
  await database.query(say, [id, JSON.stringify(doing), ended]);
}

export async function unregisterWorker(database: Database, id: string): Promise<void> {
  await database.query(leave, [id]);
}

/** What a worker says of its work is foreign data: what cannot be read counts as nothing. */
export async function readWorkers(database: Database): Promise<readonly WorkerSeen[]> {
  const rows = await database.query<Omit<WorkerSeen, 'doing'> & { doing: unknown }>(seen);
  return rows.map((row) => {
    const { data: doing = [] } = doingSchema.safeParse(row.doing);
    return { ...row, doing };
  });
}

export async function forgetWorkers(database: Database): Promise<void> {
  await database.query(forget);
}

/** How many other workers are alive. */
export async function countOthers(database: Database, id: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(others, [id]);
  return row?.count ?? 0;
}
