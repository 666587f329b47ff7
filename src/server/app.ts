/** The page's server as a function of a folder and options: requests in, answers out. */
import { resolve } from 'node:path';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import type { ServerContext } from './context.ts';
import { Children } from './control/children.ts';
import { removeTypedFiles } from './control/typed-file.ts';
import { Library } from './library.ts';
import type { ServerOptions } from './options.ts';
import { privacyOf } from './privacy.ts';
import { problemOf, refused } from './refusal.ts';
import { control } from './routes/control.ts';
import { entries } from './routes/entries.ts';
import { page } from './routes/page.ts';
import { runs } from './routes/runs.ts';
import { studies } from './routes/studies.ts';
import { trials } from './routes/trials.ts';
import { guard } from './security/guard.ts';

/** The routes. To add some, write a file and add it here; the page's, which answer everything else, come last. */
const routes: readonly ((app: Hono, context: ServerContext) => void)[] = [
  entries,
  studies,
  trials,
  runs,
  control,
  page,
];

export interface UiApp {
  readonly fetch: Hono['fetch'];
  /** Whether studies that were started here still run. */
  readonly isBusy: () => boolean;
  /** Ends what the server has begun: threads, and studies, which save themselves. */
  close(): Promise<void>;
}

export function uiApp(options: ServerOptions): UiApp {
  const folder = resolve(options.folder);
  const { hosts = [], token, isPrivate = false } = options;
  if (options.control) removeTypedFiles(folder);
  const library = new Library(folder);
  const children = new Children(options.command, process.cwd());
  const context: ServerContext = { options, library, children, privacy: privacyOf(isPrivate, folder) };
  const app = new Hono();
  app.use(guard({ hosts, token }));
  // JSON and the built page, for those who look over a network; a stream of events is left as it is.
  app.use(compress());
  app.onError((error, request) => {
    const found = problemOf(error);
    if (found) return refused(request, found.status, context.privacy.text(found.problem));
    process.stderr.write(`${error.stack ?? error.message}\n`);
    return refused(request, 500, 'The server has a bug; its terminal says more.');
  });
  for (const add of routes) add(app, context);
  return {
    fetch: app.fetch,
    isBusy: () => children.areRunning,
    async close() {
      await children.close();
      await library.close();
    },
  };
}
