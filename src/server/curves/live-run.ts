/** A run that is followed: its curves, read again when its files have changed. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isEventFile } from '../discovery/discover.ts';
import { EventFolder } from './event-folder.ts';
import { ownRun } from './own-run.ts';
import type { RunContent } from './run-content.ts';

export class LiveRun {
  readonly kind: 'run' | 'tensorboard';
  readonly folder: string;
  readonly #events: EventFolder;
  #known: { readonly position: string; readonly content: RunContent } | undefined;
  #looking: Promise<{ position: string; content: RunContent }> | undefined;

  constructor(kind: 'run' | 'tensorboard', folder: string) {
    this.kind = kind;
    this.folder = folder;
    this.#events = new EventFolder(folder);
  }

  /** The run as it is now, and its place: what its files were like. @throws WorldError for a damaged record. */
  look(): Promise<{ readonly position: string; readonly content: RunContent }> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<{ position: string; content: RunContent }> {
    const position = await this.#position();
    if (this.#known?.position === position) return this.#known;
    const content = this.kind === 'run' ? ownRun(this.folder) : await this.#events.read();
    this.#known = { position, content };
    return this.#known;
  }

  /** The bytes of its files, and a digest of their names, sizes and times. */
  async #position(): Promise<string> {
    const names = (await readdir(this.folder)).filter(
      (name) =>
        isEventFile(name) || name === 'metrics.jsonl' || name === 'config.json' || name.endsWith('.safetensors'),
    );
    const hash = createHash('sha256');
    let bytes = 0;
    for (const name of names.sort()) {
      const found = await stat(join(this.folder, name)).catch(() => undefined);
      bytes += found?.size ?? 0;
      hash.update(JSON.stringify([name, found?.size, found?.mtimeMs]));
    }
    return `${bytes}-${hash.digest('hex').slice(0, 8)}`;
  }
}
