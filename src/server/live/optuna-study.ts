/** A study in a journal that Optuna wrote, followed as ours are. */
import type { JournalFollower, Look } from '../../store/journal-follower.ts';
import type { ReplayedStudy } from '../../store/replay.ts';
import type { ConfigurationRow, StudyHead, TrialRow } from '../protocol.ts';
import { type ChangedRows, type LiveStudy, RowTable } from './live-study.ts';
import { optunaSettings } from './parameters.ts';
import { optunaHead, type StudyPlace } from './study-head.ts';
import { foreignRow } from './trial-rows.ts';

export class OptunaStudy implements LiveStudy {
  readonly #place: StudyPlace;
  readonly #follower: JournalFollower;
  readonly #study: number;
  readonly #rows = new RowTable();
  #generation = 0;
  #known = 0;

  /** @param follower of the whole journal. @param study its number in the journal. */
  constructor(follower: JournalFollower, study: number, place: StudyPlace) {
    this.#follower = follower;
    this.#study = study;
    this.#place = place;
  }

  get generation(): number {
    return this.#follower.generation;
  }
  get offset(): number {
    return this.#follower.offset;
  }
  get position(): string {
    return this.#follower.position;
  }

  look(mostMs?: number): Promise<Look> {
    return this.#follower.look(mostMs);
  }

  get isBehind(): boolean {
    return this.#follower.isBehind;
  }

  find(position: string): Promise<number | undefined> {
    return this.#follower.find(position);
  }

  head(): StudyHead | undefined {
    const study = this.#replayed;
    return study && optunaHead(study, this.#place);
  }

  rowsAfter(offset: number): ChangedRows {
    this.#update();
    return this.#rows.changed(this.#follower.trialsAfter(offset));
  }

  settingsOf(number: number): ConfigurationRow['settings'] {
    return this.#rows.settingsOf(this.row(number));
  }

  rows(): readonly TrialRow[] {
    this.#update();
    return this.#rows.all();
  }

  row(number: number): TrialRow | undefined {
    this.#update();
    const trial = this.#replayed?.trials[number];
    return trial && this.#rows.get(trial.id);
  }

  get #replayed(): ReplayedStudy | undefined {
    const study = this.#follower.replayed.studies[this.#study];
    return study?.deleted ? undefined : study;
  }

  /** Rows by the trial's number in the journal; the page sees its number in the study. */
  #update(): void {
    const { offset, generation } = this.#follower;
    if (this.#generation !== generation) {
      this.#generation = generation;
      this.#rows.clear();
      this.#known = 0;
    }
    if (offset === this.#known) return;
    const changed = new Set(this.#follower.trialsAfter(this.#known));
    this.#known = offset;
    for (const [number, trial] of (this.#replayed?.trials ?? []).entries()) {
      if (!changed.has(trial.id)) continue;
      const index = -1 - number;
      this.#rows.setConfiguration({ index, settings: optunaSettings(trial) });
      this.#rows.set(trial.id, foreignRow(trial, number, index));
    }
  }
}
