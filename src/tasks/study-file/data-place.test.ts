import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withDataPlace, withTeacherPlaces } from './data-place.ts';

test.each([
  ['name: a\ndata: { place: pictures, colour: grey } # mine\nseeds: 1\n', '{ place: "/x: y/#1", colour: grey } # mine'],
  ["data: 'my pictures' # mine\nseeds: 1\n", 'data: "/x: y/#1" # mine\nseeds: 1\n'],
  ['data:\n  place: pictures\n  colour: grey\nseeds: 1\n', 'data:\n  place: "/x: y/#1"\n  colour: grey\nseeds: 1\n'],
  ['data: >-\n  pictures\nseeds: 1\n', 'data: "/x: y/#1"\nseeds: 1\n'],
  ['data: pictures', 'data: "/x: y/#1"'],
])('the place is replaced, and all else stays: %j', (text, wanted) => {
  const moved = withDataPlace(text, '/x: y/#1');
  expect(moved).toContain(wanted);
  const { data, ...rest } = parse(moved);
  const { data: before, ...restBefore } = parse(text);
  expect(rest).toEqual(restBefore);
  expect(data).toEqual(typeof before === 'string' ? '/x: y/#1' : { ...before, place: '/x: y/#1' });
});

test.each([
  ['distill: { teachers: [a, "b c"], weight: 1 } # two\n', 'distill: { teachers: ["/x: 1", "/y"], weight: 1 } # two\n'],
  ['distill:\n  teachers:\n    - a # one\n    - b\nseeds: 1\n', '    - "/x: 1" # one\n    - "/y"\nseeds: 1\n'],
  ['name: a\n', 'name: a\n'],
  ['distill: { teachers: a }\n', 'distill: { teachers: a }\n'],
])('the places of teachers are replaced, and all else stays: %j', (text, wanted) => {
  expect(withTeacherPlaces(text, ['/x: 1', '/y'])).toContain(wanted);
});

test('a file without data stays as it is', () => {
  for (const text of ['name: a\n', 'data: { colour: grey }\n', '']) expect(withDataPlace(text, '/x')).toBe(text);
});
