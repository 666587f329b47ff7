/** The scores of two configurations seed by seed, with the images on which they differ. */
import type { ComparisonView, PairView } from '../../../src/server/protocol.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { changeQuery, linkTo } from '../address.ts';
import type { StudyData } from '../data/study.ts';
import { differenceText, scoreText } from '../data/words.ts';

export function Pairs({
  comparison: { first, second, pairs },
  id,
  data,
  shown,
}: {
  readonly comparison: ComparisonView;
  readonly id: string;
  readonly data: StudyData;
  /** The seed whose images are shown below. */
  readonly shown: number | undefined;
}) {
  const { objective } = data.head;
  const hasImages = pairs.some(({ images }) => images);
  const score = ({ trial, score: value }: PairView['first']) => (
    <a href={linkTo('study', id, 'trial', trial)}>{scoreText(value, objective)}</a>
  );
  return (
    <Scroll label="Seed by seed">
      <table>
        <caption>Seed by seed</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              seed
            </th>
            <th scope="col" class="number">
              {first.id}
            </th>
            <th scope="col" class="number">
              {second.id}
            </th>
            <th scope="col" class="number">
              difference
            </th>
            {hasImages && (
              <>
                <th scope="col" class="number">
                  right in {first.id} only
                </th>
                <th scope="col" class="number">
                  right in {second.id} only
                </th>
                <th scope="col" class="number">
                  p (McNemar)
                </th>
                <td />
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={pair.seed} class={pair.seed === shown ? 'selected' : ''}>
              <th scope="row" class="number">
                {pair.seed}
              </th>
              <td class="number">{score(pair.first)}</td>
              <td class="number">{score(pair.second)}</td>
              <td class="number">{differenceText(pair.difference, objective)}</td>
              {pair.images && (
                <>
                  <td class="number">{pair.images.onlyFirst.toLocaleString('en-US')}</td>
                  <td class="number">{pair.images.onlySecond.toLocaleString('en-US')}</td>
                  <td class="number">{pair.images.p < 0.001 ? '< 0.001' : pair.images.p.toFixed(3)}</td>
                  <td>
                    <button
                      type="button"
                      aria-pressed={pair.seed === shown}
                      onClick={() => changeQuery({ seed: String(pair.seed) })}
                    >
                      show images<span class="unseen"> of seed {pair.seed}</span>
                    </button>
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
