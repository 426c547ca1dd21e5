/** How a season stands: how long it waits, what its book still lacks, and where it is silent. Each leads to the form. */
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

interface Found {
  wait: SeasonWait | undefined;
  book: SeasonBook;
}

export function SeasonWhole({ season }: { season: SeasonRow }) {
  const found = useSignal<Found | null>(null);
  const load = async () => {
    const noticing = await app().noticing();
    const book = await noticing.book(season.doc, today());
    const wait = (await noticing.waits()).get(season.doc);
    found.value = book === null ? null : { wait, book };
  };
  useEffect(() => void load(), [season.doc, app().diary.changed.value]);
  if (found.value === null) return null;
  const { wait, book } = found.value;
  return (
    <>
      {wait !== undefined && (
        <section class="card">
          <WaitShown wait={wait} verb={verbOf(season)} />
        </section>
      )}
      <Lacking season={season} book={book} />
      <div class="stack">
        {book.gaps.map(({ begin: from, end, days }) => (
          <section key={from} class="finding">
            <Icon name="calendar" />
            <div class="stack">
              <p>
                <b>{seasonWords.value.gap(dayMonth(from), dayMonth(end), days)}</b>{" "}
                {seasonWords.value.gap_how}
              </p>
              <Btn icon="draft" onClick={() => go(makeHash("ghi", [season.doc]))}>
                {seasonWords.value.fill}
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
        {missing.map((one) => (
          <button key={one.code} type="button" class="card tap row plot" onClick={() => open(one.form)}>
            <Icon name="warn" />
            <span class="grow">
              <b>{say(one.label)}</b>
              <span class="under">{say(one.todo)}</span>
            </span>
            <Icon name="next" />
          </button>
        ))}
      </div>
    </>
  );
}
