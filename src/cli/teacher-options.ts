/** The teachers of `lenet train`: its options, over those of a recipe. */
import { UsageError } from '../base/errors.ts';
import { checkValue } from '../base/hyperparameter.ts';
import type { FileDistillation } from '../tasks/study-file/schema.ts';
import { temperatureRange, weightRange } from '../train/distillation.ts';

export interface TeacherOptions {
  /** Model files or run folders. */
  readonly teacher?: readonly string[];
  readonly temperature?: number;
  readonly teacherWeight?: number;
  readonly resume?: boolean;
}

/** @throws UsageError for numbers out of range, and for numbers without a teacher. */
export function distillationIn(
  { teacher, temperature, teacherWeight, resume = false }: TeacherOptions,
  ofRecipe: FileDistillation | undefined,
): FileDistillation | undefined {
  if (temperature !== undefined) checkValue('--temperature', temperatureRange, temperature);
  if (teacherWeight !== undefined) checkValue('--teacher-weight', weightRange, teacherWeight);
  const teachers = teacher ?? ofRecipe?.teachers;
  if (teachers !== undefined) {
    return {
      teachers: [...teachers],
      temperature: temperature ?? ofRecipe?.temperature,
      weight: teacherWeight ?? ofRecipe?.weight,
    };
  }
  if (temperature === undefined && teacherWeight === undefined) return undefined;
  const option = temperature === undefined ? '--teacher-weight' : '--temperature';
  if (resume) {
    throw new UsageError(`${option}: a resumed run keeps its teachers and their numbers; leave the option out`);
  }
  throw new UsageError(`${option} needs --teacher`);
}
