/** Hôm nay làm gì? Season, "như lần trước", and one pictogram tile for each kind of work, most used first. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Activity, EntryRow, SeasonRow } from "../../app/types.ts";
import { app } from "../app.ts";
import { newLineId, repeatValues } from "../form/plan.ts";
import { Behalf, Icon, Note, Top } from "../pieces/basic.tsx";
import { chooseOne } from "../pieces/overlay.tsx";
import { dayMonth, formShort, plotsShown, seasonIcon, seasonName, summary, tileBeside } from "../show.ts";
import { say, words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";
import { begin } from "./rows.tsx";

/** Four large ones, and with the one for the rest whole rows of three. */
const FIRST_TILES = 12;

export function RecordScreen({ start }: { start: string | null }) {
  const r = recordWords.value;
  const running = app().farm.seasons.value.filter((one) => one.running && !one.deleted);
  const chosen = useSignal<string | null>(start ?? running[0]?.doc ?? null);
  const tiles = useSignal<readonly Activity[] | null>(null);
  const last = useSignal<EntryRow | null>(null);
  const all = useSignal(false);
  const season = running.find((one) => one.doc === chosen.value);

  useEffect(() => {
    let gone = false;
    void Promise.all([
      app().activities.tiles(chosen.value),
      app().diary.page(chosen.value === null ? {} : { season: chosen.value }, null, 5),
    ]).then(([list, page]) => {
      if (gone) return;
      tiles.value = list;
      last.value = page.rows.find((one) => !one.deleted && one.state !== "draft") ?? null;
    });
    return () => {
      gone = true;
    };
  }, [chosen.value, app().activities.forms.value]);

  const open = ({ form, tile }: Activity) =>
    void begin(form.form, {
      season: chosen.value,
      ...(season === undefined ? {} : { plots: season.plots }),
      values: tile.set,
    });
  const list = tiles.value ?? [];
  const shown = all.value ? list : list.slice(0, FIRST_TILES);
  return (
    <main class="phone">
      <Top title={r.what_today} />
      <Behalf />
      {running.length > 0 && (
        <SeasonPick
          running={running}
          season={season}
          choose={(doc) => {
            chosen.value = doc;
          }}
        />
      )}
      {last.value !== null && <Again row={last.value} />}
      {tiles.value !== null && list.length === 0 && <Note>{r.no_forms}</Note>}
      <div class="tiles two">
        {shown.slice(0, 4).map((one) => (
          <Tile key={one.form.form + one.tile.code} one={one} beside={tileBeside(one, list)} open={open} />
        ))}
      </div>
      <div class="tiles">
        {shown.slice(4).map((one) => (
          <Tile key={one.form.form + one.tile.code} one={one} beside={tileBeside(one, list)} open={open} />
        ))}
        {list.length > FIRST_TILES && (
          <button
            type="button"
            class="tile"
            aria-expanded={all.value}
            onClick={() => {
              all.value = !all.value;
            }}
          >
            <Icon name={all.value ? "up" : "more"} />
            <span>{all.value ? r.less_work : r.more_work}</span>
          </button>
        )}
      </div>
    </main>
  );
}

function Tile(props: { one: Activity; beside: string; open: (one: Activity) => void }) {
  const { one, beside, open } = props;
  return (
    <button type="button" class="tile" onClick={() => open(one)}>
      <Icon name={one.tile.icon} />
      <span>
        {say(one.tile.short)}
        {beside !== "" && <span class="under">{beside}</span>}
      </span>
    </button>
  );
}

function SeasonPick(props: {
  running: readonly SeasonRow[];
  season: SeasonRow | undefined;
  choose: (doc: string | null) => void;
}) {
  const w = words.value;
  const r = recordWords.value;
  const { running, season } = props;
  const options = running.map((one) => ({
    value: one.doc,
    text: seasonName(one),
    help: plotsShown(one.plots),
    icon: seasonIcon(one),
  }));
  options.push({ value: "", text: r.whole_farm, help: "", icon: "field" });
  return (
    <button
      type="button"
      class="pick"
      onClick={() =>
        chooseOne(r.choose_season, options, season?.doc ?? "", (doc) => props.choose(doc === "" ? null : doc))
      }
    >
      <Icon name={seasonIcon(season)} size="l" />
      <span class="grow">
        <b>{season === undefined ? r.whole_farm : seasonName(season)}</b>
        <span class="under">{season === undefined ? "" : plotsShown(season.plots)}</span>
      </span>
      <span class="b u">{w.change}</span>
    </button>
  );
}

/** The newest entry as a template: one tap fills the form, one more saves it. */
function Again({ row }: { row: EntryRow }) {
  const form = app().activities.form(row.form);
  if (form === null || form.document !== "entry") return null;
  const again = () => {
    const {
      happened_on: _day,
      season: _season,
      plots: _plots,
      ...values
    } = repeatValues({}, row.values, form, newLineId);
    void begin(row.form, { season: row.season, plots: row.plots, values });
  };
  return (
    <button type="button" class="card done row again" onClick={again}>
      <Icon name="repeat" size="l" />
      <span class="grow">
        <span class="small">{recordWords.value.same_as_last(dayMonth(row.happened_on))}</span>
        <br />
        <b>{[formShort(row), summary(form, row.values)].filter(Boolean).join(": ")}</b>
      </span>
      <Icon name="next" />
    </button>
  );
}
