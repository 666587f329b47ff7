/** A study: its opening, its stream, its facts and its table. */
import type { Context, Hono } from 'hono';
import { journalPathIn } from '../../runner/study-journal.ts';
import type { ServerContext } from '../context.ts';
import { startsIn } from '../control/starts.ts';
import { eventStream } from '../event-stream.ts';
import { eventTurns } from '../event-turns.ts';
import { fleetView } from '../fleet-view.ts';
import type { StudyShelf } from '../library.ts';
import { watchFile } from '../live/file-watch.ts';
import { Pause } from '../live/pause.ts';
import { patienceMs, type StudySurroundings, StudyTeller } from '../live/study-events.ts';
import { optunaFacts } from '../optuna-facts.ts';
import { Refusal } from '../refusal.ts';
import { stateOf } from '../study-state.ts';

/** The longest wait between two looks at a journal, and at who works on it [milliseconds]. */
const lookMs = 1000;

export function studies(app: Hono, { library, options, children, privacy }: ServerContext): void {
  const state = (shelf: StudyShelf) => privacy.state(stateOf(shelf, { control: options.control, children }));

  /** Why there is no study yet that was started here; undefined where none was. */
  const startOf = (id: string): Refusal | undefined => {
    const child = startsIn(library.folder, children).find((start) => start.id === id)?.child;
    if (child?.isRunning) return new Refusal(425, 'The study is being started; nothing is recorded yet.');
    return child?.lastWords ? new Refusal(409, privacy.text(child.lastWords)) : undefined;
  };

  app.get('/api/studies/:id', async (context) => {
    const id = context.req.param('id');
    const shelf = await library.study(id).catch((error: unknown) => {
      throw startOf(id) ?? error;
    });
    const { study, own } = shelf;
    await study.look(patienceMs);
    const head = study.head();
    if (!head) throw startOf(id) ?? new Refusal(409, 'Nothing is recorded in this study yet.');
    const { json } = study.rowsAfter(-1);
    if (!study.isBehind) own?.facts.refresh(study.position);
    const others = JSON.stringify({
      head: privacy.head(head),
      state: state(shelf),
      position: study.position,
      isWhole: !study.isBehind,
    });
    return context.body(`${others.slice(0, -1)},${json.slice(1)}`, 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    });
  });

  app.get('/api/studies/:id/events', async (context) => {
    const shelf = await library.study(context.req.param('id'));
    const from = context.req.header('last-event-id') || context.req.query('from');
    return eventStream((signal) => {
      library.watch(shelf, signal);
      const pause = new Pause(signal);
      watchFile(shelf.own ? journalPathIn(shelf.place) : shelf.place, () => pause.end(), signal);
      const around: StudySurroundings = {
        state: () => state(shelf),
        head: privacy.head,
        told: privacy.text,
        factsPosition: () => shelf.own?.facts.position,
        refresh: (position, wake) => shelf.own?.facts.refresh(position, wake),
      };
      const teller = new StudyTeller(shelf.study, from, around);
      const wake = () => pause.end();
      return eventTurns(() => teller.look(wake), { wait: () => pause.wait(lookMs), signal });
    });
  });

  app.get('/api/studies/:id/facts', async (context) => {
    const { study, own } = await library.study(context.req.param('id'));
    await study.look();
    if (!own) return context.json(optunaFacts(study));
    const { summary: _, ...facts } = await own.facts.facts(study.position);
    return privateJson(context, facts);
  });

  app.get('/api/studies/:id/fleet', async (context) => {
    const { place } = ownStudy(await library.study(context.req.param('id')));
    return context.json(fleetView(place, { isPrivate: options.isPrivate ?? false, now: Date.now() }));
  });

  app.get('/api/studies/:id/trials.csv', async (context) => {
    const { place, path } = ownStudy(await library.study(context.req.param('id')));
    const csv = await library.facts.ask('csv', { folder: place });
    const name = `${
      path
        .split('/')
        .at(-1)
        ?.replace(/[^\w.-]/g, '_') || 'study'
    }-trials.csv`;
    return context.body(privacy.text(csv), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}"`,
    });
  });

  app.get('/api/studies/:id/compare', async (context) => {
    const { place } = ownStudy(await library.study(context.req.param('id')));
    const { a = '', b = '' } = context.req.query();
    return context.json(await library.facts.ask('compare', { folder: place, a, b }));
  });

  app.get('/api/studies/:id/compare/images', async (context) => {
    const { place } = ownStudy(await library.study(context.req.param('id')));
    const { a = '', b = '', seed = '' } = context.req.query();
    if (!/^\d{1,15}$/.test(seed)) throw new Refusal(400, 'seed: expected a number.');
    const shown = { pictures: options.pictures, isPrivate: options.isPrivate };
    return context.json(await library.pictures.ask('disagreement', { folder: place, a, b, seed: Number(seed), shown }));
  });

  /** JSON in which places are left out, if they are to be. */
  function privateJson(context: Context, value: object): Response {
    if (!options.isPrivate) return context.json(value);
    return context.body(privacy.text(JSON.stringify(value)), 200, {
      'Content-Type': 'application/json; charset=utf-8',
    });
  }
}

/** @throws Refusal for a study of another program. */
export function ownStudy(shelf: StudyShelf): StudyShelf & { readonly own: NonNullable<StudyShelf['own']> } {
  const { own } = shelf;
  if (!own) throw new Refusal(409, 'Another program wrote this study; only its trials and curves are shown.');
  return { ...shelf, own };
}
