/** The farm from above: every plot whose boundary was walked, in its place, north up. Nothing is drawn for the rest. */
import type { PlotRow } from "../../app/types.ts";
import { pointsOf } from "../form/place.tsx";
import { recordWords } from "../words/record.ts";

const WIDTH = 328;
const HEIGHT = 200;
const EDGE = 24;
/** Width of a letter of a name, about. */
const LETTER = 10;

export function FarmMap({ plots }: { plots: readonly PlotRow[] }) {
  const drawn = plots
    .map((plot) => ({ plot, points: pointsOf(plot.values.boundary) }))
    .filter((one) => one.points.length > 2);
  const all = drawn.flatMap((one) => one.points);
  const [origin] = all;
  if (origin === undefined) return null;
  const shrink = Math.cos((origin[0] / 1e7) * (Math.PI / 180));
  const xs = all.map(([, lng]) => lng * shrink);
  const ys = all.map(([lat]) => -lat);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  const scale = Math.min(
    (WIDTH - 2 * EDGE) / (Math.max(...xs) - left || 1),
    (HEIGHT - 2 * EDGE) / (Math.max(...ys) - top || 1),
  );
  // What is narrower than the picture stands in its middle.
  const dx = (WIDTH - (Math.max(...xs) - left) * scale) / 2;
  const dy = (HEIGHT - (Math.max(...ys) - top) * scale) / 2;
  const at = ([lat, lng]: [number, number]): [number, number] => [
    dx + (lng * shrink - left) * scale,
    dy + (-lat - top) * scale,
  ];
  return (
    <figure class="map">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={recordWords.value.farm_title}>
        {drawn.map(({ plot, points }) => {
          const flat = points.map(at);
          const half = (plot.name.length * LETTER) / 2;
          const middle = flat.reduce((sum, one) => sum + one[0], 0) / flat.length;
          const x = Math.min(Math.max(middle, half), WIDTH - half); // the name stays whole at the edge
          const y = flat.reduce((sum, one) => sum + one[1], 0) / flat.length;
          return (
            <g key={plot.doc} class={`land ${plot.kind}`}>
              <polygon points={flat.map((one) => one.join(",")).join(" ")} />
              <text x={x} y={y}>
                {plot.name}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
