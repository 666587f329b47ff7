/** One memory serves one user after the other, and is as good as new for each. */
import { describe, expect, test } from 'vitest';
import { pageBytes } from './arena.ts';
import { keptMemory } from './kept-memory.ts';

/** A taken memory of so many pages, full of ones. */
function used(kept: ReturnType<typeof keptMemory>, pages: number): WebAssembly.Memory {
  const memory = kept.take(pages * pageBytes);
  const missing = pages - memory.buffer.byteLength / pageBytes;
  if (missing > 0) memory.grow(missing);
  new Uint8Array(memory.buffer).fill(1);
  return memory;
}

describe('a kept memory', () => {
  test('is handed out again once it is given back, with every byte zero', () => {
    const kept = keptMemory();
    const first = used(kept, 3);
    kept.giveBack(first);
    const second = kept.take(2 * pageBytes + 1);
    expect(second).toBe(first);
    expect(new Uint8Array(second.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test('grows for a user who needs a little more', () => {
    const kept = keptMemory();
    const first = used(kept, 4);
    kept.giveBack(first);
    const second = kept.take(5 * pageBytes);
    expect(second).toBe(first);
    if (second.buffer.byteLength < 5 * pageBytes) second.grow(1);
    expect(new Uint8Array(second.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test('is not handed out while it is in use, nor where it is too small', () => {
    const kept = keptMemory();
    const first = used(kept, 4);
    expect(kept.take(pageBytes)).not.toBe(first);
    kept.giveBack(first);
    expect(kept.take(8 * pageBytes)).not.toBe(first);
  });
});
