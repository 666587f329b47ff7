/** A work order: everything that determines a training, as plain data. Its SHA-256 is its name. */
import { z } from 'zod';
import { WorldError } from '../base/errors.ts';
import { sha256Of } from '../disk/sha256.ts';
import type { Settings } from '../study/definition.ts';
import { canonicalJson } from './canonical-json.ts';

/** Raised when the meaning of orders or results changes: a worker refuses others. */
export const fleetFormat = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().min(1).max(1000);

const engine = z.strictObject({ version: name, recordFormat: name, bits: hash });

/** What all trainings of a study have in common. It is stored once in the database. */
const assignmentSchema = z.strictObject({
  format: z.literal(fleetFormat),
  engine,
  /** What runs: our networks, or workers that only pretend to train, for measurements. */
  task: z.enum(['lenet', 'pretend']),
  /** The data: their own hash, and the SHA-256 of their bytes in the database; null: those of the npm package. */
  data: z.strictObject({ hash: name, blob: hash.nullable() }),
  protocol: z.enum(['post', 'held-out']).nullable(),
  heldOut: z.int().positive().nullable(),
  heldOutSplit: z.int().positive().nullable(),
  objective: z.enum(['accuracy', 'balanced-accuracy', 'loss', 'score']),
  evaluateTrain: z.boolean(),
  /** The saved models from which every training learns: the SHA-256 of their files, which are in the database. */
  teachers: z
    .strictObject({ files: z.array(hash).min(1).max(100), temperature: z.number(), weight: z.number() })
    .nullable(),
});
export type Assignment = z.infer<typeof assignmentSchema>;

/** @throws WorldError for what is no assignment of this format. */
export function parseAssignment(value: unknown): Assignment {
  const { data, error } = assignmentSchema.safeParse(value);
  if (data) return data;
  throw new WorldError(
    `the study's assignment in the database cannot be read by this version (format ${fleetFormat}): ${z.prettifyError(error)}`,
  );
}

/** One training of a study. */
export interface WorkOrder {
  readonly configuration: Settings;
  readonly seed: number;
  /** The epoch at which it pauses; null: it is trained whole. */
  readonly until: number | null;
}

/** Why a job was sent: the training itself, a copy of one that takes too long, or a second one to compare with. */
export const jobKinds = ['training', 'copy', 'audit'] as const;
export type JobKind = (typeof jobKinds)[number];

const jobSchema = z.strictObject({
  study: z.uuid(),
  key: hash,
  run: hash,
  kind: z.enum(jobKinds),
  /** The worker that should leave an audit to others; null where nobody should. */
  notBy: z.uuid().nullable(),
  configuration: z.record(z.string().max(200), z.union([z.string().max(2_000_000), z.number(), z.boolean(), z.null()])),
  seed: z.int().nonnegative(),
  until: z.int().nonnegative().nullable(),
});
/** What the queue holds. */
export type FleetJob = z.infer<typeof jobSchema>;

/** Undefined for what is no job. */
export function parseJob(value: unknown): FleetJob | undefined {
  return jobSchema.safeParse(value).data;
}

/** Of jobs with equal texts only one waits or runs: the training, its copy and its audit each. */
export function singletonKey({ study, key, kind }: Pick<FleetJob, 'study' | 'key' | 'kind'>): string {
  return `${study}/${key}/${kind}`;
}

/** The names of a training: `run` is the same for all pauses of a training, `key` names the way to the next pause. */
export interface OrderNames {
  readonly key: string;
  readonly run: string;
}

/** The SHA-256 (hex) of the canonical JSON of everything that determines the training. */
export function namesOf(assignment: Assignment, { configuration, seed, until }: WorkOrder): OrderNames {
  const run = sha256Of(canonicalJson({ assignment, configuration, seed }));
  return { run, key: sha256Of(canonicalJson({ run, until })) };
}
