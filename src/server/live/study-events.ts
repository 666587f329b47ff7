/** What a page that follows a study is told: rows that changed, who works on it, and when its facts are newer. */
import type { ServerEvent } from '../event-stream.ts';
import type { Turn } from '../event-turns.ts';
import type { LiveState, StudyEvents, StudyHead } from '../protocol.ts';
import { problemOf } from '../refusal.ts';
import type { LiveStudy } from './live-study.ts';

/**
 * How long a journal is read before the page gets what was found [milliseconds]. The rest of a large one comes in
 * further events. Rows are made of what was read, which takes as long again, and other requests wait for it.
 */
export const patienceMs = 60;

/** What a stream looks at, beside the journal. */
export interface StudySurroundings {
  /** Who works on the study now. */
  state(): LiveState;
  /** The head as the page may see it. */
  head(head: StudyHead): StudyHead;
  /** The text of a failure as the page may see it. */
  told(text: string): string;
  /** The place of the newest facts; undefined before the first. */
  factsPosition(): string | undefined;
  /** Computes the facts if they are older than this place and it is time; `wake` is called when there are new ones. */
  refresh(position: string, wake: () => void): void;
}

export class StudyTeller {
  readonly #study: LiveStudy;
  readonly #around: StudySurroundings;
  /** The place up to which the page knows the journal. */
  #place: string | undefined;
  /** Its offset, as long as the journal stays the same file. */
  #at: { readonly offset: number; readonly generation: number } | undefined;
  #headSeen: StudyHead | undefined;
  /** What was told last, as JSON by event. */
  readonly #told = new Map<string, string>();

  /** @param from the place after which the page wants to know more; undefined: from now on. */
  constructor(study: LiveStudy, from: string | undefined, around: StudySurroundings) {
    this.#study = study;
    this.#place = from;
    this.#around = around;
    this.#told.set('facts', JSON.stringify({ position: around.factsPosition() }));
  }

  /** Reads what was appended. @param wake ends the wait for the next look. */
  async look(wake: () => void): Promise<Turn> {
    try {
      await this.#study.look(patienceMs);
      if (!(await this.#find())) return { events: [event('reset', { why: 'The journal was replaced.' })], ends: true };
      const events = [...this.#head(), ...this.#rows(), ...this.#news()];
      this.#told.delete('problem');
      if (this.#study.isBehind) wake();
      else this.#around.refresh(this.#study.position, wake);
      return { events };
    } catch (error) {
      const found = problemOf(error);
      if (!found) throw error;
      return { events: [...this.#once('problem', { problem: this.#around.told(found.problem) }), ...this.#news()] };
    }
  }

  /** Whether the page's place lies in the journal as it is now. */
  async #find(): Promise<boolean> {
    const { generation, position } = this.#study;
    if (this.#at?.generation === generation) return true;
    this.#place ??= position;
    const offset = await this.#study.find(this.#place);
    this.#at = offset === undefined ? undefined : { offset, generation };
    return offset !== undefined;
  }

  /** The head, when it may be another one than the page knows: it has one of its place from the opening. */
  #head(): ServerEvent[] {
    const found = this.#study.head();
    if (found === this.#headSeen) return [];
    this.#headSeen = found;
    const head = JSON.stringify(found ? this.#around.head(found) : null);
    const before = this.#told.get('head');
    this.#told.set('head', head);
    const isKnown = before === undefined ? this.#study.offset === this.#at!.offset : before === head;
    return isKnown || head === 'null' ? [] : [{ event: 'head', data: head }];
  }

  #rows(): ServerEvent[] {
    const { offset, position, generation } = this.#study;
    const after = this.#at!.offset;
    if (offset === after) return [];
    const { json } = this.#study.rowsAfter(after);
    this.#at = { offset, generation };
    this.#place = position;
    return [{ event: 'rows', data: json, id: position }];
  }

  /** What does not stand in the journal. */
  #news(): ServerEvent[] {
    const position = this.#around.factsPosition();
    const facts = position === undefined ? [] : this.#once('facts', { position });
    return [...this.#once('state', this.#around.state()), ...facts];
  }

  #once<K extends keyof StudyEvents>(name: K, data: StudyEvents[K]): ServerEvent[] {
    const json = JSON.stringify(data);
    if (this.#told.get(name) === json) return [];
    this.#told.set(name, json);
    return [event(name, data)];
  }
}

function event<K extends keyof StudyEvents>(name: K, data: StudyEvents[K]): ServerEvent {
  return { event: name, data: JSON.stringify(data) };
}
