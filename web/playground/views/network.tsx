/** A digit's way through LeNet-5: maps of both convolutions and poolings, the dense layers, and ten probabilities. */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { LayerOutput } from '../../../src/train/inspector.ts';
import { type Frame, Maps } from '../pictures/maps.tsx';
import { type Convolution, fields, losersOfPooling, strongestPlaces } from '../pictures/patches.ts';
import type { MapPlace } from '../pictures/steps.ts';
import { lookAt, probabilitiesOf } from '../state/eye.ts';
import { state } from '../state/known.ts';
import { Probabilities } from './probabilities.tsx';
import { useWhileSeen } from './while-seen.ts';

export interface NetworkViewProps {
  readonly image: Uint8Array | undefined;
  /** The digit that it is, where this is known. */
  readonly label?: number | undefined;
}

/** A number of a feature map that is looked at. */
interface Picked extends MapPlace {
  readonly layer: Convolution;
}

export function NetworkView({ image, label }: NetworkViewProps) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useWhileSeen(place, () => ({ image, label, outputs: lookAt(image) }));
  return (
    <div ref={place}>
      {shown.image && shown.outputs ? (
        <Way image={shown.image} label={shown.label} outputs={shown.outputs} />
      ) : (
        <p class="note">{state.value === 'broken' ? 'There is no digit to send.' : 'The digit is being loaded.'}</p>
      )}
    </div>
  );
}

interface WayProps {
  readonly image: Uint8Array;
  readonly label: number | undefined;
  readonly outputs: ReadonlyMap<string, LayerOutput>;
}

function Way({ image, label, outputs }: WayProps) {
  const [picked, setPicked] = useState<Picked | undefined>(undefined);
  const probabilities = probabilitiesOf(outputs);
  const seen = probabilities.indexOf(Math.max(...probabilities));
  const field = picked && fields[picked.layer];
  const frames: Frame[] =
    picked && field ? [{ map: 0, x: picked.x * field.step, y: picked.y * field.step, size: field.size }] : [];
  /** What arrow keys and pointer do in the maps of a layer. */
  const pickingIn = (layer: Convolution) => ({
    onPick: (place: MapPlace | undefined) => setPicked(place && { layer, ...place }),
    picked: picked?.layer === layer ? picked : undefined,
    frames: at(layer),
  });
  const at = (layer: Convolution): Frame[] =>
    picked?.layer === layer ? [{ map: picked.map, x: picked.x, y: picked.y, size: 1 }] : [];
  const size = (name: string) => outputs.get(name)!;
  return (
    <div class="network" onPointerLeave={() => setPicked(undefined)}>
      <figure>
        <Maps
          data={image}
          width={28}
          height={28}
          columns={1}
          palette="digit"
          scale={5}
          frames={frames}
          label={`The image: ${label === undefined ? 'a drawing' : `a ${label}`}`}
        />
        <figcaption>
          Image, 28 x 28{picked && <span class="note">. The frame is what that number sees</span>}
        </figcaption>
      </figure>
      <Convolved
        output={size('relu1')}
        columns={2}
        scale={3}
        {...pickingIn('conv1')}
        caption="Convolution 1 and relu: 6 maps of 24 x 24. Bright: the pixel that won its 2 x 2 window"
      />
      <LayerMaps output={size('pool1')} columns={2} scale={6} caption="Pooling: the winners, 6 maps of 12 x 12" />
      <Convolved
        output={size('relu2')}
        columns={4}
        scale={5}
        {...pickingIn('conv2')}
        caption="Convolution 2 and relu: 16 maps of 8 x 8"
      />
      <LayerMaps output={size('pool2')} columns={4} scale={8} caption="Pooling: 16 maps of 4 x 4" />
      <div class="dense">
        <Dense output={size('relu3')} columns={12} caption="Dense, 120 numbers" />
        <Dense output={size('relu4')} columns={12} caption="Dense, 84 numbers" />
      </div>
      <p class="unseen" aria-live="polite">
        {picked && pickedText(picked, size(picked.layer === 'conv1' ? 'relu1' : 'relu2'))}
      </p>
      <figure class="wide">
        <Probabilities probabilities={probabilities} label={label} />
        <figcaption>
          The network sees a {seen}
          {label === undefined ? '' : seen === label ? ', which is right' : `; it is a ${label}`}
        </figcaption>
      </figure>
    </div>
  );
}

interface LayerProps {
  readonly output: LayerOutput;
  readonly columns: number;
  readonly scale: number;
  readonly caption: string;
  readonly frames?: readonly Frame[];
  readonly onPick?: (place: MapPlace | undefined) => void;
  readonly picked?: MapPlace | undefined;
}

function LayerMaps({ output, columns, scale, caption, ...rest }: LayerProps & { readonly faint?: Uint8Array }) {
  const [, height, width] = output.shape as [number, number, number];
  return (
    <figure>
      <Maps
        data={output.data}
        most={strongest(output)}
        {...{ width, height, columns, scale, ...rest }}
        palette="activation"
        label={`${caption}. ${spread(output)}`}
      />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** Maps before a pooling: what loses there is faint. */
function Convolved(props: LayerProps) {
  const { output } = props;
  const faint = useMemo(() => losersOfPooling(output), [output]);
  return <LayerMaps {...props} faint={faint} />;
}

function Dense({ output, columns, caption }: Pick<LayerProps, 'output' | 'columns' | 'caption'>) {
  const flat = { ...output, shape: [1, Math.ceil(output.data.length / columns), columns] };
  return <LayerMaps output={flat} columns={1} scale={9} caption={caption} />;
}

function pickedText({ layer, map, x, y }: Picked, { shape, data }: LayerOutput): string {
  const [, height, width] = shape as [number, number, number];
  const { size, step } = fields[layer];
  const value = data[(map * height + y) * width + x]!;
  return `Map ${map + 1}, row ${y + 1}, column ${x + 1}: ${value.toFixed(2)}. It sees ${size} x ${size} pixels from row ${y * step + 1}, column ${x * step + 1}`;
}

function strongest({ data }: LayerOutput): number {
  return data.reduce((most, value) => Math.max(most, value), 0);
}

/** For those who do not see the maps: how many of them are excited, and the strongest. */
function spread(output: LayerOutput): string {
  if (output.shape[0] === 1) {
    const excited = output.data.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    return `${excited} of ${output.data.length} are above 0`;
  }
  const places = strongestPlaces(output);
  const excited = places.filter(({ value }) => value > 0).length;
  const best = places.reduce((top, { value }, i) => (value > places[top]!.value ? i : top), 0);
  return `${excited} of ${places.length} maps are excited, most of all map ${best + 1}`;
}
