/** What the followed studies have in common: their place in a journal, and rows that are brought up to date when asked for. */
import type { JournalFollower, Look } from '../../store/journal-follower.ts';
import type { ConfigurationRow, StudyHead, TrialRow } from '../protocol.ts';
import { type ChangedRows, type LiveStudy, RowTable } from './live-study.ts';

export abstract class FollowedStudy implements LiveStudy {
  protected readonly follower: JournalFollower;
  protected readonly table = new RowTable();

  protected constructor(follower: JournalFollower) {
    this.follower = follower;
  }

  abstract head(): StudyHead | undefined;
  abstract rowsAfter(offset: number): ChangedRows;
  abstract row(number: number): TrialRow | undefined;
  /** Makes the rows of the trials that changed since the last time. */
  protected abstract update(): void;

  get generation(): number {
    return this.follower.generation;
  }
  get offset(): number {
    return this.follower.offset;
  }
  get position(): string {
    return this.follower.position;
  }

  look(mostMs?: number): Promise<Look> {
    return this.follower.look(mostMs);
  }

  get isBehind(): boolean {
    return this.follower.isBehind;
  }

  find(position: string): Promise<number | undefined> {
    return this.follower.find(position);
  }

  settingsOf(number: number): ConfigurationRow['settings'] {
    return this.table.settingsOf(this.row(number));
  }

  rows(): readonly TrialRow[] {
    this.update();
    return this.table.all();
  }
}
