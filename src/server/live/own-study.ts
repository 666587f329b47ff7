/** A study of ours, followed by its journal. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../../disk/read-file.ts';
import { journalPathIn } from '../../runner/study-journal.ts';
import { JournalFollower } from '../../store/journal-follower.ts';
import { interpret, interpretTrial, resultsPrefix } from '../../store/journal-store.ts';
import type { ReplayedTrial } from '../../store/replay.ts';
import type { StudyRecord } from '../../store/store.ts';
import { isOurs } from '../../store/worker.ts';
import type { Settings, StudyDefinition } from '../../study/definition.ts';
import type { Trial } from '../../study/trial.ts';
import type { TaskSettings } from '../../tasks/task.ts';
import type { ParameterView, StudyHead, TrialRow, Value } from '../protocol.ts';
import { FollowedStudy } from './followed-study.ts';
import type { ChangedRows } from './live-study.ts';
import { optunaSettings, parametersOf, shownSettings } from './parameters.ts';
import { settingsOf } from './recorded-settings.ts';
import { type StudyPlace, studyHead } from './study-head.ts';
import { foreignRow, trialRow } from './trial-rows.ts';

/** The largest study file that is shown (bytes). */
const mostFileBytes = 1_000_000;

type Interpreted = ReturnType<typeof interpretTrial>;

export class OwnStudy extends FollowedStudy {
  readonly #place: StudyPlace;
  readonly #folder: string;
  /** By trial, as long as no line changes it. */
  readonly #trials = new Map<number, Interpreted>();
  /** The follower's generation of everything below. */
  #generation = 0;
  /** The values that trials have, by hyperparameter. */
  readonly #used = new Map<string, Set<Value>>();
  /** The journal's offset up to which rows and trials are true. */
  #known = 0;
  #record: StudyRecord | undefined;
  /** Whether trials of the record have changed. */
  #isStale = false;
  #head: StudyHead | undefined;
  #shownHead: StudyHead | undefined;
  #settings: TaskSettings | undefined;

  /** @param folder of the study. */
  constructor(folder: string, place: StudyPlace) {
    super(new JournalFollower(journalPathIn(folder)));
    this.#folder = folder;
    this.#place = place;
  }

  /** Its parameters are those that at least one trial has a value for. The same object as long as nothing in it changes. */
  head(): StudyHead | undefined {
    this.update();
    const head = this.#head;
    if (!head || this.#used.size === 0) return head;
    this.#shownHead ??= { ...head, parameters: head.parameters.flatMap((each) => this.#usedValues(each)) };
    return this.#shownHead;
  }

  /** The parameter with the values that trials have; none where no trial has one. */
  #usedValues(parameter: ParameterView): ParameterView[] {
    const { name, scale } = parameter;
    const used = this.#used.get(name);
    if (!used) return [];
    if (scale.kind === 'number') return [parameter];
    return [{ ...parameter, scale: { ...scale, values: [...new Set([...scale.values, ...used])] } }];
  }

  /** The study as recorded, in the words of its own version. */
  get record(): StudyRecord | undefined {
    this.update();
    if (this.#isStale) this.#record = this.#interpreted();
    return this.#record;
  }

  /** What its settings mean; undefined while nothing is recorded. */
  get settings(): TaskSettings | undefined {
    this.update();
    return this.#settings;
  }

  rowsAfter(offset: number): ChangedRows {
    this.update();
    return this.table.changed(this.#changedAfter(offset));
  }

  row(number: number): TrialRow | undefined {
    this.update();
    return this.table.get(number);
  }

  #void(): void {
    this.#generation = this.follower.generation;
    this.table.clear();
    this.#trials.clear();
    this.#used.clear();
    this.#known = 0;
    this.#record = undefined;
    this.#isStale = false;
    this.#head = undefined;
    this.#shownHead = undefined;
    this.#settings = undefined;
  }

  /** Trials that lines after the offset are about; a decision about a model is a line about the study. */
  #changedAfter(offset: number): number[] {
    const { studies } = this.follower.replayed;
    const found = new Set(this.follower.trialsAfter(offset));
    for (const { id, attributes } of studies) {
      if (!this.follower.studyAfter(id, offset)) continue;
      for (const key of attributes.keys())
        if (key.startsWith(resultsPrefix)) found.add(Number(key.slice(resultsPrefix.length)));
    }
    return [...found].sort((a, b) => a - b);
  }

  /**
   * Interprets what was read since the last time: the whole study after a line about the study itself, else the trials
   * that changed, since 10,000 trials take longer than a page should wait for one epoch.
   */
  protected update(): void {
    if (this.#generation !== this.follower.generation) this.#void();
    const { replayed, offset } = this.follower;
    if (offset === this.#known) return;
    const changed = this.#changedAfter(this.#known);
    for (const id of changed) this.#trials.delete(id);
    const isOfStudy = replayed.studies.some(({ id }) => this.follower.studyAfter(id, this.#known));
    if (isOfStudy || !this.#record || !this.#settings) {
      this.#record = this.#interpreted();
      if (this.#record) {
        this.#settings ??= settingsOf(this.#record);
        this.#head = this.#headOf(this.#record, this.#settings);
        this.#shownHead = undefined;
      }
    } else this.#isStale = true;
    if (this.#record && this.#settings) this.#setRows(changed, this.#record, this.#settings);
    this.#known = offset;
  }

  /** The study as its journal has it now. */
  #interpreted(): StudyRecord | undefined {
    const { replayed, path } = this.follower;
    this.#isStale = false;
    return interpret(replayed.studies, path, (trial, definition, of) => this.#trialOf(trial, definition, of));
  }

  /** The trial, interpreted once as long as no line changes it. */
  #trialOf(trial: ReplayedTrial, definition: StudyDefinition, path: string): Interpreted {
    if (this.#trials.has(trial.id)) return this.#trials.get(trial.id);
    const found = interpretTrial(trial, definition, path);
    this.#trials.set(trial.id, found);
    return found;
  }

  #headOf(record: StudyRecord, settings: TaskSettings): StudyHead {
    const file = join(this.#folder, 'study.yaml');
    const text = existsSync(file) ? readText(file, mostFileBytes) : null;
    return studyHead(record, { place: this.#place, settings, file: text });
  }

  #setRows(changed: readonly number[], { definition, format }: StudyRecord, settings: TaskSettings): void {
    const { replayed, path } = this.follower;
    const parameters = this.#head?.parameters ?? parametersOf(definition, settings);
    const now = (given: Settings) => settings.upgraded?.(given, format) ?? given;
    for (const id of changed) {
      const whole = replayed.trials[id];
      if (!whole) continue;
      if (!isOurs(whole.worker)) {
        const index = -1 - id;
        this.table.setConfiguration({ index, settings: optunaSettings(whole) });
        this.table.set(id, foreignRow(whole, id, index));
        continue;
      }
      const trial = this.#trialOf(whole, definition, path)?.trial;
      // Its first lines are not all there yet.
      if (!trial) continue;
      const configuration = now(trial.configuration);
      const index = this.table.indexOf(configuration, () => {
        const shown = shownSettings(configuration, parameters, { settings, space: definition.space });
        for (const [name, value] of Object.entries(shown)) {
          this.#used.set(name, (this.#used.get(name) ?? new Set()).add(value));
          this.#shownHead = undefined;
        }
        return shown;
      });
      this.table.set(id, trialRow({ ...trial, results: this.#decided(id) }, whole, index));
    }
  }

  /** What was decided about a trial's model, as the newest line about it says. */
  #decided(id: number): Trial['results'] {
    const found = this.follower.replayed.studies.flatMap(
      ({ attributes }) => attributes.get(`${resultsPrefix}${id}`) ?? [],
    );
    const last = found.at(-1);
    return last === 'dropped' || last === 'kept' ? last : undefined;
  }
}
