/** Nhật ký: months and days as calendar leaves, filtered and searched, a page at a time. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DiaryQuery, EntryRow, Form } from "../../app/types.ts";
import { parseDate } from "../../core/civil.ts";
import { app } from "../app.ts";
import { useFirstRows } from "../first_rows.ts";
import { Behalf, Btn, Do, Dock, Icon, Leaf } from "../pieces/basic.tsx";
import { chooseOne, type Option } from "../pieces/overlay.tsx";
import { go, makeHash, place, restoreScroll } from "../router.ts";
import { formBeside, PLOT_ICONS, seasonIcon, seasonName, today } from "../show.ts";
import { say, words } from "../words/index.ts";
import { DraftCard, EntryCard } from "./rows.tsx";

const SEARCH_WAIT_MS = 250;
/** Filters and how far was read, kept while other screens are looked at. */
const query = { value: {} as DiaryQuery, size: 30 };

export function DiaryScreen() {
  const w = words.value;
  const rows = useSignal<readonly EntryRow[] | null>(null);
  const next = useSignal<string | null>(null);
  const asked = useSignal<DiaryQuery>({ ...query.value, ...place.value.query });
  const { changed } = app().diary;

  useEffect(() => {
    let gone = false;
    query.value = asked.value;
    void app()
      .diary.page(asked.value, null, query.size)
      .then((page) => {
        if (gone) return;
        const first = rows.value === null;
        rows.value = page.rows;
        next.value = page.next;
        if (first) restoreScroll();
      });
    return () => {
      gone = true;
    };
  }, [asked.value, changed.value]);

  const more = async () => {
    const page = await app().diary.page(asked.value, next.value);
    const known = new Set(rows.value?.map((one) => one.doc));
    rows.value = [...(rows.value ?? []), ...page.rows.filter((one) => !known.has(one.doc))];
    next.value = page.next;
    query.size = rows.value.length;
  };
  const filtered = Object.keys(asked.value).length > 0;
  return (
    <>
      <main class="phone">
        <header class="top plain">
          <h1>{w.diary}</h1>
        </header>
        <Behalf />
        <Filters
          asked={asked.value}
          ask={(one) => {
            query.size = 30;
            asked.value = one;
          }}
        />
        {!filtered &&
          app()
            .drafts.list.value.slice(0, 3)
            .map((draft) => <DraftCard key={draft.id} draft={draft} />)}
        {rows.value !== null && <Days rows={rows.value} />}
        {rows.value !== null && (
          <p class="help end">
            {rows.value.length === 0
              ? filtered
                ? w.no_match
                : w.no_rows
              : next.value === null
                ? w.end_of_diary
                : ""}
          </p>
        )}
        {next.value !== null && (
          <Btn icon="down" onClick={() => void more()}>
            {w.more_rows}
          </Btn>
        )}
      </main>
      <Dock bar>
        <Do icon="draft" onClick={() => go(makeHash("ghi"))}>
          {w.write}
        </Do>
      </Dock>
    </>
  );
}

/** Return rows that stand one after another, cut where `keyOf` changes. */
export function cutBy(
  rows: readonly EntryRow[],
  keyOf: (row: EntryRow) => string,
): { key: string; rows: EntryRow[] }[] {
  const cut: { key: string; rows: EntryRow[] }[] = [];
  for (const row of rows) {
    const last = cut.at(-1);
    if (last !== undefined && last.key === keyOf(row)) last.rows.push(row);
    else cut.push({ key: keyOf(row), rows: [row] });
  }
  return cut;
}

function Days(props: { rows: readonly EntryRow[] }) {
  const rows = useFirstRows(props.rows);
  return (
    <>
      {cutBy(rows, (row) => row.happened_on.slice(0, 7)).map((month) => (
        <section key={month.key}>
          <h2 class="month">{monthName(month.key)}</h2>
          {cutBy(month.rows, (row) => row.happened_on).map((day) => (
            <div key={day.key} class="day">
              <Leaf date={day.key} kind={day.key === today() ? "today" : ""} />
              <div class="stack">
                {day.rows.map((row) => (
                  <EntryCard key={row.doc} row={row} />
                ))}
              </div>
            </div>
          ))}
        </section>
      ))}
    </>
  );
}

function monthName(month: string): string {
  const parts = parseDate(`${month}-01`);
  return typeof parts === "string" ? words.value.day_unknown : words.value.month(parts[1], parts[0]);
}

type Kind = "season" | "plot" | "form";

/** `forms`: the work of this farm, most used first. */
function optionsOf(kind: Kind, forms: readonly Form[]): Option[] {
  if (kind === "season") {
    return app().farm.seasons.value.map((one) => ({
      value: one.doc,
      text: seasonName(one),
      icon: seasonIcon(one),
    }));
  }
  if (kind === "plot") {
    return app().farm.plots.value.map((one) => ({
      value: one.doc,
      text: one.name,
      icon: PLOT_ICONS[one.kind] ?? "field",
    }));
  }
  return forms.map((one) => ({
    value: one.form,
    text: say(one.short),
    help: formBeside(one, forms),
    icon: one.icon,
  }));
}

function Filters({ asked, ask }: { asked: DiaryQuery; ask: (query: DiaryQuery) => void }) {
  const w = words.value;
  const names: Record<Kind, string> = { season: w.filter_season, plot: w.filter_plot, form: w.filter_form };
  const forms = useSignal<readonly Form[]>([]);
  useEffect(() => {
    let gone = false;
    void app()
      .activities.list(null)
      .then((list) => {
        if (!gone) forms.value = list;
      });
    return () => {
      gone = true;
    };
  }, [app().activities.forms.value, app().farm.seasons.value]);
  const timer = useSignal<ReturnType<typeof setTimeout> | undefined>(undefined);
  const change = (kind: keyof DiaryQuery, value: string) => {
    const { [kind]: _before, ...rest } = asked;
    ask(value === "" ? rest : { ...rest, [kind]: value });
  };
  return (
    <div class="stack filters">
      <label class="pick">
        <Icon name="search" />
        <span class="unseen">{w.search}</span>
        <input
          type="search"
          class="grow bare"
          value={asked.text ?? ""}
          placeholder={w.search}
          onInput={(event) => {
            const text = event.currentTarget.value;
            clearTimeout(timer.value);
            timer.value = setTimeout(() => change("text", text), SEARCH_WAIT_MS);
          }}
        />
      </label>
      <div class="wrap">
        {(["season", "plot", "form"] as const).map((kind) => {
          const options = optionsOf(kind, forms.value);
          const chosen = options.find((one) => one.value === asked[kind]);
          return (
            <button
              key={kind}
              type="button"
              class={chosen === undefined ? "chip" : "chip on"}
              onClick={() =>
                chooseOne(
                  names[kind],
                  [{ value: "", text: w.filter_all, icon: "book" }, ...options],
                  asked[kind] ?? "",
                  (value) => change(kind, value),
                )
              }
            >
              {chosen?.text ?? names[kind]}
              <Icon name="down" size="s" />
            </button>
          );
        })}
      </div>
    </div>
  );
}
