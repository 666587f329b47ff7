/** The filters of a first layer as small pictures: blue for positive weights, orange for negative ones. */
import { useEffect, useRef } from 'preact/hooks';

type Filter = readonly (readonly number[])[];

export function FilterPictures({ filters }: { readonly filters: readonly Filter[] }) {
  const largest = Math.max(1e-9, ...filters.flat(2).map(Math.abs));
  return (
    <>
      <ul class="pictures">
        {filters.map((filter, index) => (
          <li key={index}>
            <FilterPicture filter={filter} largest={largest} name={`filter ${index + 1}`} />
          </li>
        ))}
      </ul>
      <p class="note">Positive weights are blue, negative ones orange, white is zero.</p>
    </>
  );
}

function FilterPicture({
  filter,
  largest,
  name,
}: {
  readonly filter: Filter;
  readonly largest: number;
  readonly name: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const [height, width] = [filter.length, filter[0]?.length ?? 0];
    const element = canvas.current!;
    element.width = width;
    element.height = height;
    const context = element.getContext('2d')!;
    const picture = context.createImageData(width, height);
    for (const [place, value] of filter.flat().entries()) {
      const [red, green, blue] = value > 0 ? [23, 99, 184] : [194, 65, 12];
      const share = Math.min(1, Math.abs(value) / largest);
      const mixed = [red, green, blue].map((part) => 255 + (part! - 255) * share);
      picture.data.set([...mixed, 255], place * 4);
    }
    context.putImageData(picture, 0, 0);
  }, [filter, largest]);
  return <canvas ref={canvas} class="picture" role="img" aria-label={name} />;
}
