/** The token without which a server that others can reach answers nobody. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { UsageError } from '../../base/errors.ts';

/** Guessing a text of so many characters is hopeless. */
const fewestCharacters = 16;

/** A new random token. */
export function randomToken(): string {
  return randomBytes(24).toString('base64url');
}

/** @throws UsageError for a token that could be guessed, or that an address cannot hold. */
export function checkToken(token: string): string {
  if (/^[\w.~-]+$/.test(token) && token.length >= fewestCharacters) return token;
  throw new UsageError(
    `--token: expected at least ${fewestCharacters} letters, digits, and . _ ~ -; leave the text out for a random one`,
  );
}

/** Whether both texts are equal, in a time that does not depend on where they differ. */
export function isSameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** What the cookie holds instead of the token. */
export function cookieOf(token: string): string {
  return createHash('sha256').update(`lenet ui ${token}`).digest('base64url');
}
