/** Hôm nay: who and which day, what waits, what the cooperative asks, running seasons, what was recorded today. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { Home, SeasonRow, SeasonWait } from "../../app/types.ts";
import { app } from "../app.ts";
import { useFirstRows } from "../first_rows.ts";
import { whenIdle } from "../idle.ts";
import { Btn, Do, Dock, Icon, Leaf, Note } from "../pieces/basic.tsx";
import { go, makeHash } from "../router.ts";
import { dayCount, formShort, plotsShown, seasonIcon, seasonParts, today, verbOf } from "../show.ts";
import { words } from "../words/index.ts";
import { cards } from "./install.ts";
import { begin, DraftCard, EntryCard, entryHash } from "./rows.tsx";
import { Scene } from "./scene.tsx";

export function HomeScreen() {
  const w = words.value;
  const home = app().home.value;
  const Offers = cards.value;
  const around = useAround();
  return (
    <>
      <main class="phone">
        <Hello home={home} />
        <UpdateCard />
        {around !== null && <around.Urgent />}
        {home !== null && <Notices home={home} />}
        {Offers !== null && <Offers />}
        {home === null ? <p class="help">{w.starting}</p> : <Today home={home} around={around} />}
      </main>
      <Dock bar>
        <Do icon="draft" onClick={() => go(makeHash("ghi"))}>
          {w.write}
        </Do>
      </Dock>
    </>
  );
}

function Hello({ home }: { home: Home | null }) {
  const w = words.value;
  const person = app().people.current.value;
  const waiting = home === null ? 0 : home.waitingOps + home.waitingPhotos;
  return (
    <header class="hello">
      <Scene />
      <Leaf date={today()} big />
      <div class="grow">
        <div class="row name-line">
          <h1 class="grow">{person?.name ?? w.app}</h1>
          <a class="icon-btn line" href={makeHash("cai-dat")} aria-label={w.settings}>
            <Icon name="settings" />
          </a>
        </div>
        {waiting > 0 ? (
          <a class="chip to-send" href={makeHash("gui")}>
            <Icon name="waiting" />
            {w.waiting_lines(home?.waitingOps ?? 0, home?.waitingPhotos ?? 0, home?.waitingVoices ?? 0)}
          </a>
        ) : home?.refused !== 0 ? null : (
          <span class="okline">
            <Icon name="sent" />
            {w.all_sent}
          </span>
        )}
      </div>
    </header>
  );
}

/** What somebody has to look at, the most pressing first; each says what to do. */
export function Notices({ home }: { home: Home }) {
  const w = words.value;
  const person = app().people.current.value;
  return (
    <>
      {person?.revoked === true && <Note halt>{w.revoked}</Note>}
      {person?.copied === true && <Note>{w.copied}</Note>}
      {person !== null && !person.confirmed && !person.revoked && !person.copied && (
        <p class="card ask row small">
          <Icon name="held" />
          <span class="grow">{w.confirm_wait}</span>
        </p>
      )}
      {home.asked.slice(0, 2).map((row) => {
        const isSaid = row.question?.kind === "said";
        const title = isSaid ? w.said_card : w.asked_card;
        return (
          <section key={row.doc} class="card ask row" aria-label={title}>
            <div class="grow">
              <p class="who row">
                <Icon name={isSaid ? "message" : "asked"} />
                {title}
              </p>
              <p class="q">
                <b>{formShort(row)}</b>
                {row.question?.comment ? `: “${row.question.comment}”` : ""}
              </p>
            </div>
            <Btn kind="ask fit" onClick={() => go(entryHash(row.doc))}>
              {isSaid ? w.see : w.answer}
            </Btn>
          </section>
        );
      })}
      {home.conflicts.slice(0, 2).map((row) => (
        <section key={row.doc} class="card wait row">
          <Icon name="fork" />
          <p class="grow">
            <b>{w.conflict_card}</b>
            <span class="under">{formShort(row)}</span>
          </p>
          <Btn kind="warned fit" onClick={() => go(entryHash(row.doc))}>
            {w.choose}
          </Btn>
        </section>
      ))}
      {home.refused > 0 && (
        <Notice kind="halt" icon="stop" title={w.refused_card(home.refused)} why={w.refused_why} />
      )}
      {home.held > 0 && <Notice kind="ask" icon="held" title={w.held_card(home.held)} why={w.held_why} />}
    </>
  );
}

function Notice(props: { kind: string; icon: string; title: string; why: string }) {
  return (
    <a class={`card row ${props.kind}`} href={makeHash("gui")}>
      <Icon name={props.icon} />
      <span class="grow">
        <b>{props.title}</b>
        <span class="under">{props.why}</span>
      </span>
      <Icon name="next" />
    </a>
  );
}

type Around = typeof import("../around/home.tsx");
const around = signal<Around | null>(null);

/** What stands beside the diary: here when the screen stands and has time. */
function useAround(): Around | null {
  useEffect(
    () =>
      whenIdle(async () => {
        // Where it can't be had yet, the next look at Home asks again.
        around.value ??= await import("../around/home.tsx").catch(() => null);
      }),
    [],
  );
  return around.value;
}

function Today({ home, around }: { home: Home; around: Around | null }) {
  const w = words.value;
  const waits = useWaits();
  const rows = useFirstRows(home.today);
  return (
    <>
      {home.drafts.length > 0 && <h2>{w.drafts}</h2>}
      {home.drafts.slice(0, 3).map((draft) => (
        <DraftCard key={draft.id} draft={draft} />
      ))}
      {home.runningSeasons.map((season) => (
        <SeasonCard key={season.doc} season={season} waits={waits} />
      ))}
      {home.runningSeasons.length === 0 && app().people.current.value?.confirmed !== false && (
        <section class="card stack">
          <p class="row">
            <Icon name="season" size="l" />
            <span class="grow">
              <b>{w.no_season}</b>
              <span class="under">{w.no_season_how}</span>
            </span>
          </p>
          <Btn icon="plus" onClick={() => void begin("season", {})}>
            {w.open_season}
          </Btn>
        </section>
      )}
      {around !== null && <around.Tiles whose="farm" />}
      <h2>{w.today_entries}</h2>
      {home.today.length === 0 && (
        <p class="help">
          {w.hello_none}. {w.hello_first}
        </p>
      )}
      <div class="stack">
        {rows.map((row) => (
          <EntryCard key={row.doc} row={row} />
        ))}
      </div>
    </>
  );
}

interface Waits {
  Shown: ComponentType<{ wait: SeasonWait; verb: string }>;
  found: ReadonlyMap<string, SeasonWait>;
}

/** How long the seasons wait: looked up when the screen stands and has time, and after every change. */
function useWaits(): Waits | null {
  const waits = useSignal<Waits | null>(null);
  useEffect(
    () =>
      whenIdle(async () => {
        const [part, noticing] = await Promise.all([import("../form/noticed.tsx"), app().noticing()]);
        waits.value = { Shown: part.WaitShown, found: await noticing.waits() };
        await (await app().mine()).reminders.renew();
      }),
    [app().diary.changed.value],
  );
  return waits.value;
}

function SeasonCard({ season, waits }: { season: SeasonRow; waits: Waits | null }) {
  const w = words.value;
  const wait = waits?.found.get(season.doc);
  const days = dayCount(season.started_on, today());
  const [product, part] = seasonParts(season);
  return (
    <a class="card tap season" href={makeHash("vu", [season.doc])}>
      <div class="row top-line">
        <span class="picto">
          <Icon name={seasonIcon(season)} />
        </span>
        <div class="grow">
          <h2>{product}</h2>
          <p class="small soft">{[part, plotsShown(season.plots)].filter(Boolean).join(", ")}</p>
          {days > 0 && <p class={wait === undefined ? "answer g" : "small"}>{w.day_of_season(days)}</p>}
        </div>
        <Icon name="next" />
      </div>
      {waits !== null && wait !== undefined && <waits.Shown wait={wait} verb={verbOf(season)} />}
    </a>
  );
}

export function UpdateCard() {
  const w = words.value;
  const updates = app().updates;
  if (!updates.available.value) return null;
  return (
    <section class="card done stack">
      <p>
        <b>{w.update_ready}.</b> {updates.dirty.value ? w.update_dirty : w.update_why}
      </p>
      <Btn icon="repeat" disabled={updates.dirty.value} onClick={() => void updates.apply()}>
        {w.update}
      </Btn>
    </section>
  );
}
