/** A chart of a few hundred points as inline SVG, with its text alternative, and its export as SVG and CSV. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { plotCsv } from '../../shared/chart/csv.ts';
import { isEmpty, type Layer, type Plot, rangeOf, roomy, valuesOf } from '../../shared/chart/plot.ts';
import { outlines, plotSvg } from '../../shared/chart/svg.ts';
import { ticksOf } from '../../shared/chart/ticks.ts';
import { download, fileName } from '../../shared/download.ts';

const margin = { left: 52, right: 10, top: 8, bottom: 34 };

export function Chart({ plot, height }: { readonly plot: Plot; readonly height: number }) {
  const figure = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(220, Math.floor(entry!.contentRect.width))));
    watch.observe(figure.current!);
    return () => watch.disconnect();
  }, []);
  const empty = isEmpty(plot);
  return (
    <figure class="chart" ref={figure}>
      <figcaption>
        {plot.title}
        {!empty && (
          <span class="exports">
            <button type="button" onClick={() => download(fileName(plot.title, 'svg'), plotSvg(plot), 'image/svg+xml')}>
              SVG
            </button>
            <button type="button" onClick={() => download(fileName(plot.title, 'csv'), plotCsv(plot), 'text/csv')}>
              CSV
            </button>
          </span>
        )}
      </figcaption>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${plot.title}. ${plot.alt}`}
      >
        <Inside plot={plot} width={width} height={height} />
      </svg>
    </figure>
  );
}

function Inside({ plot, width, height }: { readonly plot: Plot; readonly width: number; readonly height: number }) {
  const { x: across, y: up, layers } = plot;
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  const xRange = rangeOf(layers.flatMap((layer) => layer.x)) ?? [0, 1];
  const yRange = roomy(rangeOf(layers.flatMap(valuesOf), up) ?? (up.log ? [0.1, 3] : [0, 100]), up);
  const place = up.log ? Math.log10 : (value: number) => value;
  const [low, high] = [place(yRange[0]), place(yRange[1])];
  const from = Math.min(0, xRange[0]);
  const x = (value: number) => margin.left + ((value - from) / (xRange[1] - from || 1)) * (right - margin.left);
  const y = (value: number) => bottom - ((place(value) - low) / (high - low || 1)) * (bottom - margin.top);
  return (
    <>
      {ticksOf(up, yRange, Math.max(2, Math.floor(height / 40))).map(({ value, text }) => (
        <g key={text}>
          <line x1={margin.left} x2={right} y1={y(value)} y2={y(value)} class="grid" />
          <text x={margin.left - 6} y={y(value)} dy="0.35em" text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {ticksOf(across, [from, xRange[1]], Math.max(2, Math.floor(width / 90))).map(({ value, text }) => (
        <text key={text} x={x(value)} y={bottom + 14} text-anchor="middle">
          {text}
        </text>
      ))}
      <line x1={margin.left} x2={right} y1={bottom} y2={bottom} class="axis" />
      <text x={(margin.left + right) / 2} y={height - 4} text-anchor="middle">
        {across.label}
      </text>
      {layers.map((layer) => (
        <Drawn key={`${layer.kind} ${layer.name}`} layer={layer} x={x} y={y} />
      ))}
    </>
  );
}

function Drawn({
  layer,
  x,
  y,
}: {
  readonly layer: Layer;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}) {
  if (layer.kind === 'band') return null;
  const colour = { color: `var(--${layer.ink})` };
  if (layer.kind === 'line') {
    const path = layer.x
      .map((value, i) => `${i === 0 ? 'M' : 'L'}${x(value).toFixed(1)},${y(layer.y[i]!).toFixed(1)}`)
      .join('');
    return <path d={path} class="line" style={colour} />;
  }
  return (
    <>
      {layer.x.map((value, i) => (
        <path
          key={`${value}`}
          d={outlines[layer.symbol](layer.size ?? 3.5)}
          transform={`translate(${x(value).toFixed(1)},${y(layer.y[i]!).toFixed(1)})`}
          class="point"
          style={colour}
        >
          <title>{layer.labels?.[i] ?? layer.name}</title>
        </path>
      ))}
    </>
  );
}
