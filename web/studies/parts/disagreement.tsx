/** The images of one seed that one of two configurations gets right and the other does not, side by side. */
import type { ComparisonView, DisagreementView, DisputedImage, PairView } from '../../../src/server/protocol.ts';
import { studyPath } from '../data/api.ts';
import { useLoaded } from '../data/loaded.ts';
import { countText } from '../data/words.ts';
import { Picture } from './picture.tsx';
import { Show } from './states.tsx';

export function Disagreement({
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
