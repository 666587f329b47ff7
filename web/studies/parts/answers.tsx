/** What a trained network answers: confusion matrix, scores by class, worst mistakes, filters of its first layer. */

import type { AnswersView, ClassView } from '../../../src/server/protocol.ts';
import { csvOf } from '../../shared/chart/csv.ts';
import { ChartFrame } from '../../shared/chart/frame.tsx';
import { Scroll } from '../../shared/scroll.tsx';
import { confusionSvg } from '../charts/confusion.ts';
import { countText } from '../data/words.ts';
import { FilterPictures } from './filters.tsx';
import { Picture } from './picture.tsx';

export function Answers({ answers }: { readonly answers: AnswersView }) {
  const { set, images, classes, confusion, mistakes, mistakesCount, filters, withoutPictures, credit } = answers;
  const names = classes.map(({ name }) => name);
  const head = ['class', ...names.map((name) => `answered ${name}`)];
  return (
    <>
      <p>
        {countText(mistakesCount, 'mistake')} among {countText(images, 'image')} of the {set} set.
      </p>
      <div class="charts">
        <ChartFrame
          title="Confusion matrix"
          svg={() => confusionSvg(confusion, names, `Confusion matrix, ${set} set`)}
          csv={() =>
            csvOf(
              head,
              confusion.map((row, index) => [names[index], ...row]),
            )
          }
        >
          <Confusion confusion={confusion} names={names} />
        </ChartFrame>
        <Classes classes={classes} />
      </div>
      <h3>Most confidently wrong</h3>
      {withoutPictures && <p class="note">{withoutPictures}</p>}
      {mistakes.length === 0 ? (
        <p>No image is wrong.</p>
      ) : (
        <ul class="pictures">
          {mistakes.map(({ image, label, answer, probability, picture }) => (
            <li key={image}>
              <Picture picture={picture} alt={`image ${image}, a ${label} taken for a ${answer}`} />
              {label} taken for {answer} ({(probability * 100).toFixed(1)} %)
            </li>
          ))}
        </ul>
      )}
      {credit && <p class="note">{credit}</p>}
      {filters.length > 0 && (
        <>
          <h3>Filters of the first layer</h3>
          <FilterPictures filters={filters} />
        </>
      )}
    </>
  );
}

interface ConfusionProps {
  readonly confusion: readonly (readonly number[])[];
  readonly names: readonly string[];
}

/** Mistakes are shaded by their number; right answers have a frame. */
function Confusion({ confusion, names }: ConfusionProps) {
  const most = Math.max(1, ...confusion.flatMap((row, y) => row.filter((_, x) => x !== y)));
  return (
    <Scroll label="Confusion matrix">
      <table class="confusion">
        <caption>One row a class, one column an answer</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, y) => (
            <tr key={names[y]}>
              <th scope="row">{names[y]}</th>
              {row.map((count, x) => (
                <td
                  key={names[x]}
                  class={`number ${x === y ? 'right' : count > 0 ? 'mistake' : 'none'}`}
                  style={x !== y && count > 0 ? { '--share': `${Math.round(12 + 38 * (count / most))}%` } : {}}
                >
                  {count === 0 ? '·' : count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Classes({ classes }: { readonly classes: readonly ClassView[] }) {
  const text = (share: number) => (share * 100).toFixed(2);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">Scores by class (%)</span>
      </figcaption>
      <Scroll label="Scores by class">
        <table>
          <thead>
            <tr>
              <th scope="col">class</th>
              {['precision', 'recall', 'F1', 'images'].map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map(({ name, precision, recall, f1, support }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{text(precision)}</td>
                <td class="number">{text(recall)}</td>
                <td class="number">{text(f1)}</td>
                <td class="number">{support}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </figure>
  );
}
