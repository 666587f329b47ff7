/** A trial of a study: its settings, its files, and what its network answered. */
import { existsSync } from 'node:fs';
import type { Hono } from 'hono';
import { StudyFolder } from '../../runner/study-folder.ts';
import type { ServerContext } from '../context.ts';
import { answerWithFile, filesOf } from '../files.ts';
import { shownSettings } from '../live/parameters.ts';
import type { TrialDetails } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { ownStudy } from './studies.ts';

export function trials(app: Hono, { library, options, privacy }: ServerContext): void {
  app.get('/api/studies/:id/trials/:number', async (context) => {
    const shelf = await library.study(context.req.param('id'));
    const number = numberOf(context.req.param('number'));
    const { study, own } = shelf;
    await study.look();
    const row = study.row(number);
    const head = study.head();
    if (!row || !head) throw new Refusal(404, `There is no trial ${number}.`);
    const folder = new StudyFolder(shelf.place).trial(number);
    const trial = own?.study.record?.trials.find((each) => each.number === number);
    const meaning = own?.study.settings;
    const recorded = trial
      ? (meaning?.upgraded?.(trial.configuration, own!.study.record!.format) ?? trial.configuration)
      : {};
    const all = Object.keys({ ...meaning?.parameters, ...recorded });
    const columns = all.map((name) => ({ name, varies: false, scale: { kind: 'choices' as const, values: [] } }));
    const hasFiles = existsSync(folder.predictionsPath) && existsSync(folder.modelPath);
    const isComplete = row.state === 'complete' && !row.foreign;
    const base = `/api/studies/${encodeURIComponent(shelf.id)}/trials/${number}/files`;
    const details: TrialDetails = {
      row,
      settings: trial && meaning ? shownSettings(recorded, columns, { settings: meaning }) : study.settingsOf(number),
      given: Object.keys(recorded),
      environment:
        privacy.head(head).sessions.findLast(({ started }) => row.started !== null && started <= row.started) ?? null,
      files: own ? await filesOf(folder.path, base) : [],
      hasAnswers: isComplete && hasFiles,
      why: isComplete && hasFiles ? null : whyNot(row),
    };
    return context.json(details);
  });

  app.get('/api/studies/:id/trials/:number/answers', async (context) => {
    const { place } = ownStudy(await library.study(context.req.param('id')));
    const trial = numberOf(context.req.param('number'));
    const shown = { pictures: options.pictures, isPrivate: options.isPrivate };
    return context.json(await library.pictures.ask('answers', { folder: place, trial, shown }));
  });

  app.get('/api/studies/:id/trials/:number/files/:name', async (context) => {
    const { place } = ownStudy(await library.study(context.req.param('id')));
    const { path } = new StudyFolder(place).trial(numberOf(context.req.param('number')));
    return answerWithFile(context, path, { isPrivate: options.isPrivate === true });
  });
}

function numberOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal(404, `There is no trial "${text}".`);
}

function whyNot({ state, results, foreign }: TrialDetails['row']): string {
  if (foreign) return 'Another program added this trial.';
  if (state === 'running') return 'The trial still runs.';
  if (state !== 'complete') return `The trial ${state === 'failed' ? 'failed' : 'was stopped early'}.`;
  return results === 'dropped'
    ? 'Its model was dropped to save room.'
    : 'Its model and predictions are not in its folder.';
}
