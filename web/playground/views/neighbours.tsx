/** The training digits whose pixels differ least from a drawing. */
import { useEffect, useState } from 'preact/hooks';
import type { Neighbour } from '../lab/protocol.ts';
import { Maps } from '../pictures/maps.tsx';
import { nearest } from '../state/lab.ts';

/** How long a drawing must rest before they are looked for [ms]. */
const restMs = 150;

export function Neighbours({ image }: { readonly image: Uint8Array | undefined }) {
  const [neighbours, setNeighbours] = useState<readonly Neighbour[]>([]);
  useEffect(() => {
    let isPresent = true;
    if (!image) setNeighbours([]);
    const look = async (pixels: Uint8Array) => {
      const found = await nearest(pixels, 8);
      if (isPresent) setNeighbours(found);
    };
    const timer = image && setTimeout(() => void look(image), restMs);
    return () => {
      isPresent = false;
      clearTimeout(timer);
    };
  }, [image]);
  return (
    <section class="panel" aria-labelledby="nearest-title">
      <h2 id="nearest-title">Nearest training digits</h2>
      {neighbours.length === 0 ? (
        <p class="note">The training digits whose pixels differ least from your drawing.</p>
      ) : (
        <ul class="mistakes">
          {neighbours.map(({ index, label, image: found }) => (
            <li key={index}>
              <Maps
                data={found}
                width={28}
                height={28}
                columns={1}
                palette="digit"
                scale={2}
                label={`A ${label}, training digit ${index + 1}`}
              />
              <span>a {label}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
