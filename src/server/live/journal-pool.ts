/** One follower for each journal that several studies of another program share. */
import { JournalFollower } from '../../store/journal-follower.ts';

export class JournalPool {
  readonly #followers = new Map<string, JournalFollower>();

  get(path: string): JournalFollower {
    const known = this.#followers.get(path);
    if (known) return known;
    const follower = new JournalFollower(path);
    this.#followers.set(path, follower);
    return follower;
  }

  /** Forgets the journals that are not among these. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#followers.keys()) if (!paths.has(path)) this.#followers.delete(path);
  }
}
