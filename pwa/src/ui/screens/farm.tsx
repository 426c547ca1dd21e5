/** Ruộng, ao, chuồng: the sketch, every place with its area and what grows there, seasons opened and ended. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PlotRow, SeasonRow } from "../../app/types.ts";
import { toBase, UNITS } from "../../core/units.ts";
import { app } from "../app.ts";
import { Lazy } from "../form/lazy.tsx";
import { pointsOf } from "../form/place.tsx";
import { Behalf, Btn, Do, Dock, Icon, Leaf, Note, State, Top } from "../pieces/basic.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import {
  amountText,
  dayWithin,
  PLOT_ICONS,
  plotsShown,
  seasonIcon,
  seasonName,
  seasonNameOf,
  seasonOf,
  summary,
  today,
} from "../show.ts";
import { words } from "../words/index.ts";
import { inputsWords } from "../words/inputs.ts";
import { writeText } from "../words/problems.ts";
import { recordWords } from "../words/record.ts";
import { FarmMap } from "./map.tsx";
import { begin, beginEdit } from "./rows.tsx";

const loadWaits = () => import("../season/whole.tsx").then((part) => part.SeasonWaits);
const loadWhole = () => import("../season/whole.tsx").then((part) => part.SeasonWhole);

export function FarmScreen() {
  const w = words.value;
  const r = recordWords.value;
  const plots = app().farm.plots.value.filter((one) => !one.deleted);
  const seasons = app().farm.seasons.value.filter((one) => !one.deleted);
  const total = totalM2(plots);
  return (
    <>
      <main class="phone">
        <header class="top plain">
          <h1>{r.farm_title}</h1>
        </header>
        <Behalf />
        <FarmMap plots={plots} />
        {plots.length === 0 && (
          <p class="card">
            <b>{r.farm_none}</b> {r.farm_none_how}
          </p>
        )}
        {plots.length > 0 && (
          <p class="row sum">
            <b class="grow">{r.farm_sum(plots.length)}</b>
            {total > 0 && <span>{amountText({ amount: saoOf(total), unit: "sao" })}</span>}
          </p>
        )}
        <div class="stack">
          {plots.map((plot) => (
            <PlotCard key={plot.doc} plot={plot} />
          ))}
        </div>
        {plots.length > 0 && <p class="help end">{r.sao_help}</p>}
        <h2>{w.seasons}</h2>
        <div class="stack">
          {seasons.map((season) => (
            <SeasonLine key={season.doc} season={season} />
          ))}
          <Btn kind="add" icon="season" onClick={() => void begin("season", {})}>
            {w.open_season}
          </Btn>
          <Btn icon="store" onClick={() => go(makeHash("kho"))}>
            {inputsWords.value.stock}
          </Btn>
          <Btn icon="document" onClick={() => go(makeHash("kiem-tra"))}>
            {w.inspections}
          </Btn>
        </div>
      </main>
      <Dock bar>
        <Do icon="plus" onClick={() => void begin("plot", {})}>
          {r.add_plot}
        </Do>
      </Dock>
    </>
  );
}

/** Area of all places in m²; what has no known area is left out, never guessed. */
export function totalM2(plots: readonly PlotRow[]): number {
  let total = 0;
  for (const { area } of plots) {
    if (area === null || UNITS.get(area.unit)?.dimension !== "area") continue;
    const square = toBase(area.amount, area.unit);
    if (typeof square === "number") total += square;
  }
  return total;
}

/** Square metres as sào of 360 m², one decimal, as decimal text. */
export function saoOf(squareMetres: number): string {
  const tenths = Math.round((squareMetres * 10) / 360);
  return tenths % 10 === 0 ? String(tenths / 10) : `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

function PlotCard({ plot }: { plot: PlotRow }) {
  const r = recordWords.value;
  const growing = plot.seasons
    .map((ref) => seasonNameOf(ref))
    .filter(Boolean)
    .join(", ");
  const running = seasonOf(plot.seasons[0] ?? null);
  return (
    <a class="card tap row plot" href={makeHash("thua", [plot.doc])}>
      <span class={running === undefined ? "picto plain" : "picto"}>
        <Icon name={running === undefined ? (PLOT_ICONS[plot.kind] ?? "field") : seasonIcon(running)} />
      </span>
      <span class="grow">
        <b class="pn">{plot.name}</b>
        {plot.area !== null && <span class="under ink">{amountText(plot.area)}</span>}
        <span class="under">{growing || r.plot_rest}</span>
      </span>
      <Icon name="next" />
    </a>
  );
}

function SeasonLine({ season }: { season: SeasonRow }) {
  const r = recordWords.value;
  const when =
    season.ended_on === null
      ? r.season_from(dayWithin(season.started_on))
      : r.season_done(dayWithin(season.ended_on));
  return (
    <a class="card tap row plot" href={makeHash("vu", [season.doc])}>
      <span class={season.running ? "picto" : "picto plain"}>
        <Icon name={seasonIcon(season)} />
      </span>
      <span class="grow">
        <b class="pn">{seasonName(season)}</b>
        <span class="under">{when}</span>
      </span>
      <Icon name="next" />
    </a>
  );
}

export function PlotScreen({ doc }: { doc: string }) {
  const w = words.value;
  const r = recordWords.value;
  const plot = app().farm.plots.value.find((one) => one.doc === doc);
  if (plot === undefined) return <Gone title={w.plot} />;
  const form = app().activities.form("plot");
  return (
    <>
      <main class="phone">
        <Top title={plot.name} />
        <section class="card stack">
          <div class="row">
            <span class="picto">
              <Icon name={PLOT_ICONS[plot.kind] ?? "field"} />
            </span>
            <span class="grow">
              {plot.area !== null && <b class="pn">{amountText(plot.area)}</b>}
              <span class="under">{summary(form, { ...plot.values, area: null })}</span>
            </span>
          </div>
          <State row={plot} />
        </section>
        {pointsOf(plot.values.boundary).length > 2 && <FarmMap plots={[plot]} />}
        <h2>{w.seasons}</h2>
        <div class="stack">
          {plot.seasons.map((ref) => {
            const season = seasonOf(ref);
            return season === undefined ? null : <SeasonLine key={ref} season={season} />;
          })}
          {plot.seasons.length === 0 && <p class="help">{r.plot_rest}</p>}
          <Btn
            kind="add"
            icon="season"
            onClick={() => void begin("season", { values: { plots: [plot.doc] } })}
          >
            {w.open_season}
          </Btn>
          <Btn icon="book" onClick={() => go(makeHash("nhat-ky", [], { plot: plot.doc }))}>
            {w.diary}
          </Btn>
        </div>
      </main>
      <Dock bar>
        <Do icon="draft" onClick={() => void beginEdit(plot.doc)}>
          {r.edit}
        </Do>
      </Dock>
    </>
  );
}

function Gone({ title }: { title: string }) {
  return (
    <>
      <main class="phone">
        <Top title={title} />
        <Note>{words.value.no_entry}</Note>
      </main>
      <Dock bar />
    </>
  );
}

/** How many entries it has; counted when it is looked at, for ten thousand take their time. */
function Count({ season }: { season: string }) {
  const found = useSignal<number | null>(null);
  const { farm, diary } = app();
  useEffect(() => {
    void farm.entriesOf(season).then((count) => {
      found.value = count;
    });
  }, [season, diary.changed.value]);
  return <p class="small">{found.value === null ? "\u00a0" : recordWords.value.entries_n(found.value)}</p>;
}

export function SeasonScreen({ doc }: { doc: string }) {
  const w = words.value;
  const r = recordWords.value;
  const season = seasonOf(doc);
  if (season === undefined) return <Gone title={w.season} />;
  // A wet thumb ends a season by one tap, so it is taken back by one: at once, or later on this screen.
  const end = async (day: string | null) => {
    const result = await app().farm.endSeason(doc, day);
    if (!result.ok) warn(writeText(result.problem));
    else if (day === null) toast(w.saved);
    else toast(w.saved, { word: w.undo, run: () => void end(null), undo: true });
  };
  return (
    <>
      <main class="phone">
        <Top title={seasonName(season)} />
        <section class="row headline">
          <Leaf date={season.started_on} />
          <div class="grow">
            <p class="crop">
              <b>{plotsShown(season.plots) || w.season}</b>
            </p>
            <p class="small">
              {season.ended_on === null
                ? r.season_from(dayWithin(season.started_on))
                : r.season_done(dayWithin(season.ended_on))}
            </p>
            <Count season={doc} />
            <State row={season} />
          </div>
        </section>
        <Lazy load={loadWaits} props={{ season }} />
        <div class="stack">
          <Btn icon="book" onClick={() => go(makeHash("nhat-ky", [], { season: doc }))}>
            {w.diary}
          </Btn>
          <Btn icon="draft" onClick={() => void beginEdit(doc)}>
            {r.edit}
          </Btn>
          <Btn icon="document" onClick={() => go(makeHash("kiem-tra", [], { vu: doc }))}>
            {w.inspections}
          </Btn>
        </div>
        <Lazy load={loadWhole} props={{ season }} />
        <div class="stack">
          {season.running && (
            <Btn kind="quiet" icon="check" onClick={() => void end(today())}>
              {r.end_season}
            </Btn>
          )}
          {season.ended_on !== null && (
            <Btn kind="quiet" icon="undo" onClick={() => void end(null)}>
              {r.season_again}
            </Btn>
          )}
        </div>
      </main>
      <Dock bar>
        {season.running && (
          <Do icon="draft" onClick={() => go(makeHash("ghi", [doc]))}>
            {w.write}
          </Do>
        )}
      </Dock>
    </>
  );
}
