/** Giúp bà con: who needs help and why, everybody of the village, search; one button for a new household. */
import { useSignal } from "@preact/signals";
import { plain } from "../../../app/search.ts";
import type { Household } from "../../../app/types.ts";
import { app } from "../../app.ts";
import { Tiles } from "../../around/tiles.tsx";
import { Btn, Do, Dock, Icon, Note } from "../../pieces/basic.tsx";
import { go, makeHash, place } from "../../router.ts";
import { words } from "../../words/index.ts";
import { teamWords } from "../../words/team.ts";
import { UpdateCard } from "../home.tsx";
import { DraftCard } from "../rows.tsx";
import { householdHash, needShown, placeShown, useTeam } from "./use.ts";

/** Which half was looked at, kept while other screens are. */
const half = { all: false };

export function TeamScreen() {
  const t = teamWords.value;
  const team = useTeam();
  const all = useSignal(half.all);
  const finding = useSignal(false);
  const text = useSignal("");
  const choose = (value: boolean) => {
    half.all = value;
    all.value = value;
  };
  const known = team?.households.value ?? [];
  const inNeed = known.filter((one) => one.needs.length > 0);
  const wanted = text.value.trim() === "" ? (all.value ? known : inNeed) : found(known, text.value);
  return (
    <>
      <main class="phone">
        <header class="top plain">
          <h1>{t.title}</h1>
          <button
            type="button"
            class="icon-btn line"
            aria-label={t.find}
            aria-pressed={finding.value}
            onClick={() => {
              finding.value = !finding.value;
              text.value = "";
            }}
          >
            <Icon name={finding.value ? "x" : "search"} />
          </button>
          <a class="icon-btn line" href={makeHash("cai-dat")} aria-label={words.value.settings}>
            <Icon name="settings" />
          </a>
        </header>
        {place.value.name !== "" && <Note>{t.choose_first}</Note>}
        <UpdateCard />
        <Standing />
        {finding.value ? (
          <label class="pick">
            <Icon name="search" />
            <span class="unseen">{t.find_how}</span>
            <input
              type="search"
              class="grow bare"
              placeholder={t.find_how}
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
              }}
            />
          </label>
        ) : (
          <div class="seg" role="group" aria-label={t.title}>
            <button type="button" aria-pressed={!all.value} onClick={() => choose(false)}>
              {t.in_need(inNeed.length)}
            </button>
            <button type="button" aria-pressed={all.value} onClick={() => choose(true)}>
              {t.all(known.length)}
            </button>
          </div>
        )}
        <Drafts />
        <div class="stack">
          {wanted.map((one) => (
            <HouseholdCard key={one.farm} one={one} />
          ))}
        </div>
        {team !== null && wanted.length === 0 && (
          <p class="help end">
            {text.value !== "" ? t.none_found : known.length === 0 ? t.none_yet : t.none_in_need}
          </p>
        )}
        <Tiles whose="team" />
        <p class="help row helped">
          <Icon name="check" />
          <span>{t.helped(team?.helpedToday.value ?? 0)}</span>
        </p>
      </main>
      <Dock bar>
        <Do icon="qr" onClick={() => go(makeHash("them-ho"))}>
          {t.add}
        </Do>
      </Dock>
    </>
  );
}

/** The helper's own phone: stopped, copied, or waiting to be confirmed itself. */
function Standing() {
  const w = words.value;
  const person = app().people.current.value;
  if (person === null) return null;
  if (person.revoked) return <Note halt>{w.revoked}</Note>;
  if (person.copied) return <Note>{w.copied}</Note>;
  return person.confirmed ? null : <Note>{w.confirm_wait}</Note>;
}

/** What was begun for some household and not saved. */
function Drafts() {
  const { people, drafts } = app();
  const scopes = new Set(people.farms.value.map((farm) => farm.scope));
  const mine = drafts.list.value.filter((draft) => scopes.has(draft.scope)).slice(0, 2);
  const other = mine.filter((draft) => draft.scope !== people.farm.value?.scope);
  const open = mine.filter((draft) => draft.scope === people.farm.value?.scope);
  return (
    <>
      {open.map((draft) => (
        <DraftCard key={draft.id} draft={draft} />
      ))}
      {other.map((draft) => {
        const farm = people.farms.value.find((one) => one.scope === draft.scope);
        return (
          <Btn key={draft.id} icon="draft" onClick={() => go(householdHash(draft.scope.slice(5)))}>
            {`${words.value.drafts}: ${farm?.name ?? ""}`}
          </Btn>
        );
      })}
    </>
  );
}

const found = (all: readonly Household[], text: string): Household[] => {
  const sought = plain(text).split(/\s+/).filter(Boolean);
  return all.filter((one) => {
    const told = plain([one.name, one.code, one.village, ...one.people.map((p) => p.name)].join(" "));
    return sought.every((word) => told.includes(word));
  });
};

function HouseholdCard({ one }: { one: Household }) {
  const t = teamWords.value;
  const [first] = one.needs;
  const shown = first === undefined ? null : needShown(first);
  const well = one.help === "none" ? t.by_name : t.all_well;
  return (
    <a class="card tap stack household" href={householdHash(one.farm)}>
      <span class="row">
        <span class={`picto ${shown?.kind ?? (one.help === "none" ? "plain" : "")}`}>
          <Icon name={shown?.icon ?? (one.help === "none" ? "lock" : "check")} />
        </span>
        <span class="grow">
          <b class="pn">{one.people[0]?.name || one.name}</b>
          <span class="under">{placeShown(one)}</span>
        </span>
        <Icon name="next" />
      </span>
      <span class={`need ${shown?.kind ?? "plain"}`}>{shown?.text ?? well}</span>
    </a>
  );
}
