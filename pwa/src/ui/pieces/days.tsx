/** Choosing a day: a month of leaves with the lunar days, Monday first. */
import { useSignal } from "@preact/signals";
import { addDays, parseDate, weekday } from "../../core/civil.ts";
import { solarToLunar } from "../../core/lunar.ts";
import { app } from "../app.ts";
import { dayName, today } from "../show.ts";
import { words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";
import { Btn, Icon } from "./basic.tsx";
import { openSheet } from "./overlay.tsx";

const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** Ask for the day of the work: today and yesterday are a tap. */
export function openDays(label: string, date: string, then: (date: string) => void): void {
  openSheet(label, (close) => (
    <Days
      date={date}
      then={(one) => {
        then(one);
        close();
      }}
    />
  ));
}

/** Ask for any other day, often years away; `clear` takes one back that need not be said. */
export function openAnyDay(
  label: string,
  date: string | null,
  then: (date: string) => void,
  clear: (() => void) | null,
): void {
  openSheet(label, (close) => (
    <Days
      date={date}
      years
      then={(one) => {
        then(one);
        close();
      }}
      clear={
        clear &&
        (() => {
          clear();
          close();
        })
      }
    />
  ));
}

/** First days of the month that a date is in, and of the next. */
function monthOf(date: string): { first: string; year: number; month: number } {
  const parts = parseDate(date);
  const [year, month] = typeof parts === "string" ? [2026, 1] : parts;
  return { first: `${year}-${String(month).padStart(2, "0")}-01`, year, month };
}

/** The days of a month, with nulls before the first so that Monday leads. */
export function monthCells(first: string): (string | null)[] {
  const before = weekday(first);
  const cells: (string | null)[] = Array.from(
    { length: typeof before === "number" ? before - 1 : 0 },
    () => null,
  );
  for (let day: string = first; day.slice(0, 7) === first.slice(0, 7); day = String(addDays(day, 1)))
    cells.push(day);
  return cells;
}

interface DaysProps {
  date: string | null;
  then: (date: string) => void;
  years?: boolean;
  clear?: (() => void) | null;
}

function Days({ date, then, years = false, clear = null }: DaysProps) {
  const w = words.value;
  const r = recordWords.value;
  const shown = useSignal(monthOf(date ?? today()).first);
  const { year, month } = monthOf(shown.value);
  const turn = (days: number) => {
    shown.value = monthOf(String(addDays(shown.value, days))).first;
  };
  const near = years ? [today()] : [today(), String(addDays(today(), -1))];
  return (
    <div class="stack scroll">
      <div class="wrap">
        {near.map((day) => (
          <button key={day} type="button" class="chip" aria-pressed={day === date} onClick={() => then(day)}>
            {dayName(day)}
          </button>
        ))}
        {years && (
          <>
            <button type="button" class="chip" onClick={() => turn(-360)}>
              −1 {w.year}
            </button>
            <button type="button" class="chip" onClick={() => turn(370)}>
              +1 {w.year}
            </button>
          </>
        )}
      </div>
      <div class="row month-turn">
        <button type="button" class="icon-btn line" aria-label={r.month_before} onClick={() => turn(-1)}>
          <Icon name="back" />
        </button>
        <b class="grow" aria-live="polite">
          {w.month(month, year)}
        </b>
        <button type="button" class="icon-btn line" aria-label={r.month_after} onClick={() => turn(32)}>
          <Icon name="next" />
        </button>
      </div>
      <div class="month-grid">
        {WEEK.map((day) => (
          <span key={day} class="weekday">
            {w.week[WEEK.indexOf(day)]}
          </span>
        ))}
        {monthCells(shown.value).map((day, index) =>
          day === null ? (
            <span key={`empty-${String(index)}`} />
          ) : (
            <Day key={day} day={day} chosen={day === date} then={then} />
          ),
        )}
      </div>
      {clear !== null && (
        <Btn icon="erase" onClick={clear}>
          {r.no_day}
        </Btn>
      )}
    </div>
  );
}

function Day({ day, chosen, then }: { day: string; chosen: boolean; then: (date: string) => void }) {
  const parts = parseDate(day);
  const lunar = typeof parts === "string" ? "bad_date" : solarToLunar(...parts);
  const shown =
    app().settings.value.lunar && typeof lunar !== "string"
      ? lunar.day === 1
        ? `1/${lunar.month}`
        : String(lunar.day)
      : "";
  const kind = day === today() ? "cell now" : "cell";
  return (
    <button type="button" class={kind} aria-pressed={chosen} onClick={() => then(day)}>
      <b>{Number(day.slice(8))}</b>
      {shown !== "" && <span> {shown}</span>}
      <span class="unseen"> {dayName(day)}</span>
    </button>
  );
}
