/** A store that dies, for tests of what a study loses. */
import { WorldError } from '../base/errors.ts';
import type { StudyStore } from '../store/store.ts';

/** A store that fails after this many calls, like a process that dies between two calls. */
export function dying(store: StudyStore, calls: number): StudyStore {
  let left = calls;
  const alive =
    <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
    (...given: A) => {
      if (left-- <= 0) throw new WorldError('the process died');
      return call(...given);
    };
  return {
    read: () => store.read(),
    open: (start, accept) => store.open(start, accept),
    close: () => store.close(),
    redefine: alive((definition) => store.redefine(definition)),
    startTrial: alive((trial) => store.startTrial(trial)),
    reportEpoch: alive((number, point) => store.reportEpoch(number, point)),
    endTrial: alive((number, end) => store.endTrial(number, end)),
    recordLook: alive((look) => store.recordLook(look)),
    recordResults: alive((number, results) => store.recordResults(number, results)),
  };
}
