/** Studies are started, stopped and continued: only where the server was told to allow it. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { defaultThreads } from '../../runner/machine.ts';
import { shippedNames } from '../../runner/shipped-files.ts';
import { readStudyFile } from '../../runner/study-files.ts';
import type { ServerContext } from '../context.ts';
import { addSeeds, resume } from '../control/go-on.ts';
import { start } from '../control/start.ts';
import { pause, stop } from '../control/stop.ts';
import { validate } from '../control/validate.ts';
import type { ControlView, ValidateRequest } from '../protocol.ts';
import { Refusal } from '../refusal.ts';

const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const how = { seeds: z.array(seed).min(1).max(1000).optional(), jobs: z.int().min(1).max(256).optional() };
const startRequest = z.union([
  z.strictObject({ study: z.string().max(100), ...how }),
  z.strictObject({ text: z.string(), ...how }),
]);
const seedsRequest = z.strictObject({ add: z.int().min(1).max(1000) });
const validateRequest = z.strictObject({ text: z.string() });

export function control(app: Hono, { options, library, children, privacy }: ServerContext): void {
  const where = { folder: library.folder, children };
  const why = options.control ? null : 'This page was started with --read-only.';

  app.get('/api/control', (context) => {
    const studies = shippedNames('studies').map((name) => ({ name, title: titleOf(name) }));
    const view: ControlView = { allowed: options.control, why, studies, cores: defaultThreads(256) };
    return context.json(view);
  });

  app.get('/api/control/studies/:name', (context) => {
    const name = context.req.param('name');
    if (!shippedNames('studies').includes(name)) throw new Refusal(404, `No study "${name}" ships.`);
    return context.text(readStudyFile(name).text);
  });

  app.post('/api/control/validate', async (context) => {
    const { text } = await bodyOf<ValidateRequest>(context, validateRequest);
    return context.json(validate(text, library.folder));
  });

  app.post('/api/control/start', async (context) => {
    allowed();
    const request = await bodyOf(context, startRequest);
    const { seeds, jobs } = request;
    const more = { ...(seeds ? { seeds } : {}), ...(jobs ? { jobs } : {}) };
    const what = 'study' in request ? { study: request.study } : { text: request.text };
    return told(context, () => start({ ...what, ...more }, where));
  });

  app.post('/api/studies/:id/:action{pause|stop|resume|seeds}', async (context) => {
    allowed();
    const shelf = await library.study(context.req.param('id'));
    await shelf.study.look();
    const action = context.req.param('action');
    if (action === 'pause') return told(context, async () => pause(shelf));
    if (action === 'stop') return told(context, async () => stop(shelf));
    if (action === 'resume') return told(context, () => resume(shelf, children));
    const request = await bodyOf(context, seedsRequest);
    return told(context, () => addSeeds(shelf, request, children));
  });

  function allowed(): void {
    if (why !== null) throw new Refusal(403, why);
  }

  /** The answer of an action; what it says of places is left out if it is to be. */
  async function told(context: Context, act: () => Promise<object>): Promise<Response> {
    try {
      return context.json(await act());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal(error.status, privacy.text(error.message));
    }
  }
}

/** The first sentence of the file's comment. */
function titleOf(name: string): string {
  const lines = readStudyFile(name).text.split('\n');
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  const text = comment
    .map((line) => line.replace(/^#\s?/, ''))
    .filter((line) => !line.startsWith('yaml-language-server'));
  return /^(.*?[.:])(?:\s|$)/.exec(text.join(' '))?.[1] ?? name;
}

async function bodyOf<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await context.req.json().catch(() => undefined);
  const found = schema.safeParse(body);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new Refusal(400, `${issue?.path.join('.') || 'the request'}: ${issue?.message ?? 'is not understood'}.`);
}
