/** The teachers of a run: saved models, named by the user or by the run's record. */

import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { readBytes } from '../disk/read-file.ts';
import { sha256Of } from '../disk/sha256.ts';
import type { Model } from '../nn/model.ts';
import {
  type CompleteDistillation,
  completeDistillation,
  completeNumbers,
  type Distillation,
  type DistillationNumbers,
  type Teacher,
} from '../train/distillation.ts';
import { loadModel } from './model-file.ts';
import { isPrivateRun } from './run-data.ts';
import { modelFileAt } from './run-folder.ts';
import type { DistillationRecord } from './run-identity.ts';

/** From whom a run learns, as the user says it. */
export interface DistillationRequest {
  /** Model files or run folders. */
  readonly teachers: readonly string[];
  /** Default 2, or as recorded. */
  readonly temperature?: number | undefined;
  /** The share of the teachers, 0 to 1. Default 1, or as recorded. */
  readonly weight?: number | undefined;
}

/** Whose answers the network learns, and what is recorded of it. */
export interface FoundTeachers {
  readonly distillation: CompleteDistillation;
  readonly record: DistillationRecord;
}

/**
 * The teachers that the user names, or those of the record; undefined where there are none.
 * @param classNames of the data. @param run the folder of a resumed run, for errors.
 * @throws UsageError for teachers that do not fit the student, and for others than those of a resumed run; WorldError
 * when a file is missing or damaged.
 */
export function findTeachers(
  request: DistillationRequest | undefined,
  before: { readonly distill?: DistillationRecord } | undefined,
  {
    student,
    classNames,
    run,
  }: { readonly student: Model; readonly classNames: readonly string[]; readonly run: string | undefined },
): FoundTeachers | undefined {
  const recorded = before?.distill;
  if (before && request && !recorded) throw new UsageError(`--resume: the run in ${run} has no teachers`);
  const paths = request?.teachers ?? recorded?.teachers.map(({ file }) => file);
  if (paths === undefined) return undefined;
  const lost = paths.find((path) => !existsSync(path));
  if (lost !== undefined && !request) {
    throw new WorldError(`the teacher ${lost} of the run in ${run} does not exist; name all teachers with --teacher`);
  }
  const found = paths.map(teacherAt);
  const { temperature = recorded?.temperature, weight = recorded?.weight } = request ?? {};
  const distillation = completeDistillation({ teachers: found, temperature, weight }, student);
  for (const teacher of found) requireClasses(teacher, classNames);
  const record = recordOf(found, distillation);
  if (recorded) requireSame(recorded, record, run);
  return { distillation, record };
}

/** The record of teachers that a study or a recipe names. @throws UsageError, WorldError where one cannot be read. */
export function recordOfTeachers({ teachers, temperature, weight }: DistillationRequest): DistillationRecord {
  const found = teachers.map(teacherAt);
  return recordOf(found, completeNumbers({ temperature, weight }));
}

/**
 * The teachers in a study's record. @param places where they are now.
 * @throws UsageError where their classes are not those of the data; WorldError for others than the record names.
 */
export function recordedTeachers(
  record: DistillationRecord,
  { places, classNames }: { readonly places: readonly string[]; readonly classNames: readonly string[] },
): Distillation {
  const { temperature, weight } = record;
  const found = places.map(teacherAt);
  for (const teacher of found) requireClasses(teacher, classNames);
  requireSameFiles(record, recordOf(found, record), 'the study');
  return { teachers: found, temperature, weight };
}

function recordOf(
  found: readonly { readonly file: string; readonly sha256: string }[],
  { temperature, weight }: DistillationNumbers,
): DistillationRecord {
  const teachers = found.map(({ file, sha256 }) => ({ file: isPrivateRun() ? basename(file) : resolve(file), sha256 }));
  return { teachers, temperature, weight };
}

interface TeacherFile extends Teacher {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  /** Undefined where the file does not tell. */
  readonly classNames: readonly string[] | undefined;
}

function teacherAt(path: string): TeacherFile {
  if (!existsSync(path)) throw new WorldError(`the teacher ${path} does not exist`);
  const { model, weights, input, record } = loadModel(path);
  const sha256 = sha256Of(readBytes(modelFileAt(path)));
  const classNames = record.has('input') ? input.classNames : undefined;
  return { name: path, model, weights, file: path, sha256, classNames };
}

/** @throws UsageError where a teacher has as many classes as the data, and others. */
function requireClasses({ name, classNames }: TeacherFile, own: readonly string[]): void {
  if (classNames?.length !== own.length) return;
  const other = own.findIndex((className, label) => className !== classNames[label]);
  if (other < 0) return;
  const [theirs, ours] = [classNames[other], own[other]].map((className) => JSON.stringify(className));
  throw new UsageError(`teacher ${name} has other classes than the data: class ${other} is ${theirs}, not ${ours}`);
}

/** @throws UsageError when a resumed run began with other teachers or numbers. */
function requireSame(recorded: DistillationRecord, found: DistillationRecord, run: string | undefined): void {
  for (const name of ['temperature', 'weight'] as const) {
    if (recorded[name] === found[name]) continue;
    throw new UsageError(`--resume: the run in ${run} has ${name} ${recorded[name]}, not ${found[name]}`);
  }
  if (recorded.teachers.length !== found.teachers.length) {
    throw new UsageError(
      `--resume: the run in ${run} has ${recorded.teachers.length} teachers, not ${found.teachers.length}`,
    );
  }
  requireSameFiles(recorded, found, `the run in ${run}`);
}

/** @throws WorldError naming the first file that holds another teacher than the record names. */
function requireSameFiles(recorded: DistillationRecord, found: DistillationRecord, whose: string): void {
  for (const [i, { sha256 }] of recorded.teachers.entries()) {
    const { file, sha256: own } = found.teachers[i]!;
    if (own === sha256) continue;
    throw new WorldError(
      `${file} is not the teacher that ${whose} began with (SHA-256 ${shortHash(own)}, recorded is ${shortHash(sha256)})`,
    );
  }
}
