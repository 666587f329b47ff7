/**
 * Whose requests are answered. A page of another site can make a browser send requests here: under this server's own
 * address, which the Origin tells, or under a name of its own that it lets point to this machine (DNS rebinding), which
 * the Host tells.
 */
import { isIP } from 'node:net';

/** The host's name in a Host header, without its port; undefined where it is none. */
function nameOf(host: string | undefined): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return found?.[1]?.toLowerCase();
}

/**
 * Whether a request with this Host header may be answered: for an IP address or localhost, which nobody else can let
 * point here, and for the names that the user gave.
 */
export function isOwnHost(host: string | undefined, names: readonly string[] = []): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  const address = name.replace(/^\[|\]$/g, '');
  return isIP(address) > 0 || name === 'localhost' || names.some((own) => own.toLowerCase() === name);
}

/** Whether an address to listen on is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether a request comes from a page of this server, by its Origin header. A browser sends it with every POST. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
