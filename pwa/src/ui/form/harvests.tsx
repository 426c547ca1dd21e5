/** References to other entries: the harvests that goods come from, offered newest first. */
import { useEffect } from "preact/hooks";
import type { Value } from "../../app/types.ts";
import { app } from "../app.ts";
import { dayMonth, entryNames, plotsShown, summary } from "../show.ts";
import { recordWords } from "../words/record.ts";

/** So many of each form: a season's harvests, few enough to look through. */
const OFFERED = 8;

/** What a form that harvests is drawn with; no code names a form. */
const HARVEST_ICON = "basket";

/** Learn how the newest harvests are called; whoever shows `entryNames` is drawn again. */
export async function nameHarvests(): Promise<void> {
  const found: { doc: string; day: string; name: string }[] = [];
  for (const form of app().activities.forms.value.values()) {
    if (form.document !== "entry" || form.icon !== HARVEST_ICON) continue;
    const { rows } = await app().diary.page({ form: form.form }, null, OFFERED);
    for (const row of rows.filter((one) => !one.deleted)) {
      const what = [summary(form, row.values), plotsShown(row.plots)].filter(Boolean).join(", ");
      found.push({ doc: row.doc, day: row.happened_on, name: `${dayMonth(row.happened_on)}: ${what}` });
    }
  }
  found.sort((a, b) => b.day.localeCompare(a.day));
  // In the place of what was known: the phone may have gone over to the book of another household.
  entryNames.value = new Map(found.map((one) => [one.doc, one.name]));
}

/** What is chosen after a tap; a harvest that is not offered any more stays. */
export function toggled(chosen: readonly string[], doc: string): Value {
  const next = chosen.includes(doc) ? chosen.filter((one) => one !== doc) : [...chosen, doc];
  return next.length === 0 ? null : next;
}

export function useHarvests(wanted: boolean): void {
  const { changed } = app().diary;
  useEffect(() => {
    if (wanted) void nameHarvests();
  }, [wanted, changed.value]);
}

export function Harvests(props: { label: string; chosen: readonly string[]; set: (value: Value) => void }) {
  useHarvests(true);
  const names = entryNames.value;
  if (names.size === 0) return <p class="help">{recordWords.value.no_harvest}</p>;
  return (
    <div class="wrap" role="group" aria-labelledby={props.label}>
      {[...names].map(([doc, name]) => (
        <button
          key={doc}
          type="button"
          class="chip"
          aria-pressed={props.chosen.includes(doc)}
          onClick={() => props.set(toggled(props.chosen, doc))}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
