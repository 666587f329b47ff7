/** What determines the run of a trial, as config.json records it. */
import type { StudyTeachers } from '../study/definition.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { RunData } from './run-data.ts';
import type { RunOrigin } from './run-identity.ts';

/** The origin of a trial's run. Trials start from drawn weights. */
export function trialOrigin({
  hyperparameters,
  data,
  distill,
}: {
  readonly hyperparameters: Hyperparameters;
  readonly data: Pick<RunData, 'hash' | 'folder' | 'evaluatedOn' | 'heldOut' | 'heldOutSplit'>;
  readonly distill?: StudyTeachers | undefined;
}): RunOrigin {
  const { hash, folder, evaluatedOn, heldOut, heldOutSplit } = data;
  return {
    hyperparameters,
    data: { hash, folder },
    init: null,
    ...(evaluatedOn === 'validation' ? { evaluatedOn } : {}),
    ...(heldOut === undefined ? {} : { heldOut }),
    // config.json leaves the first split out.
    ...(heldOutSplit === undefined || heldOutSplit === 1 ? {} : { heldOutSplit }),
    ...(distill
      ? { distill: { teachers: distill.teachers, temperature: distill.temperature, weight: distill.weight } }
      : {}),
  };
}
