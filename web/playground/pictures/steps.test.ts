/** Steps through feature maps. */
import { expect, test } from 'vitest';
import { placeAfter } from './steps.ts';

/** Five maps of 3 x 2 in rows of two. */
const grid = { maps: 5, columns: 2, width: 3, height: 2 };

test.each([
  ['begins at the first number', 'ArrowDown', undefined, { map: 0, x: 0, y: 0 }],
  ['goes on in the map', 'ArrowRight', { map: 3, x: 1, y: 1 }, { map: 3, x: 2, y: 1 }],
  ['goes on in the map to the right', 'ArrowRight', { map: 0, x: 2, y: 1 }, { map: 1, x: 0, y: 1 }],
  ['goes on in the map below', 'ArrowDown', { map: 1, x: 2, y: 1 }, { map: 3, x: 2, y: 0 }],
  ['goes back to the map above', 'ArrowUp', { map: 4, x: 1, y: 0 }, { map: 2, x: 1, y: 1 }],
  ['stays at the left edge', 'ArrowLeft', { map: 2, x: 0, y: 1 }, { map: 2, x: 0, y: 1 }],
  ['stays at the upper edge', 'ArrowUp', { map: 1, x: 0, y: 0 }, { map: 1, x: 0, y: 0 }],
  ['stays where no map is below', 'ArrowDown', { map: 3, x: 0, y: 1 }, { map: 3, x: 0, y: 1 }],
  ['is none for other keys', 'Tab', { map: 3, x: 0, y: 1 }, undefined],
] as const)('a step %s', (_, key, place, next) => expect(placeAfter(key, place, grid)).toEqual(next));
