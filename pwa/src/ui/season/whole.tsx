/** How a season stands: how long it waits; what its book lacks and where it is silent, each leading to the form. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SeasonBook, SeasonRow, SeasonWait } from "../../app/types.ts";
import { app } from "../app.ts";
import { WaitShown } from "../form/noticed.tsx";
import { Btn, Icon } from "../pieces/basic.tsx";
import { go, makeHash } from "../router.ts";
import { begin } from "../screens/rows.tsx";
import { dayMonth, today, verbOf } from "../show.ts";
import { say } from "../words/index.ts";
import { seasonWords } from "../words/season.ts";

const SHOWN = 3; // our choice: a season that has just begun lacks almost everything

/** How long the season waits, where something was done that asks for it. */
export function SeasonWaits({ season }: { season: SeasonRow }) {
  const wait = useSignal<SeasonWait | undefined>(undefined);
  const load = async () => {
    wait.value = (await (await app().noticing()).waits()).get(season.doc);
  };
  useEffect(() => void load(), [season.doc, app().diary.changed.value]);
  if (wait.value === undefined) return null;
  return (
    <section class="card">
      <WaitShown wait={wait.value} verb={verbOf(season)} />
    </section>
  );
}

/** What its book lacks, and where it is silent. */
export function SeasonWhole({ season }: { season: SeasonRow }) {
  const w = seasonWords.value;
  const found = useSignal<SeasonBook | null>(null);
  const load = async () => {
    found.value = await (await app().noticing()).book(season.doc, today());
  };
  useEffect(() => void load(), [season.doc, app().diary.changed.value]);
  if (found.value === null) return null;
  return (
    <>
      <Lacking season={season} book={found.value} />
      <div class="stack">
        {found.value.gaps.map(({ begin: from, end, days }) => (
          <section key={from} class="finding">
            <Icon name="calendar" />
            <div class="stack">
              <p>
                <b>{w.gap(dayMonth(from), dayMonth(end), days)}</b> {w.gap_how}
              </p>
              <Btn icon="draft" onClick={() => go(makeHash("ghi", [season.doc]))}>
                {w.fill}
              </Btn>
            </div>
          </section>
        ))}
      </div>
    </>
  );
}

/** What the standard still asks; a season under none is asked nothing. */
function Lacking({ season, book }: { season: SeasonRow; book: SeasonBook }) {
  const w = seasonWords.value;
  const all = useSignal(false);
  const missing = book.pieces.filter((one) => one.state === "missing");
  if (season.standard === "none" || book.pieces.length === 0) return null;
  if (missing.length === 0)
    return (
      <p class="okline">
        <Icon name="check" />
        {w.whole}
      </p>
    );
  const open = (form: string) => {
    if (form === "") go(makeHash("kiem-tra", [], { vu: season.doc }));
    else void begin(form, { season: season.doc });
  };
  return (
    <>
      <h2>{w.lacking}</h2>
      <p class="help">{w.there(book.pieces.filter((one) => one.state === "present").length)}</p>
      <div class="stack">
        {missing.slice(0, all.value ? undefined : SHOWN).map((one) => (
          <button key={one.code} type="button" class="card tap row plot" onClick={() => open(one.form)}>
            <Icon name="warn" />
            <span class="grow">
              <b>{say(one.label)}</b>
              <span class="under">{say(one.todo)}</span>
            </span>
            <Icon name="next" />
          </button>
        ))}
        {!all.value && missing.length > SHOWN && (
          <Btn
            kind="quiet"
            icon="down"
            onClick={() => {
              all.value = true;
            }}
          >
            {w.more(missing.length - SHOWN)}
          </Btn>
        )}
      </div>
    </>
  );
}
