/** Đồng ý và dữ liệu: each purpose with its words as they stand, when it was said, and a way to say otherwise. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { AskedData, Consent, DataAsk } from "../../app/types.ts";
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
  const asked = useSignal<readonly AskedData[]>([]);
  const load = async () => {
    const own = await app().mine();
    list.value = await own.consents();
    asked.value = await own.asked();
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
      <h2>{w.data}</h2>
      <div class="stack">
        <Ask kind="access" title={w.data_access} how={w.data_access_how} asked={asked.value} again={load} />
        <Ask kind="erase" title={w.data_erase} how={w.data_erase_how} asked={asked.value} again={load} />
      </div>
    </main>
  );
}

interface AskProps {
  kind: DataAsk;
  title: string;
  how: string;
  asked: readonly AskedData[];
  again: () => Promise<void>;
}

/** One thing to ask of those who keep the data; what was asked is told, and not asked twice. */
function Ask({ kind, title, how, asked, again }: AskProps) {
  const w = mine.value;
  const found = asked.find((one) => one.kind === kind);
  const said =
    found === undefined
      ? ""
      : `${w.data_asked(when(found.at))}${found.isWaiting ? ` (${w.consent_waiting})` : ""}`;
  const send = async (close: () => void) => {
    await (await app().mine()).askFor(kind);
    close();
    await again();
    toast(mine.value.consent_noted);
  };
  const open = () =>
    openSheet(title, (close) => (
      <div class="stack scroll">
        <p>{how}</p>
        {found !== undefined ? (
          <Note>{mine.value.data_asked_long}</Note>
        ) : (
          <Btn icon="send" onClick={() => void send(close)}>
            {mine.value.data_ask}
          </Btn>
        )}
      </div>
    ));
  return (
    <button type="button" class="pick row" onClick={open}>
      <Icon name={kind === "access" ? "document" : "waste"} size="l" />
      <span class="grow">
        <b>{title}</b>
        {said !== "" && <span class="under">{said}</span>}
      </span>
      <Icon name="next" />
    </button>
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
