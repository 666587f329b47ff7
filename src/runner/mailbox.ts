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

  /** Waits for the next message. Only one call may wait at a time. */
  next(): Promise<T> {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.shift()!);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }
}
