/** Messages from many senders, read one after the other. */

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

  /** The next message; only one may be awaited at a time. */
  next(): Promise<T> {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.shift()!);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }
}
