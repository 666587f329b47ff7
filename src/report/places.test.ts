import { expect, test } from 'vitest';
import { escapeMarkdown, escapeXml } from '../base/plain-text.ts';
import { withoutPlaces } from './places.ts';

const places = ['/home/ann', '/home/ann/my_studies & runs', '/', ''];

test('folders are left out, the longest first, in each notation', () => {
  const text = 'cannot read /home/ann/my_studies & runs/a.png or /home/ann/b.png (1/2)';
  const wanted = 'cannot read …/a.png or …/b.png (1/2)';
  expect(withoutPlaces(text, places)).toBe(wanted);
  for (const notation of [escapeXml, escapeMarkdown]) {
    expect(withoutPlaces(notation(text), places)).toBe(notation(wanted));
  }
});

test('text without them stays', () => expect(withoutPlaces('a/b', places)).toBe('a/b'));
