/** The door: every request passes it before a route sees it. */
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { refused } from '../refusal.ts';
import { commonHeaders } from './headers.ts';
import { isOwnHost, isOwnOrigin } from './hosts.ts';
import { cookieOf, isSameText } from './token.ts';

export interface GuardOptions {
  /** Names of this server beside localhost and its addresses. */
  readonly hosts: readonly string[];
  /** Undefined: none is asked for. */
  readonly token: string | undefined;
}

/** The largest body of a request (bytes): a study file with room to spare. */
const mostBodyBytes = 2_000_000;

export function guard({ hosts, token }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const refusal = refusalOf(context);
    if (refusal) context.res = refusal;
    else await next();
    // A file's own policy is stricter and stays.
    for (const [name, value] of Object.entries(commonHeaders)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  };

  /** The answer to a request that no route may see. */
  function refusalOf(context: Context): Response | undefined {
    const host = context.req.header('host');
    if (!isOwnHost(host, hosts)) {
      return refused(
        context,
        403,
        'This server answers under its own address alone, not under the name in this request: use localhost, its IP address, or the name given with --host.',
      );
    }
    const { method } = context.req;
    if (!['GET', 'HEAD', 'POST'].includes(method)) return refused(context, 405, `There is no ${method} here.`);
    if (token !== undefined) {
      const answer = checkedToken(context, token);
      if (answer) return answer;
    }
    if (method === 'POST') {
      if (!isOwnOrigin(context.req.header('origin'), host)) {
        return refused(context, 403, 'A change must come from a page of this server.');
      }
      if (context.req.header('content-type')?.split(';')[0] !== 'application/json') {
        return refused(context, 415, 'A change must be sent as application/json.');
      }
      const length = Number(context.req.header('content-length') ?? Number.NaN);
      if (!(length <= mostBodyBytes)) return refused(context, 413, `At most ${mostBodyBytes} bytes can be sent.`);
    }
    return undefined;
  }
}

const cookieName = 'lenet-ui';

/**
 * Lets a request pass that has the token: in its address (`?token=`, which is then kept as a cookie), as a cookie, or as
 * a bearer. @returns the answer for others.
 */
function checkedToken(context: Context, token: string): Response | undefined {
  const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined && isSameText(bearer, token)) return undefined;
  if (isSameText(getCookie(context, cookieName) ?? '', cookieOf(token))) return undefined;
  const given = context.req.query('token');
  if (given === undefined || !isSameText(given, token)) {
    return refused(context, 401, 'This page needs its token: open the address that lenet ui printed.');
  }
  setCookie(context, cookieName, cookieOf(token), { httpOnly: true, sameSite: 'Strict', path: '/' });
  // The token must not stay in the browser's history.
  const url = new URL(context.req.url);
  url.searchParams.delete('token');
  return context.redirect(`${url.pathname}${url.search}`, 302);
}
