/** Debian's Firefox for tests, driven by WebDriver BiDi: Playwright drives builds of its own only. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const executablePath = '/usr/bin/firefox-esr';
/** Node has web sockets of its own from version 22 on. */
export const hasFirefox = existsSync(executablePath) && typeof WebSocket !== 'undefined';

/** A window of Firefox. */
export interface Firefox {
  /** For instance `153.7.0`. */
  readonly version: string;
  goto(url: string): Promise<void>;
  /** Evaluates JavaScript in the page, waits for a promise, and returns what it gives, a text or a number. @throws Error that it throws. */
  evaluate(expression: string): Promise<unknown>;
  /** The page as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** What a command gives, as far as it is used here. */
interface Answer {
  readonly context?: string;
  readonly data?: string;
  readonly capabilities?: { readonly browserVersion: string };
  readonly type?: string;
  readonly result?: { readonly value: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

export async function openFirefox(): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'lenet-firefox-'));
  const child = spawn(
    executablePath,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
      const found = /WebDriver BiDi listening on (\S+)/.exec(text);
      if (found) resolve(found[1]!);
    });
    child.once('exit', () => reject(new Error(`Firefox has ended: ${text}`)));
  });
  const socket = new WebSocket(`${address}/session`);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('Firefox does not answer')));
  });
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  socket.addEventListener('message', ({ data }) => {
    const { id, type, result, message } = JSON.parse(String(data));
    const asked = waiting.get(id);
    waiting.delete(id);
    if (type === 'error') asked?.reject(new Error(message));
    else asked?.resolve(result);
  });
  let last = 0;
  const send = (method: string, params: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
  const { capabilities } = await send('session.new', { capabilities: {} });
  const { context } = await send('browsingContext.create', { type: 'tab' });
  await send('browsingContext.setViewport', { context, viewport: { width: 1280, height: 900 } });
  return {
    version: capabilities!.browserVersion,
    async goto(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async evaluate(expression) {
      const { type, result, exceptionDetails } = await send('script.evaluate', {
        expression,
        target: { context },
        awaitPromise: true,
      });
      if (type === 'exception') throw new Error(exceptionDetails!.text);
      return result!.value;
    },
    async screenshot() {
      const { data } = await send('browsingContext.captureScreenshot', { context, origin: 'document' });
      return Buffer.from(data!, 'base64');
    },
    async close() {
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
