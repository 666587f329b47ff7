/** Requests to the page's server. */
import type { Problem } from '../../../src/server/protocol.ts';

/** A failure that the server explained, or a server that cannot be reached. */
export class RequestError extends Error {
  /** The HTTP status; 0: no answer came. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** @throws RequestError */
export function getJson<T>(path: string, abort?: AbortSignal): Promise<T> {
  return request(path, abort ? { signal: abort } : {});
}

/** @throws RequestError */
export function postJson<T>(path: string, body: object, abort?: AbortSignal): Promise<T> {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(abort ? { signal: abort } : {}),
  });
}

/** @throws RequestError */
export async function getText(path: string): Promise<string> {
  return (await answered(path, {})).text();
}

/** Why the server refuses an address; undefined where it does not, or does not answer. */
export async function refusalOf(path: string): Promise<RequestError | undefined> {
  try {
    await (await answered(path, {})).body?.cancel();
  } catch (error) {
    if (error instanceof RequestError && error.status !== 0) return error;
  }
  return undefined;
}

async function request<T>(path: string, options: RequestInit): Promise<T> {
  return (await answered(path, options)).json();
}

async function answered(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError('The server does not answer. Is lenet ui still running?', 0);
  }
  if (!response.ok) throw new RequestError(await problemOf(response), response.status);
  return response;
}

async function problemOf(response: Response): Promise<string> {
  try {
    const { problem }: Partial<Problem> = await response.json();
    if (problem) return problem;
  } catch {
    // Not an answer of ours, for instance of a proxy: the status says what is known.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}

/** The address of a study, run or one of their parts. */
export function studyPath(id: string, ...parts: readonly (string | number)[]): string {
  return ['/api/studies', encodeURIComponent(id), ...parts.map((part) => encodeURIComponent(part))].join('/');
}

export function runPath(id: string, ...parts: readonly string[]): string {
  return ['/api/runs', encodeURIComponent(id), ...parts.map(encodeURIComponent)].join('/');
}
