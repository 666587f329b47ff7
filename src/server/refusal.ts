/** Answers to requests that are not carried out: a sentence as JSON, or as a page for somebody who opened the address in a browser. */
import type { Context } from 'hono';
import { UsageError, WorldError } from '../base/errors.ts';
import { visibleLines } from '../base/plain-text.ts';
import type { Problem } from './protocol.ts';
import { refusalPage } from './refusal-page.ts';

/** The status codes of {@link Problem}. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 425 | 500;

/** A failure that a route throws to answer with this status. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string) {
    super(message);
    this.status = status;
  }
}

export function refused(context: Context, status: RefusalStatus, problem: string): Response {
  // Only a browser that opens an address prefers a page; scripts and programs accept anything.
  const isOpened = context.req.method === 'GET' && context.req.header('accept')?.includes('text/html') === true;
  return isOpened
    ? context.html(refusalPage(status, problem), status)
    : context.json({ problem } satisfies Problem, status);
}

/** The sentence of an expected failure, with its status; undefined for a bug. */
export function problemOf(error: unknown): { readonly status: RefusalStatus; readonly problem: string } | undefined {
  if (error instanceof Refusal) return { status: error.status, problem: error.message };
  if (error instanceof UsageError) return { status: 400, problem: visibleLines(error.message) };
  if (error instanceof WorldError) return { status: 500, problem: visibleLines(error.message) };
  return undefined;
}
