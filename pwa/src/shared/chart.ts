/**
 * One measure over time: the mean as a line, its extremes as a band, its limits as two dashed lines.
 *
 * Phone and console draw the same columns by it (PROTOCOL §41); a library is loaded only where a chart is seen.
 * Drawing goes to a canvas: nothing is written as markup, so the strict policy of our pages holds.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Columns {
  /** Minutes of a step. */
  readonly step: number;
  /** Seconds since 1970, ascending. */
  readonly at: readonly number[];
  /** Thousandths. */
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface Drawn {
  readonly columns: Columns;
  readonly unit: string;
  readonly decimals: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly language: "vi" | "en";
  readonly width: number;
  readonly height: number;
}

const HOUR = 3600;
const FONT = "16px Be Vietnam Pro, system-ui, sans-serif";

/** Draw a chart into an empty element; give what ends it. */
export function drawChart(into: HTMLElement, drawn: Drawn): () => void {
  const { columns, language } = drawn;
  const number = new Intl.NumberFormat(language, {
    minimumFractionDigits: drawn.decimals,
    maximumFractionDigits: drawn.decimals,
  });
  const [ink, line, grid] = [token("--ink"), token("--rice"), token("--line")];
  const shown = (value: number) => `${number.format(value)}${drawn.unit === "" ? "" : ` ${drawn.unit}`}`;
  const chart = new uPlot(
    {
      width: drawn.width,
      height: drawn.height,
      legend: { show: false },
      cursor: { y: false, points: { show: false } },
      scales: {
        x: { range: (_of, low, high) => atLeast(low, high, HOUR) },
        y: { range: (_of, low, high) => reach(low, high, drawn) },
      },
      axes: [
        { stroke: ink, font: FONT, grid: { stroke: grid }, ticks: { show: false }, values: times(language) },
        {
          stroke: ink,
          font: FONT,
          size: 64,
          grid: { stroke: grid },
          ticks: { show: false },
          values: (_of, splits) => splits.map((one) => number.format(one)),
        },
      ],
      series: [
        {},
        { stroke: line, width: 2, points: { show: columns.at.length < 3 } },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
      ],
      bands: [{ series: [2, 3], fill: `${line}2e` }],
      hooks: { draw: [(of) => drawLimits(of, drawn)], setCursor: [(of) => tell(of, into, shown, language)] },
    },
    data(columns),
    into,
  );
  const fit = new ResizeObserver(() => {
    if (into.clientWidth !== chart.width) chart.setSize({ width: into.clientWidth, height: drawn.height });
  });
  fit.observe(into); // the phone is turned, the window made narrow
  return () => {
    fit.disconnect();
    chart.destroy();
  };
}

/** A colour of the house, as the page at hand has it. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Gaps are shown as gaps: a null stands where a step and a half is missing. */
function data(columns: Columns): uPlot.AlignedData {
  const at: number[] = [];
  const rows: (number | null)[][] = [[], [], []];
  const wide = columns.step * 60 * 2.5;
  let before = Number.POSITIVE_INFINITY;
  columns.at.forEach((time, place) => {
    if (time - before > wide) {
      at.push(before + columns.step * 60);
      for (const row of rows) row.push(null);
    }
    before = time;
    at.push(time);
    [columns.mean, columns.high, columns.low].forEach((column, of) => {
      rows[of]?.push((column[place] ?? 0) / 1000);
    });
  });
  return [at, ...rows] as uPlot.AlignedData;
}

/** Limits near the values are seen; one far away does not flatten them. */
function reach(low: number, high: number, drawn: Drawn): [number, number] {
  const span = Math.max(high - low, 10 ** -drawn.decimals);
  const near = [drawn.low, drawn.high]
    .filter((one): one is number => one !== null)
    .map((one) => one / 1000)
    .filter((one) => one > low - span && one < high + span);
  const least = Math.min(low, ...near);
  const most = Math.max(high, ...near);
  const room = (most - least) * 0.08;
  return atLeast(least - room, most + room, 6 * 10 ** -drawn.decimals);
}

/** A range no narrower than can be told apart, about its middle. */
function atLeast(low: number, high: number, least: number): [number, number] {
  const wider = Math.max(0, least - (high - low)) / 2;
  return [low - wider, high + wider];
}

function drawLimits(of: uPlot, drawn: Drawn): void {
  const { ctx, bbox } = of;
  for (const limit of [drawn.low, drawn.high]) {
    if (limit === null) continue;
    const y = of.valToPos(limit / 1000, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.save();
    ctx.strokeStyle = token("--stop");
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash([8 * devicePixelRatio, 6 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

/** Say the value under the finger in words, for it covers the line; the element is told by name. */
function tell(of: uPlot, into: HTMLElement, shown: (value: number) => string, language: string): void {
  const place = of.cursor.idx;
  const told = into.querySelector<HTMLElement>("[data-told]") ?? into.appendChild(telling());
  const value = place === null || place === undefined ? null : of.data[1]?.[place];
  const at = place === null || place === undefined ? undefined : of.data[0][place];
  if (value === null || value === undefined || at === undefined) {
    told.textContent = "";
    return;
  }
  const when = new Intl.DateTimeFormat(ours(language), { dateStyle: "short", timeStyle: "short" });
  told.textContent = `${shown(value)}, ${when.format(at * 1000)}`;
}

function telling(): HTMLElement {
  const told = document.createElement("p");
  told.dataset.told = "";
  told.className = "told";
  return told;
}

/** Hours within two days, days of the month above, months of a year: short, in the reader's way. */
function times(
  language: string,
): (of: uPlot, splits: number[], axis: number, space: number, step: number) => string[] {
  const hour = new Intl.DateTimeFormat(ours(language), { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(ours(language), { day: "numeric", month: "numeric" });
  return (_of, splits, _axis, _space, step) =>
    splits.map((one) => (step >= 86_400 ? day : midnight(one) ? day : hour).format(one * 1000));
}

/** The day comes first here, in both languages. */
function ours(language: string): string {
  return language === "vi" ? "vi" : "en-GB";
}

function midnight(at: number): boolean {
  const date = new Date(at * 1000);
  return date.getHours() === 0 && date.getMinutes() === 0;
}
