/** The command `lenet fleet status`, the end of a study in the database, and what a coordinator says. */
import { duration } from '../base/format.ts';
import { visible, visibleLines } from '../base/plain-text.ts';
import { databaseAddress, placeOf } from '../fleet/address.ts';
import { connect, type Database } from '../fleet/database.ts';
import type { FleetEvent } from '../fleet/fleet-event.ts';
import type { OutageEvent } from '../fleet/outage.ts';
import { cancelStudy, countJobs } from '../fleet/sql/cancel-jobs.ts';
import { requireSchema } from '../fleet/sql/install.ts';
import { readStudies, removeStudy, type StudySeen } from '../fleet/sql/studies.ts';
import { isAlive, readWorkers, type WorkerSeen } from '../fleet/sql/workers.ts';
import { terminalTable, wrapped } from '../report/terminal-table.ts';
import { countText } from '../report/words/numbers.ts';
import { terminalWidth } from './terminal.ts';

/** Prints workers, queue and studies of the fleet. */
export async function fleetStatus(json: boolean): Promise<void> {
  const address = databaseAddress();
  const database = await connect(address, { connections: 2 });
  try {
    await requireSchema(database);
    const [workers, jobs, studies] = await Promise.all([
      readWorkers(database),
      countJobs(database),
      readStudies(database),
    ]);
    if (json) {
      process.stdout.write(`${JSON.stringify({ workers, jobs, studies }, null, 2)}\n`);
      return;
    }
    const alive = workers.filter(isAlive);
    const places = alive.reduce((sum, { slots }) => sum + slots, 0);
    const who = `${countText(alive.length, 'worker')} with ${countText(places, 'place')}`;
    const text = [
      wrapped(
        `Fleet at ${placeOf(address)}: ${who}; trainings: ${jobs.active} at work, ${jobs.queued} waiting`,
        terminalWidth(),
      ),
      ...(workers.length > 0 ? ['', workerTable(workers)] : []),
      ...(studies.length > 0 ? ['', studyTable(studies)] : []),
    ];
    process.stdout.write(`${visibleLines(text.join('\n'))}\n`);
  } finally {
    await database.close();
  }
}

function lifeText(seen: { readonly silentSeconds: number }): string {
  return isAlive(seen) ? 'alive' : `silent for ${duration(seen.silentSeconds)}`;
}

/** Makes columns of rows. Those of the highest rank are left out first where the terminal is narrow. */
function columnsOf<Row>(rows: readonly Row[]) {
  const text = (head: string, cell: (row: Row) => string, rank = 0) => ({ head, cells: rows.map(cell), rank });
  const number = (head: string, cell: (row: Row) => string, rank = 0) => ({
    ...text(head, cell, rank),
    align: 'right' as const,
  });
  return { text, number };
}

function workerTable(workers: readonly WorkerSeen[]): string {
  const { text, number } = columnsOf(workers);
  const columns = [
    text('worker', ({ id, name }) => `${name} ${id.slice(0, 8)}`),
    text('state', lifeText),
    number('at work', ({ doing, slots }) => `${doing.length} of ${slots}`),
    number('ended', ({ ended }) => `${ended}`, 1),
    number('slowest', slowestText, 2),
  ];
  return terminalTable({ columns }, terminalWidth());
}

/** The time of the training that has taken longest; empty where none is at work. */
function slowestText({ doing }: WorkerSeen): string {
  const seconds = Math.max(0, ...doing.map((one) => one.seconds));
  return seconds > 0 ? duration(seconds) : '';
}

function studyTable(studies: readonly StudySeen[]): string {
  const { text, number } = columnsOf(studies);
  const columns = [
    text('study', ({ id, name }) => `${name} ${id.slice(0, 8)}`),
    text('state', studyState),
    number('in flight', ({ status }) => `${status.wanted ?? 0}`),
    number('results', ({ results }) => `${results}`, 1),
    number('a minute', ({ status }) => (status.perMinute ?? 0).toFixed(1), 2),
    number('time left', timeLeftText),
    number('checks', ({ status }) => `${status.checks ?? 0}`, 3),
    number('copies', ({ status }) => `${status.copies ?? 0}`, 4),
    number('files', ({ megabytes }) => `${megabytes.toFixed(1)} MB`, 5),
  ];
  return terminalTable({ columns }, terminalWidth());
}

function studyState(study: StudySeen): string {
  if (study.status.left === 0) return 'ended';
  return isAlive(study) ? 'at work' : lifeText(study);
}

/** Empty where nobody knows. */
function timeLeftText({ status: { secondsLeft }, ...study }: StudySeen): string {
  return isAlive(study) && secondsLeft ? duration(secondsLeft) : '';
}

/** Removes a study from the database, with its jobs, results and files. */
export async function removeFromDatabase(database: Database, study: string): Promise<void> {
  await cancelStudy(database, study);
  await removeStudy(database, study);
}

/** A line about the fleet, for the terminal of the coordinator. */
export function fleetLine(event: FleetEvent): string {
  return visible(textOf(event));
}

function textOf(event: FleetEvent): string {
  switch (event.type) {
    case 'worker came':
      return `Worker ${event.worker.name} ${event.worker.id.slice(0, 8)} came (${event.worker.slots} at once); ${countText(event.workers, 'worker')}`;
    case 'worker left':
      return `Worker ${event.worker.name} ${event.worker.id.slice(0, 8)} left; ${countText(event.workers, 'worker')} now. Its trainings go on elsewhere from their last checkpoints`;
    case 'no worker':
      return 'No worker is there. Start one on any machine with: npx lenet worker';
    case 'straggler':
      return `Trial ${event.number} takes much longer than others; an idle worker trains a copy`;
    case 'refused result':
      return `A result was refused and its training sent again: ${event.why}`;
    case 'idle': {
      const { places, wanted, parallel } = event;
      const why =
        parallel !== null && wanted >= parallel
          ? `its search has at most ${parallel} (parallel)`
          : 'it cannot ask for more until some end';
      return `${countText(places, 'place')} of workers ${places === 1 ? 'is' : 'are'} idle: the study has ${countText(wanted, 'training')} in flight, and ${why}`;
    }
    case 'away':
    case 'back':
      return outageText(event);
  }
}

/** The same for coordinators and workers. */
export function outageText(event: OutageEvent): string {
  return event.type === 'away' ? `The database is away (${event.why}); waiting for it.` : 'The database is back.';
}
