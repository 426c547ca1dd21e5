/** What an entry is about: the season and the plots, prefilled, changed in a sheet. */
import { useSignal } from "@preact/signals";
import type { Form, Value, Values } from "../../app/types.ts";
import { app } from "../app.ts";
import { Do, Icon } from "../pieces/basic.tsx";
import { Choice, chooseOne, openSheet } from "../pieces/overlay.tsx";
import {
  amountText,
  PLOT_ICONS,
  plotOf,
  plotsShown,
  seasonIcon,
  seasonName,
  seasonOf,
  seasonParts,
} from "../show.ts";
import { words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";

interface AboutProps {
  form: Form;
  values: Values;
  set: (name: string, value: Value) => void;
}

export const refsOf = (value: Value | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

export function About({ form, values, set }: AboutProps) {
  const w = words.value;
  const r = recordWords.value;
  const season = seasonOf(typeof values.season === "string" ? values.season : null);
  const plots = refsOf(values.plots);
  const areas = plots.map((ref) => plotOf(ref)?.area ?? null);
  const only = areas.length === 1 ? areas[0] : null;
  return (
    <>
      {form.about.season !== "none" && (
        <button type="button" class="row rule" onClick={() => chooseSeason(form, season?.doc ?? null, set)}>
          <span class="picto">
            <Icon name={seasonIcon(season)} />
          </span>
          <span class="grow">
            <b class="big">{season === undefined ? w.season_none : seasonParts(season)[0]}</b>
            {season !== undefined && <span class="under">{seasonParts(season)[1]}</span>}
          </span>
          <Icon name="next" />
        </button>
      )}
      {form.about.plots !== "none" && (
        <button
          type="button"
          class="row rule"
          onClick={() => choosePlots(plots, (next) => set("plots", next.length === 0 ? null : next))}
        >
          <span class="picto">
            <Icon name={PLOT_ICONS[plotOf(plots[0] ?? "")?.kind ?? "field"] ?? "field"} />
          </span>
          <span class="grow">
            <b>{plotsShown(plots) || r.plots_where}</b>
            {only !== null && only !== undefined && <span class="under">{amountText(only)}</span>}
          </span>
          <Icon name="next" />
        </button>
      )}
    </>
  );
}

function chooseSeason(form: Form, chosen: string | null, set: AboutProps["set"]): void {
  const w = words.value;
  const r = recordWords.value;
  const running = app().farm.seasons.value.filter(
    (one) => !one.deleted && (one.running || one.doc === chosen),
  );
  const options = running.map((one) => ({
    value: one.doc,
    text: seasonName(one),
    help: plotsShown(one.plots),
    icon: seasonIcon(one),
  }));
  if (form.about.season === "optional")
    options.push({ value: "", text: w.season_none, help: "", icon: "field" });
  chooseOne(r.choose_season, options, chosen, (doc) => {
    set("season", doc === "" ? null : doc);
    const plots = seasonOf(doc)?.plots ?? [];
    if (plots.length > 0 && form.about.plots !== "none") set("plots", [...plots]);
  });
}

function choosePlots(chosen: readonly string[], then: (plots: string[]) => void): void {
  openSheet(recordWords.value.plots_where, (close) => (
    <PlotChoice
      chosen={chosen}
      then={(next) => {
        then(next);
        close();
      }}
    />
  ));
}

function PlotChoice({ chosen, then }: { chosen: readonly string[]; then: (plots: string[]) => void }) {
  const w = words.value;
  const r = recordWords.value;
  const now = useSignal<readonly string[]>(chosen);
  const plots = app().farm.plots.value.filter((one) => !one.deleted);
  const toggle = (doc: string) => {
    now.value = now.value.includes(doc) ? now.value.filter((one) => one !== doc) : [...now.value, doc];
  };
  return (
    <>
      <div class="stack scroll">
        <p class="help">{plots.length === 0 ? r.farm_none : r.all_plots}</p>
        {plots.map((one) => (
          <Choice
            key={one.doc}
            role="checkbox"
            option={{
              value: one.doc,
              text: one.name,
              help: one.area === null ? "" : amountText(one.area),
              icon: PLOT_ICONS[one.kind] ?? "field",
            }}
            checked={now.value.includes(one.doc)}
            onClick={() => toggle(one.doc)}
          />
        ))}
      </div>
      <Do icon="check" onClick={() => then([...now.value])}>
        {w.done}
      </Do>
    </>
  );
}
