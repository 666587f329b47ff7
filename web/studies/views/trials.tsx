/** The table of trials: only the rows in sight are in the page, so that ten thousand stay fluid. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { csvOf } from '../../shared/chart/csv.ts';
import { download, fileName } from '../../shared/download.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { address, changeQuery, linkTo } from '../address.ts';
import { studyPath } from '../data/api.ts';
import { columnsOf, sorted } from '../data/columns.ts';
import { numbersText } from '../data/filter.ts';
import { useNames, useSelection } from '../data/selection.ts';
import { countText } from '../data/words.ts';
import { TrialBadge } from '../parts/badge.tsx';
import { useRowKeys } from '../parts/row-keys.ts';
import { Empty } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

const rowHeight = 34;
/** Rows above and below what is in sight. */
const spare = 8;

export default function Trials({ study, data }: StudyViewProps) {
  const { query } = address.value;
  const { filter, trials, settingsOf } = useSelection(data);
  const names = useNames(data, study.facts.value);
  const { head } = data;
  const columns = useMemo(
    () => columnsOf(data.trials, { head, names, at: filter.at, settingsOf }),
    [data.trials, head, names, filter.at, settingsOf],
  );
  const [by = 'number', direction] = (query.sort ?? '').split(' ');
  const column = columns.find(({ name }) => name === by) ?? columns[0]!;
  const descending = direction === 'down';
  const rows = useMemo(
    () => sorted(trials, column, { descending, pinned: filter.pinned }),
    [trials, column, descending, filter.pinned],
  );
  const host = useRef<HTMLElement>(null);
  const numbers = useMemo(() => rows.map(({ number }) => number), [rows]);
  const keys = useRowKeys({ host, names: numbers, rowHeight });
  const [{ first, count }, setView] = useState({ first: 0, count: 40 });
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const look = () => {
      const seen = {
        first: Math.max(0, Math.floor(element.scrollTop / rowHeight) - spare),
        count: Math.ceil(element.clientHeight / rowHeight) + 2 * spare,
      };
      setView((before) => (before.first === seen.first && before.count === seen.count ? before : seen));
    };
    element.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [rows.length === 0]);
  if (rows.length === 0) return <Empty>No trial passes the filter.</Empty>;
  const start = Math.min(first, Math.max(0, rows.length - count));
  const shown = rows.slice(start, start + count);
  const toggle = (key: 'pin' | 'hide', set: ReadonlySet<number>, number: number) => {
    const next = new Set(set);
    if (!next.delete(number)) next.add(number);
    keys.keepFocus(number);
    changeQuery({ [key]: numbersText(next) });
  };
  const exportRows = () => {
    const text = csvOf(
      columns.map(({ title }) => title),
      rows.map((trial) => columns.map(({ value }) => value(trial))),
    );
    download(fileName(`${head.name} trials`, 'csv'), text, 'text/csv');
  };
  return (
    <>
      <div class="choices">
        <button type="button" onClick={exportRows}>
          CSV of {countText(rows.length, 'row')}
        </button>
        {head.kind === 'study' && (
          <a href={studyPath(study.id, 'trials.csv')} download>
            CSV of everything recorded
          </a>
        )}
      </div>
      <p class="unseen">In the table, arrow up and down lead from row to row.</p>
      <Scroll class="rows" element={host} label="Trials">
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">
                <span class="unseen">actions</span>
              </th>
              {columns.map(({ name, title, isNumber, width }) => (
                <th
                  key={name}
                  scope="col"
                  class={isNumber ? 'number' : ''}
                  style={{ minWidth: `${width}ch` }}
                  aria-sort={name === column.name ? (descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button type="button" onClick={() => changeQuery({ sort: nextSort(name, column.name, descending) })}>
                    {title}
                    <span aria-hidden="true">{name === column.name ? (descending ? ' ▼' : ' ▲') : ''}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody onKeyDown={keys.onKeyDown} onFocusIn={keys.onFocusIn}>
            <Room rows={start} columns={columns.length + 1} />
            {shown.map((trial, index) => {
              const isPinned = filter.pinned.has(trial.number);
              const tabIndex = keys.tabIndexOf(trial.number, shown[0]?.number);
              return (
                <tr
                  key={trial.number}
                  data-row={trial.number}
                  aria-rowindex={start + index + 2}
                  class={isPinned ? 'selected' : ''}
                >
                  <td class="row-actions">
                    <button
                      type="button"
                      tabIndex={tabIndex}
                      aria-pressed={isPinned}
                      aria-label={`Pin trial ${trial.number}`}
                      title="Keep it at the top"
                      onClick={() => toggle('pin', filter.pinned, trial.number)}
                    >
                      {isPinned ? '★' : '☆'}
                    </button>
                    <button
                      type="button"
                      tabIndex={tabIndex}
                      aria-label={`Hide trial ${trial.number}`}
                      title="Hide it here and in every chart"
                      onClick={() => toggle('hide', filter.hidden, trial.number)}
                    >
                      ✕
                    </button>
                  </td>
                  {columns.map(({ name, isNumber, value, text }) => (
                    <td key={name} class={isNumber ? 'number' : ''}>
                      {name === 'number' ? (
                        <a href={linkTo('study', study.id, 'trial', trial.number)} tabIndex={tabIndex}>
                          {trial.number}
                        </a>
                      ) : name === 'state' ? (
                        <TrialBadge state={trial.state} />
                      ) : (
                        (text?.(trial) ?? value(trial) ?? '')
                      )}
                    </td>
                  ))}
                </tr>
              );
            })}
            <Room rows={rows.length - start - shown.length} columns={columns.length + 1} />
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

/** The room of rows out of sight. */
function Room({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="room">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}

/** Up, then down, then as they come. */
function nextSort(name: string, present: string, descending: boolean): string | undefined {
  if (name !== present) return `${name} up`;
  return descending ? undefined : `${name} down`;
}
