/** Two configurations seed by seed: paired differences, and the images that one gets right and the other does not. */

import { useMemo } from 'preact/hooks';
import type { ComparisonView, DisagreementView, DisputedImage, Facts, PairView } from '../../../src/server/protocol.ts';
import { Chart } from '../../shared/chart/chart.tsx';
import type { Plot } from '../../shared/chart/plot.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { address, changeQuery, linkTo } from '../address.ts';
import { studyPath } from '../data/api.ts';
import { useLoaded } from '../data/loaded.ts';
import type { StudyData } from '../data/study.ts';
import { countText, differenceText, scoreText } from '../data/words.ts';
import { Choice } from '../parts/choice.tsx';
import { Picture } from '../parts/picture.tsx';
import { Empty, Failed, Loading, Show } from '../parts/states.tsx';
import type { StudyViewProps } from '../views.ts';

export default function Compare({ study, data }: StudyViewProps) {
  const facts = study.facts.value;
  const problem = study.factsProblem.value;
  if (!facts) return problem ? <Failed message={problem} retry={study.reload} /> : <Loading what="names" />;
  // A configuration without a trial has nothing to compare.
  const trained = facts.names.filter(({ index }) => index !== null);
  if (trained.length < 2) return <Empty>Two trained configurations are needed.</Empty>;
  return <Chosen id={study.id} names={trained} winner={facts.show?.winner?.configuration} data={data} />;
}

interface ChosenProps {
  readonly id: string;
  readonly names: Facts['names'];
  /** The name of the winner, if there is one: compared first unless the address says otherwise. */
  readonly winner: string | undefined;
  readonly data: StudyData;
}

function Chosen({ id, names, winner, data }: ChosenProps) {
  const { query } = address.value;
  const a = names.find((name) => name.id === query.a) ?? names.find((name) => name.id === winner) ?? names[0]!;
  const b = names.find((name) => name.id === query.b && name !== a) ?? names.find((name) => name !== a)!;
  const options = names.map((name) => [name.id, `${name.id}: ${name.label}`] as const);
  // The rows tell when there is more to compare: the number of complete trials of both is part of the question.
  const known = data.trials.filter(
    ({ configuration, state }) => state === 'complete' && (configuration === a.index || configuration === b.index),
  ).length;
  const path = `${studyPath(id, 'compare')}?a=${encodeURIComponent(a.id)}&b=${encodeURIComponent(b.id)}`;
  const comparison = useLoaded<ComparisonView>(`${path}&trials=${known}`);
  return (
    <>
      <div class="choices">
        <Choice
          label="Compare"
          value={a.id}
          set={(value) => changeQuery({ a: value, b: b.id, seed: undefined })}
          options={options}
        />
        <Choice
          label="with"
          value={b.id}
          set={(value) => changeQuery({ a: a.id, b: value, seed: undefined })}
          options={options.filter(([each]) => each !== a.id)}
        />
        <button type="button" onClick={() => changeQuery({ a: b.id, b: a.id })}>
          Swap
        </button>
      </div>
      <Show loaded={comparison} what="comparison">
        {(found) => <Comparison comparison={found} id={id} data={data} />}
      </Show>
    </>
  );
}

function Comparison({
  comparison,
  id,
  data,
}: {
  readonly comparison: ComparisonView;
  readonly id: string;
  readonly data: StudyData;
}) {
  const { first, second, sentences, pairs, difference } = comparison;
  const { objective } = data.head;
  const { query } = address.value;
  const plot = useMemo((): Plot => {
    const label = `${first.id} minus ${second.id}${objective.isPercentage ? ' (points)' : ''}`;
    const x = pairs.map(({ seed }) => seed);
    const ends = x.length > 0 ? [Math.min(...x) - 0.5, Math.max(...x) + 0.5] : [];
    const { mean, interval } = difference ?? {};
    return {
      title: `Differences seed by seed, ${first.id} minus ${second.id}`,
      alt: `${label} for ${countText(pairs.length, 'seed')}: ${pairs.map((pair) => `seed ${pair.seed} ${differenceText(pair.difference, objective)}`).join(', ')}.`,
      x: { label: 'seed', whole: true },
      y: { label, decimals: objective.decimals },
      layers: [
        ...(interval
          ? [
              {
                kind: 'band',
                name: '95 % interval of the mean',
                ink: 'ours',
                x: ends,
                low: [interval[0], interval[0]],
                high: [interval[1], interval[1]],
              } as const,
            ]
          : []),
        ...(mean === undefined
          ? []
          : [{ kind: 'line', name: 'mean', ink: 'ours', x: ends, y: [mean, mean], width: 1.5 } as const]),
        { kind: 'line', name: 'no difference', ink: 'muted', x: ends, y: ends.map(() => 0), dash: [4, 3], width: 1 },
        {
          kind: 'points',
          name: 'a seed',
          ink: 'post',
          symbol: 'circle',
          size: 5,
          x,
          y: pairs.map((pair) => pair.difference),
          labelOf: (index) => `seed ${x[index]}`,
        },
      ],
    };
  }, [comparison, objective]);
  const seed = pairs.find((pair) => String(pair.seed) === query.seed) ?? pairs.find(({ images }) => images);
  return (
    <>
      <div class="strong sentences">
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      {pairs.length === 0 ? (
        <Empty>The two have no seed in common yet.</Empty>
      ) : (
        <>
          <Chart plot={plot} height={260} />
          <Pairs comparison={comparison} id={id} data={data} />
        </>
      )}
      {seed && <Disagreement key={seed.seed} pair={seed} comparison={comparison} id={id} />}
    </>
  );
}

function Pairs({
  comparison: { first, second, pairs },
  id,
  data,
}: {
  readonly comparison: ComparisonView;
  readonly id: string;
  readonly data: StudyData;
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
            <tr key={pair.seed}>
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
                    <button type="button" onClick={() => changeQuery({ seed: String(pair.seed) })}>
                      images<span class="unseen"> of seed {pair.seed}</span>
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

function Disagreement({
  pair: { seed },
  comparison: { first, second },
  id,
}: {
  readonly pair: PairView;
  readonly comparison: ComparisonView;
  readonly id: string;
}) {
  const query = new URLSearchParams({ a: first.id, b: second.id, seed: String(seed) });
  const images = useLoaded<DisagreementView>(`${studyPath(id, 'compare', 'images')}?${query}`);
  return (
    <section>
      <h2>Images on which the two differ, seed {seed}</h2>
      <Show loaded={images} what="images">
        {({ onlyFirst, onlySecond, counts, withoutPictures, credit }) => (
          <>
            {withoutPictures && <p class="note">{withoutPictures}</p>}
            <div class="sides">
              <Side title={`Only ${first.id} is right`} count={counts.onlyFirst} images={onlyFirst} wrong="second" />
              <Side title={`Only ${second.id} is right`} count={counts.onlySecond} images={onlySecond} wrong="first" />
            </div>
            {credit && <p class="note">{credit}</p>}
          </>
        )}
      </Show>
    </section>
  );
}

interface SideProps {
  readonly title: string;
  readonly count: number;
  readonly images: readonly DisputedImage[];
  readonly wrong: 'first' | 'second';
}

function Side({ title, count, images, wrong }: SideProps) {
  return (
    <div>
      <h3>
        {title}: {countText(count, 'image')}
      </h3>
      <ul class="pictures">
        {images.map((image) => {
          const mistaken = image[wrong];
          const text = mistaken
            ? `${image.label} taken for ${mistaken.answer} (${(mistaken.probability * 100).toFixed(1)} %)`
            : `a ${image.label}`;
          return (
            <li key={image.image}>
              <Picture picture={image.picture} alt={`image ${image.image}, ${text}`} />
              {text}
            </li>
          );
        })}
      </ul>
      {count > images.length && <p class="note">The first {images.length} are shown.</p>}
    </div>
  );
}
