/** The legend of a chart as HTML. Pointing at an entry, or moving the focus to it, brings its series out. */
import type { Layer, Points } from './plot.ts';
import { isOpen, outlines } from './svg.ts';

export interface LegendProps {
  readonly layers: readonly Layer[];
  readonly onLayer?: ((name: string | undefined) => void) | undefined;
}

export function Legend({ layers, onLayer }: LegendProps) {
  const shown = layers.filter(({ inLegend = true }) => inLegend);
  return (
    <ul class="legend">
      {shown.map((layer) => (
        <li key={`${layer.kind} ${layer.name}`}>
          {onLayer ? (
            <button
              type="button"
              onFocus={() => onLayer(layer.name)}
              onBlur={() => onLayer(undefined)}
              onMouseEnter={() => onLayer(layer.name)}
              onMouseLeave={() => onLayer(undefined)}
            >
              <Sample layer={layer} /> {layer.name}
            </button>
          ) : (
            <>
              <Sample layer={layer} /> {layer.name}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Sample({ layer }: { readonly layer: Layer }) {
  const colour = `var(--${layer.ink})`;
  return (
    <svg class="sample" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">
      {layer.kind === 'band' && <rect width="22" height="12" fill={colour} fill-opacity="0.16" />}
      {layer.kind === 'line' && (
        <line
          x1="0"
          x2="22"
          y1="6"
          y2="6"
          stroke={colour}
          stroke-width={layer.width ?? 2}
          stroke-dasharray={layer.dash?.join(' ')}
        />
      )}
      {layer.kind === 'points' && <PointSample layer={layer} colour={colour} />}
    </svg>
  );
}

function PointSample({ layer, colour }: { readonly layer: Points; readonly colour: string }) {
  const paint = isOpen(layer.symbol) ? { fill: 'none', stroke: colour, 'stroke-width': 1.5 } : { fill: colour };
  return <path transform="translate(11,6)" d={outlines[layer.symbol](Math.min(5, layer.size ?? 4))} {...paint} />;
}
