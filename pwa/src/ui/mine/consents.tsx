/** Tôi đã đồng ý gì: each purpose with its words as they stand, when it was said, and a way to say otherwise. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { Consent } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note, Top } from "../pieces/basic.tsx";
import { toast } from "../pieces/overlay.tsx";
import { moment } from "../show.ts";
import { language, words } from "../words/index.ts";
import { mine } from "../words/mine.ts";

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
          {now.map((one) => (
            <One key={one.purpose} consent={one} say={say} />
          ))}
        </>
      )}
    </main>
  );
}

function stateOf(one: Consent): string {
  const w = mine.value;
  const at = one.at === null ? "" : moment(one.at);
  const said =
    one.state === "given"
      ? w.consent_given(at)
      : one.state === "taken_back"
        ? w.consent_back(at)
        : w.consent_never;
  return one.isWaiting ? `${said} (${w.consent_waiting})` : said;
}

function One({ consent, say }: { consent: Consent; say: (one: Consent, yes: boolean) => Promise<void> }) {
  const w = mine.value;
  const isGiven = consent.state === "given";
  return (
    <section class={isGiven ? "card done stack" : "card stack"}>
      <p class="row top-line">
        <Icon name={isGiven ? "check" : "minus"} size="l" />
        <span class="grow">
          <b>{consent.title[language.value]}</b>
          <span class="under">{stateOf(consent)}</span>
        </span>
      </p>
      <p>{consent.text[language.value]}</p>
      {isGiven && consent.required && <p class="q">{w.consent_required}</p>}
      {isGiven && !consent.required && (
        <Btn kind="quiet" onClick={() => void say(consent, false)}>
          {w.consent_no}
        </Btn>
      )}
      {!isGiven && <Btn onClick={() => void say(consent, true)}>{w.consent_yes}</Btn>}
    </section>
  );
}
