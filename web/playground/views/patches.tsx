/** Which patch of the image excites each filter most: for both convolutions. */
import type { LayerOutput } from '../../../src/train/inspector.ts';
import { Maps } from '../pictures/maps.tsx';
import { type Convolution, fields, patchOf, strongestPlaces } from '../pictures/patches.ts';
import { filtersOf } from '../state/eye.ts';

export interface PatchesProps {
  readonly image: Uint8Array;
  readonly outputs: ReadonlyMap<string, LayerOutput>;
}

export function Patches({ image, outputs }: PatchesProps) {
  return (
    <section class="panel" aria-labelledby="patches-title">
      <h2 id="patches-title">Which patch excites which filter</h2>
      <h3>Convolution 1: a patch of 5 x 5 above its filter</h3>
      <Row image={image} output={outputs.get('relu1')!} layer="conv1" />
      <h3>Convolution 2: what each of 16 filters saw where it was excited most, 14 x 14</h3>
      <Row image={image} output={outputs.get('relu2')!} layer="conv2" />
    </section>
  );
}

function Row({
  image,
  output,
  layer,
}: {
  readonly image: Uint8Array;
  readonly output: LayerOutput;
  readonly layer: Convolution;
}) {
  const { size, step } = fields[layer];
  const filters = filtersOf('conv1');
  return (
    <ul class="patches">
      {strongestPlaces(output).map(({ x, y, value }, map) => (
        <li key={map} class={value === 0 ? 'silent' : undefined}>
          <Maps
            data={patchOf(image, { x: x * step, y: y * step, size })}
            width={size}
            height={size}
            columns={1}
            palette="digit"
            scale={layer === 'conv1' ? 8 : 4}
            label={
              value === 0
                ? `Filter ${map + 1} is not excited`
                : `The patch at ${x * step}, ${y * step} that excites filter ${map + 1} most`
            }
          />
          {layer === 'conv1' && filters && (
            <Maps
              data={filters.subarray(map * 25, (map + 1) * 25)}
              width={5}
              height={5}
              columns={1}
              palette="weight"
              scale={8}
              label={`Filter ${map + 1}`}
            />
          )}
          <span>{value === 0 ? 'silent' : value.toFixed(2)}</span>
        </li>
      ))}
    </ul>
  );
}
