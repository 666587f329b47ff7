/** The commands `lenet fleet status` and `lenet study finish`, and what a coordinator says. */
import { duration } from '../base/format.ts';
import { visible, visibleLines } from '../base/plain-text.ts';
import { databaseAddress, placeOf } from '../fleet/address.ts';
import { connect, type Database } from '../fleet/database.ts';
import type { FleetEvent } from '../fleet/pool.ts';
import { cancelStudy, countJobs } from '../fleet/sql/cancel-jobs.ts';
import { requireSchema } from '../fleet/sql/install.ts';
import { readStudies, removeStudy, type StudySeen } from '../fleet/sql/studies.ts';
import { isAlive, readWorkers, type WorkerSeen } from '../fleet/sql/workers.ts';
import { terminalTable } from '../report/terminal-table.ts';
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
    const places = workers.filter(isAlive).reduce((sum, { slots }) => sum + slots, 0);
    const text = [
      `Fleet at ${placeOf(address)}: ${workers.filter(isAlive).length} workers with ${places} places; ${jobs.queued} trainings wait, ${jobs.active} are at work`,
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

function workerTable(workers: readonly WorkerSeen[]): string {
  const column = (head: string, cell: (worker: WorkerSeen) => string) => ({ head, cells: workers.map(cell) });
  const columns = [
    column('worker', ({ id, name }) => `${name} ${id.slice(0, 8)}`),
    column('state', lifeText),
    column('at work', ({ doing, slots }) => `${doing.length} of ${slots}`),
    column('ended', ({ ended }) => `${ended}`),
    column('slowest', ({ doing }) => {
      const seconds = Math.max(0, ...doing.map((one) => one.seconds));
      return seconds > 0 ? duration(seconds) : '';
    }),
  ];
  return terminalTable({ columns }, terminalWidth());
}

function studyTable(studies: readonly StudySeen[]): string {
  const column = (head: string, cell: (study: StudySeen) => string) => ({ head, cells: studies.map(cell) });
  const columns = [
    column('study', ({ id, name }) => `${name} ${id.slice(0, 8)}`),
    column('coordinator', lifeText),
    column('in flight', ({ status }) => `${status.wanted ?? 0}`),
    column('results', ({ results }) => `${results}`),
    column('a minute', ({ status }) => (status.perMinute ?? 0).toFixed(1)),
    column('time left', ({ status: { secondsLeft }, ...study }) =>
      isAlive(study) && secondsLeft != null ? duration(secondsLeft) : '',
    ),
    column('checks', ({ status }) => `${status.checks ?? 0}`),
    column('copies', ({ status }) => `${status.copies ?? 0}`),
    column('files', ({ megabytes }) => `${megabytes.toFixed(1)} MB`),
  ];
  return terminalTable({ columns }, terminalWidth());
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
      return `Worker ${event.worker.name} ${event.worker.id.slice(0, 8)} came (${event.worker.slots} at once); ${event.workers} workers`;
    case 'worker left':
      return `Worker ${event.worker.name} ${event.worker.id.slice(0, 8)} left; ${event.workers} workers. Its trainings go on elsewhere from their last checkpoints`;
    case 'straggler':
      return `Trial ${event.number} takes much longer than others; an idle worker trains a copy`;
    case 'refused result':
      return `A result was refused and its training sent again: ${event.why}`;
    case 'idle':
      return `${event.places} places are idle: the study has ${event.wanted} trainings in flight now and cannot ask for more until some end`;
    case 'away':
      return `The database is away (${event.why}); waiting for it.`;
  }
}
