/** Tôi đã đồng ý gì: each purpose with its words as they stand, when it was said, and a way to say otherwise. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { Consent } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note, Top } from "../pieces/basic.tsx";
import { openSheet, toast } from "../pieces/overlay.tsx";
import { language, words } from "../words/index.ts";
import { mine } from "../words/mine.ts";
import { when } from "./when.ts";

type Say = (one: Consent, yes: boolean) => Promise<void>;

export function ConsentsScreen() {
  const w = mine.value;
  const list = useSignal<readonly Consent[] | null | "waiting">("waiting");
  const load = async () => {
    list.value = await (await app().mine()).consents();
  };
  useSignalEffect(() => {
    if (app().home.value !== null) void load(); // drawn anew whenever something was stored
  });
  const say = async (one: Consent, yes: boolean) => {
    await (await app().mine()).agree(one.purpose, yes);
    await load();
    toast(mine.value.consent_noted);
  };
  const now = list.value;
  return (
    <main class="phone">
      <Top title={w.consents} />
      {now === "waiting" && (
        <p class="help" role="status">
          {words.value.loading}
        </p>
      )}
      {now === null && <Note>{w.consents_none}</Note>}
      {now !== null && now !== "waiting" && (
        <>
          <p>{w.consents_how}</p>
          <div class="stack">
            {now.map((one) => (
              <One key={one.purpose} consent={one} say={say} />
            ))}
          </div>
        </>
      )}
    </main>
  );
}

function stateOf(one: Consent): string {
  const w = mine.value;
  const at = one.at === null ? "" : when(one.at);
  const said =
    one.state === "given"
      ? w.consent_given(at)
      : one.state === "taken_back"
        ? w.consent_back(at)
        : w.consent_never;
  return one.isWaiting ? `${said} (${w.consent_waiting})` : said;
}

function One({ consent, say }: { consent: Consent; say: Say }) {
  const isGiven = consent.state === "given";
  return (
    <button type="button" class="pick row" onClick={() => read(consent, say)}>
      <Icon name={isGiven ? "check" : "minus"} size="l" />
      <span class="grow">
        <b>{consent.title[language.value]}</b>
        <span class="under">{stateOf(consent)}</span>
      </span>
      <Icon name="next" />
    </button>
  );
}

/** The words that were, or would be, agreed to; what can be said about them stands below. */
function read(consent: Consent, say: Say): void {
  const w = mine.value;
  const isGiven = consent.state === "given";
  openSheet(consent.title[language.value], (close) => (
    <div class="stack scroll">
      <p>{consent.text[language.value]}</p>
      <p class="q">{stateOf(consent)}</p>
      {isGiven && consent.required && <Note>{w.consent_required}</Note>}
      {isGiven && !consent.required && (
        <Btn kind="warned" onClick={() => void say(consent, false).then(close)}>
          {w.consent_no}
        </Btn>
      )}
      {!isGiven && (
        <Btn icon="check" onClick={() => void say(consent, true).then(close)}>
          {w.consent_yes}
        </Btn>
      )}
    </div>
  ));
}
