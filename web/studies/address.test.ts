/** Addresses of views: what is written is read again. */
import { describe, expect, test } from 'vitest';
import { addressText, linkTo, parseAddress } from './address.ts';

describe('an address', () => {
  test.each([
    ['', { path: [], query: {} }],
    ['#/', { path: [], query: {} }],
    ['#/study/post/curves?scale=log&top=5', { path: ['study', 'post', 'curves'], query: { scale: 'log', top: '5' } }],
    ['#/study/a%2Fb%20c', { path: ['study', 'a/b c'], query: {} }],
    ['#/study/50%', { path: ['study', '50%'], query: {} }],
  ])('%s is read', (hash, expected) => expect(parseAddress(hash)).toEqual(expected));

  test('is written so that it is read again, whatever the names hold', () => {
    const address = { path: ['study', 'a/b?c#d e%'], query: { 'p.l2': '1e-5..0.1', state: 'a&b=c' } };
    expect(parseAddress(addressText(address))).toEqual(address);
  });

  test('of a path is a link', () => expect(linkTo('study', 'x/y', 'trial', 3)).toBe('#/study/x%2Fy/trial/3'));
});
