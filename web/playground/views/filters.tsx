/** The filters of both convolutions as they form. */
import { useRef } from 'preact/hooks';
import { Maps } from '../pictures/maps.tsx';
import { filtersOf } from '../state/eye.ts';
import { useWhileSeen } from './while-seen.ts';

export function Filters() {
  const panel = useRef<HTMLElement>(null);
  const [first, second] = useWhileSeen(panel, () => [filtersOf('conv1'), filtersOf('conv2')]);
  if (!first || !second) return <section ref={panel} />;
  return (
    <section class="panel" ref={panel} aria-labelledby="filters-title">
      <h2 id="filters-title">Filters as they form</h2>
      <div class="filters">
        <figure>
          <Maps
            data={first}
            width={5}
            height={5}
            columns={3}
            palette="weight"
            scale={12}
            label="The 6 filters of convolution 1, 5 x 5 weights each"
          />
          <figcaption>Convolution 1: 6 filters of 5 x 5. Blue: above 0, orange: below 0</figcaption>
        </figure>
        <figure>
          <Maps
            data={second}
            width={5}
            height={5}
            columns={16}
            palette="weight"
            scale={5}
            label="The 16 filters of convolution 2, each of 6 slices of 5 x 5 weights"
          />
          <figcaption>Convolution 2: 16 filters of 6 slices, row by row</figcaption>
        </figure>
      </div>
    </section>
  );
}
