/** The small pieces that every screen is made of: pictogram, calendar leaf, state, top, dock, notes. */

import drawn from "virtual:pictograms";
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { EntryRow, EntryState } from "../../app/types.ts";
import { parseDate, weekdayName } from "../../core/civil.ts";
import { app } from "../app.ts";
import { back, makeHash, place } from "../router.ts";
import { lunarDay } from "../show.ts";
import { language, words } from "../words/index.ts";

const rest = signal<typeof drawn | null>(null);
let asked: Promise<void> | undefined;

/** Fetch the pictograms that no first screen shows; once, and again where it failed. */
export function fetchPictograms(): Promise<void> {
  asked ??= import("virtual:pictograms/rest").then(
    (found) => {
      rest.value = found.default;
    },
    () => {
      asked = undefined;
    },
  );
  return asked;
}

/** Return the paths of a pictogram: none while the rest is on its way, three dots for a name nobody drew. */
function pathsOf(name: string): readonly string[] {
  const early = drawn[name];
  if (early !== undefined) return early;
  if (rest.value !== null) return rest.value[name] ?? drawn.more ?? [];
  void fetchPictograms();
  return [];
}

/** A pictogram beside words; it is never the only sign, so it is hidden from readers. */
export function Icon({ name, size = "" }: { name: string; size?: "" | "s" | "l" | "xl" }) {
  const paths = pathsOf(name);
  return (
    <svg class={size === "" ? "i" : `i i-${size}`} viewBox="0 0 24 24" aria-hidden="true">
      {paths.map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );
}

/** "Thứ Năm" in full; "Wednesday" is wider than a leaf, and English shortens it. */
const leafDay = (date: string): string =>
  language.value === "en" ? weekdayName(date, "en").slice(0, 3) : weekdayName(date, "vi");

/** Tờ lịch: weekday, day, lunar day. */
export function Leaf({ date, kind = "", big = false }: { date: string; kind?: string; big?: boolean }) {
  const parts = parseDate(date);
  const day = typeof parts === "string" ? "?" : parts[2];
  const month = typeof parts === "string" ? "" : words.value.month(parts[1], parts[0]);
  const lunar = app().settings.value.lunar;
  return (
    <time class={`leaf ${big ? "big" : ""} ${kind}`} dateTime={date}>
      <span class="wd">{leafDay(date)}</span>
      <b>{day}</b>
      <span class="mo">{lunar ? lunarDay(date) : month.split(",")[0]}</span>
    </time>
  );
}

const STATE_ICONS: Readonly<Record<EntryState, string>> = {
  draft: "draft",
  refused: "refused",
  onphone: "onphone",
  waiting: "waiting",
  held: "held",
  asked: "asked",
  amended: "amended",
  approved: "approved",
  sent: "sent",
};

/** The one state of an entry, with its marks (conflict, taken out) beside it. */
export function State({
  row,
}: {
  row: Pick<EntryRow, "state" | "conflict" | "deleted"> & {
    question?: EntryRow["question"];
    waitingPhotos?: number;
    waitingVoices?: number;
  };
}) {
  const w = words.value;
  const photos = row.waitingPhotos ?? 0;
  const said = row.question?.answered === true ? w.state_answered : w[`state_${row.state}`];
  const text =
    row.state === "waiting" && photos > 0 ? w.state_waiting_photos(photos, row.waitingVoices ?? 0) : said;
  return (
    <span class="marks">
      <span class={`state ${row.state}`}>
        <Icon name={STATE_ICONS[row.state]} />
        {text}
      </span>
      {row.conflict && <Mark icon="fork" text={w.mark_conflict} />}
      {row.deleted && row.state !== "refused" && <Mark icon="trash" text={w.mark_deleted} />}
    </span>
  );
}

export function Mark({ icon, text }: { icon: string; text: string }) {
  return (
    <span class="state draft">
      <Icon name={icon === "trash" ? "waste" : icon} />
      {text}
    </span>
  );
}

/** Head of a screen below the four places: back, title, what may stand at the right. */
export function Top(props: { title: string; children?: ComponentChildren; onBack?: () => void }) {
  const { title, children } = props;
  return (
    <header class="top">
      <button type="button" class="icon-btn" aria-label={words.value.back} onClick={props.onBack ?? back}>
        <Icon name="back" />
      </button>
      <h1>{title}</h1>
      {children}
    </header>
  );
}

const PLACES = [
  ["", "today", "today"],
  ["nhat-ky", "book", "diary"],
  ["ruong", "field", "farm"],
  ["gui", "send", "send"],
] as const;

const HELPERS_PLACES = [["", "hands", "neighbours"], ...PLACES.slice(1)] as const;

/** Whose book is open, for whoever writes in those of others. */
export function Behalf() {
  const { people } = app();
  const farm = people.farm.value;
  if (!people.helps.value || farm === null) return null;
  return (
    <a class="behalf row" href={makeHash("ho", [farm.scope.slice("farm:".length)])}>
      <Icon name="hands" />
      <span class="grow">{words.value.behalf_of(farm.name)}</span>
      <Icon name="next" />
    </a>
  );
}

/** The dock: one main thing, and on the four places the bar. */
export function Dock({
  children,
  bar = false,
  hint = "",
}: {
  children?: ComponentChildren;
  bar?: boolean;
  hint?: string;
}) {
  if (!bar && (children === undefined || children === false)) return null;
  return (
    <footer class="dock">
      {children !== undefined && children !== false && <div class="main">{children}</div>}
      {hint !== "" && <p class="hint">{hint}</p>}
      {bar && <Bar />}
    </footer>
  );
}

function Bar() {
  const w = words.value;
  const status = app().sync.status.value;
  const waiting = status.waitingOps + status.waitingPhotos;
  return (
    <nav class="bar" aria-label={w.places}>
      {(app().people.helps.value ? HELPERS_PLACES : PLACES).map(([name, icon, word]) => (
        <a key={name} href={makeHash(name)} aria-current={place.value.name === name ? "page" : undefined}>
          <Icon name={icon} />
          <span class="word" data-word={w[word]}>
            {w[word]}
          </span>
          {name === "gui" && waiting > 0 && (
            <span class="count">
              {waiting}
              <span class="unseen"> {w.state_waiting}</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

/** A note in the place where it can be put right: turmeric to look at, red to stop. */
export function Note({ halt = false, children }: { halt?: boolean; children: ComponentChildren }) {
  return (
    <div class={halt ? "finding halt" : "finding"} role="status">
      <Icon name={halt ? "stop" : "warn"} />
      <div>{children}</div>
    </div>
  );
}

/** The solid green button: one a screen. */
export function Do(props: {
  icon?: string;
  onClick: () => void;
  disabled?: boolean;
  children: ComponentChildren;
}) {
  return (
    <button type="button" class="btn do" onClick={props.onClick} disabled={props.disabled}>
      {props.icon !== undefined && <Icon name={props.icon} />}
      {props.children}
    </button>
  );
}

/** An outline button; `kind` is a class of pieces.css (`ask`, `quiet`, `add`, `fit`, `warned`). */
export function Btn(props: {
  icon?: string;
  kind?: string;
  onClick: () => void;
  disabled?: boolean;
  children: ComponentChildren;
}) {
  return (
    <button type="button" class={`btn ${props.kind ?? ""}`} onClick={props.onClick} disabled={props.disabled}>
      {props.icon !== undefined && <Icon name={props.icon} />}
      {props.children}
    </button>
  );
}
