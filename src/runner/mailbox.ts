/** A queue of messages from many senders for one reader. */

export class Mailbox<T> {
  readonly #waiting: T[] = [];
  #reader: ((message: T) => void) | undefined;

  put(message: T): void {
    const reader = this.#reader;
    if (!reader) {
      this.#waiting.push(message);
      return;
    }
    this.#reader = undefined;
    reader(message);
  }

  /** All messages that have come, at least one: waits for it. Only one call may wait at a time. */
  async next(): Promise<readonly T[]> {
    if (this.#waiting.length > 0) return this.#waiting.splice(0);
    const first = await new Promise<T>((resolve) => {
      this.#reader = resolve;
    });
    return [first, ...this.#waiting.splice(0)];
  }
}
