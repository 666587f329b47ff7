/** A study in a journal that Optuna wrote, followed as ours are. */
import type { JournalFollower } from '../../store/journal-follower.ts';
import type { ReplayedStudy } from '../../store/replay.ts';
import type { StudyHead, TrialRow } from '../protocol.ts';
import { FollowedStudy } from './followed-study.ts';
import type { ChangedRows } from './live-study.ts';
import { optunaSettings } from './parameters.ts';
import { optunaHead, type StudyPlace } from './study-head.ts';
import { foreignRow } from './trial-rows.ts';

export class OptunaStudy extends FollowedStudy {
  readonly #place: StudyPlace;
  readonly #study: number;
  #generation = 0;
  #known = 0;

  /** @param follower of the whole journal. @param study its number in the journal. */
  constructor(follower: JournalFollower, study: number, place: StudyPlace) {
    super(follower);
    this.#study = study;
    this.#place = place;
  }

  head(): StudyHead | undefined {
    const study = this.#replayed;
    return study && optunaHead(study, this.#place);
  }

  rowsAfter(offset: number): ChangedRows {
    this.update();
    return this.table.changed(this.follower.trialsAfter(offset));
  }

  row(number: number): TrialRow | undefined {
    this.update();
    const trial = this.#replayed?.trials[number];
    return trial && this.table.get(trial.id);
  }

  get #replayed(): ReplayedStudy | undefined {
    const study = this.follower.replayed.studies[this.#study];
    return study?.deleted ? undefined : study;
  }

  /** Rows by the trial's number in the journal; the page sees its number in the study. */
  protected update(): void {
    const { offset, generation } = this.follower;
    if (this.#generation !== generation) {
      this.#generation = generation;
      this.table.clear();
      this.#known = 0;
    }
    if (offset === this.#known) return;
    const changed = new Set(this.follower.trialsAfter(this.#known));
    this.#known = offset;
    for (const [number, trial] of (this.#replayed?.trials ?? []).entries()) {
      if (!changed.has(trial.id)) continue;
      const index = -1 - number;
      this.table.setConfiguration({ index, settings: optunaSettings(trial) });
      this.table.set(trial.id, foreignRow(trial, number, index));
    }
  }
}
