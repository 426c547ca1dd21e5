/** One household: what it needs, its people and their phones, its diary; a button to write for them. */
import { useEffect } from "preact/hooks";
import type { Household, Need, Team } from "../../../app/types.ts";
import { app } from "../../app.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../../pieces/basic.tsx";
import { go, makeHash } from "../../router.ts";
import { dayWithin } from "../../show.ts";
import { words } from "../../words/index.ts";
import { teamWords } from "../../words/team.ts";
import { Notices } from "../home.tsx";
import { DraftCard, EntryCard } from "../rows.tsx";
import { People } from "./people.tsx";
import { dayOf, needShown, placeShown, useTeam, went } from "./use.ts";

/** What a notice, a phone's card or the help card below says in full already. */
const TOLD_BELOW = new Set<Need["kind"]>([
  "asked",
  "torn",
  "over",
  "arrived",
  "no_phone",
  "invited",
  "declined",
]);

export function HouseholdScreen({ farm }: { farm: string }) {
  const team = useTeam();
  const one = team?.households.value?.find((household) => household.farm === farm);
  const scope = `farm:${farm}`;
  const readable = app().people.farms.value.some((known) => known.scope === scope);
  // From here on diary and fields are this household's.
  useEffect(() => {
    if (readable) void app().people.switchFarm(scope);
  }, [farm, readable]);
  if (team === null || team.households.value === null) return <p class="help phone">{words.value.loading}</p>;
  if (one === undefined) {
    return (
      <>
        <main class="phone">
          <Top title={teamWords.value.title} />
          <Note>{teamWords.value.none_found}</Note>
        </main>
        <Dock bar />
      </>
    );
  }
  return <Shown team={team} one={one} readable={readable} />;
}

function Shown({ team, one, readable }: { team: Team; one: Household; readable: boolean }) {
  const t = teamWords.value;
  const writable = app().people.farms.value.some((farm) => farm.scope === one.scope && farm.write);
  const hasMain = writable || one.help === "none" || one.help === "over";
  const own = app().people.farm.value?.scope === one.scope;
  const home = app().home.value;
  const drafts = app().drafts.list.value.filter((draft) => draft.scope === one.scope);
  return (
    <>
      <main class="phone">
        <Top title={one.people[0]?.name || one.name} />
        <p class="small soft">{[one.name, placeShown(one)].filter(Boolean).join(" · ")}</p>
        {one.answer !== null && <Note halt>{t.said_no(one.answer)}</Note>}
        <Help one={one} />
        {one.needs
          .filter((need) => !TOLD_BELOW.has(need.kind))
          .map((need) => {
            const shown = needShown(need);
            return (
              <p key={need.kind} class={`need row ${shown.kind}`}>
                <Icon name={shown.icon} />
                <span class="grow">{shown.text}</span>
              </p>
            );
          })}
        {own && home !== null && <Notices home={{ ...home, held: 0 }} />}
        {own && drafts.map((draft) => <DraftCard key={draft.id} draft={draft} />)}
        {one.help !== "none" && one.help !== "over" && one.help !== "asked" && (
          <People team={team} one={one} />
        )}
        {readable && <Diary one={one} />}
        {own && (home?.today.length ?? 0) > 0 && (
          <>
            <h2>{words.value.today_entries}</h2>
            <div class="stack">
              {home?.today.map((row) => (
                <EntryCard key={row.doc} row={row} />
              ))}
            </div>
          </>
        )}
      </main>
      <Dock bar>{hasMain && <Main team={team} one={one} writable={writable} />}</Dock>
    </>
  );
}

function Main({ team, one, writable }: { team: Team; one: Household; writable: boolean }) {
  const t = teamWords.value;
  const write = async () => {
    await app().people.switchFarm(one.scope);
    go(makeHash("ghi"));
  };
  const ask = async () => {
    went(await team.askForHelp(one)); // the card above says what comes of it
  };
  if (writable)
    return (
      <Do icon="draft" onClick={() => void write()}>
        {t.write_for}
      </Do>
    );
  return (
    <Do icon="hands" onClick={() => void ask()}>
      {t.ask_help}
    </Do>
  );
}

/** The right to help: until when, that it is over, or how to get it. */
function Help({ one }: { one: Household }) {
  const t = teamWords.value;
  const texts: Record<Household["help"], string> = {
    now: one.until === null ? t.help_open : t.help_until(dayOf(one.until)),
    new: t.need_waiting,
    over: t.help_over_how(one.until === null ? "" : dayOf(one.until)),
    asked: t.asked_help,
    none: t.help_none_how,
  };
  if (one.help === "now")
    return (
      <p class="okline">
        <Icon name="hands" />
        {texts.now}
      </p>
    );
  if (one.help === "new") return null;
  return (
    <p class={one.help === "asked" ? "card ask row" : "card row"}>
      <Icon name={one.help === "asked" ? "held" : one.help === "over" ? "clock" : "lock"} />
      <span class="grow">{texts[one.help]}</span>
    </p>
  );
}

function Diary({ one }: { one: Household }) {
  const t = teamWords.value;
  const open = async (name: string) => {
    await app().people.switchFarm(one.scope);
    go(makeHash(name));
  };
  return (
    <>
      <h2>{t.the_book}</h2>
      <section class="card stack">
        <p class="b">
          {one.last_entry_on === null ? t.no_entry : t.last_entry(dayWithin(one.last_entry_on))}
        </p>
        {one.entries > 0 && <p class="small">{t.entries(one.entries)}</p>}
        {one.held > 0 && <p class="small">{t.held(one.held)}</p>}
        {one.unsent > 0 && (
          <p class="need row wait">
            <Icon name="waiting" />
            <span class="grow">{t.unsent(one.unsent)}</span>
          </p>
        )}
        <div class="stack">
          <Btn icon="book" onClick={() => void open("nhat-ky")}>
            {words.value.diary}
          </Btn>
          <Btn icon="field" onClick={() => void open("ruong")}>
            {words.value.farm}
          </Btn>
        </div>
      </section>
    </>
  );
}
