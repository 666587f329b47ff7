/** Runs: their curves, their stream, their files, and what their network answered. */
import type { Hono } from 'hono';
import type { ServerContext } from '../context.ts';
import type { RunContent } from '../curves/run-content.ts';
import { eventStream, type ServerEvent } from '../event-stream.ts';
import { eventTurns } from '../event-turns.ts';
import { answerWithFile, filesOf } from '../files.ts';
import { nameOfShelf, type RunShelf } from '../library.ts';
import { watchFile } from '../live/file-watch.ts';
import { Pause } from '../live/pause.ts';
import type { EntryState, RunEvents, RunOpening } from '../protocol.ts';
import { problemOf, Refusal } from '../refusal.ts';

const lookMs = 1000;

/** How recently its files must have been written for a run to count as running [milliseconds]. */
const runningMs = 60_000;

export function runs(app: Hono, { library, options, privacy }: ServerContext): void {
  app.get('/api/runs/:id', async (context) => {
    const shelf = await library.run(context.req.param('id'));
    const { kind, id, path, run } = shelf;
    const { position, content } = await run.look();
    const base = `/api/runs/${encodeURIComponent(id)}/files`;
    const { series, settings, data, hasAnswers } = content;
    const opening: RunOpening = {
      ...{ kind, id, path, name: nameOfShelf(shelf), state: stateOfRun(shelf, content), settings, data, series },
      files: await filesOf(run.folder, base),
      hasAnswers,
      notes: content.notes.map(privacy.text),
      position,
    };
    return context.json(opening);
  });

  app.get('/api/runs/:id/events', async (context) => {
    const shelf = await library.run(context.req.param('id'));
    let at = context.req.header('last-event-id') || context.req.query('from');
    let problem: string | undefined;
    const told = new Map<string, string>();
    const look = async () => {
      try {
        const { position, content } = await shelf.run.look();
        problem = undefined;
        const isKnown = at === undefined || at === position;
        const changed = content.series.filter((series) => {
          const json = JSON.stringify(series);
          const before = told.get(series.tag);
          told.set(series.tag, json);
          return before === undefined ? !isKnown : before !== json;
        });
        if (isKnown && changed.length === 0) {
          at = position;
          return { events: [] };
        }
        at = position;
        const data = { series: changed, state: stateOfRun(shelf, content), notes: content.notes.map(privacy.text) };
        return { events: [{ ...eventOf('series', data), id: position }] };
      } catch (error) {
        const found = problemOf(error)?.problem ?? 'Its files cannot be read.';
        if (found === problem) return { events: [] };
        problem = found;
        return { events: [eventOf('problem', { problem: privacy.text(found) })] };
      }
    };
    return eventStream((signal) => {
      const pause = new Pause(signal);
      watchFile(`${shelf.run.folder}/metrics.jsonl`, () => pause.end(), signal);
      return eventTurns(look, { wait: () => pause.wait(lookMs), signal });
    });
  });

  app.get('/api/runs/:id/answers', async (context) => {
    const { kind, run } = await library.run(context.req.param('id'));
    if (kind !== 'run') throw new Refusal(409, 'Event files hold no answers.');
    const shown = { pictures: options.pictures, isPrivate: options.isPrivate };
    return context.json(await library.pictures.ask('runAnswers', { folder: run.folder, shown }));
  });

  app.get('/api/runs/:id/files/:name', async (context) => {
    const { run } = await library.run(context.req.param('id'));
    return answerWithFile(context, run.folder, { isPrivate: options.isPrivate === true });
  });
}

function stateOfRun({ changed }: RunShelf, { isFinished }: RunContent): EntryState {
  if (isFinished) return 'finished';
  return Date.now() - changed < runningMs ? 'running' : 'interrupted';
}

function eventOf<K extends keyof RunEvents>(event: K, data: RunEvents[K]): ServerEvent {
  return { event, data: JSON.stringify(data) };
}
