/** The ways in without a link: scan the code, paste the invitation, a passkey, or the code that a person reads out. */
import { useSignal } from "@preact/signals";
import type { HeldBefore, Invite, JoinProblem } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { openSheet } from "../pieces/overlay.tsx";
import { Scene } from "../screens/scene.tsx";
import { door } from "../words/door.ts";
import { language, words } from "../words/index.ts";
import { ByPasskey } from "./passkey.tsx";
import { joinText } from "./problems.ts";
import { Scan } from "./scan.tsx";

interface EnterProps {
  /** Of an address without a secret: only the code is missing. */
  id: string;
  before: HeldBefore | null;
  problem: JoinProblem | null;
  again: (() => void) | null;
  enter: (invite: Invite) => void;
}

const CODE_CHARS_MIN = 6;

/** The invitation in a text, wherever it stands in it: a message holds more than the link. */
function inviteIn(text: string): { id: string; secret: string | null } | null {
  for (const word of text.split(/\s+/)) {
    const found = app().joining.parseAddress(word);
    if (found !== null) return found;
  }
  return null;
}

export function Enter({ id, before, problem, again, enter }: EnterProps) {
  const w = door.value;
  // Somebody writes here already: one more person comes, from the settings.
  const isAdding = app().state.value.kind === "ready";
  const link = useSignal(problem === null ? id : "");
  const code = useSignal("");
  const isTyping = useSignal(id !== "" && problem === null);
  const said = useSignal<string | null>(null);
  const say = (text: string | null) => {
    said.value = text;
  };
  const take = (text: string, otherwise: string) => {
    const found = inviteIn(text);
    said.value = found === null ? otherwise : null;
    if (found?.secret) return enter({ id: found.id, secret: found.secret });
    if (found === null) return;
    link.value = found.id;
    isTyping.value = true;
  };
  const scan = () =>
    openSheet(
      w.join_scan,
      (close) => (
        <Scan
          found={(text) => {
            close();
            take(text, w.scan_other);
          }}
        />
      ),
      true,
    );
  const paste = async () =>
    take((await navigator.clipboard.readText().catch(() => "")) ?? "", w.join_paste_none);
  const open = () => {
    const text = link.value.trim();
    const found = inviteIn(text);
    if (found?.secret) return enter({ id: found.id, secret: found.secret });
    return enter({ id: found?.id ?? text, code: code.value.replace(/[\s-]/g, "").toUpperCase() });
  };
  const isReady = isTyping.value && link.value.trim() !== "" && isComplete(link.value, code.value);
  const heard = said.value ?? (problem === null ? null : joinText(problem));
  return (
    <>
      <main class="phone">
        {isAdding ? (
          <Top title={words.value.add_person} />
        ) : (
          <figure class="scene-box">
            <Scene />
          </figure>
        )}
        {before !== null && <Gone before={before} />}
        {!isAdding && <h1>{before === null ? w.join_welcome : w.gone_again}</h1>}
        <p>{w.join_welcome_how}</p>
        {heard !== null && <Note halt>{heard}</Note>}
        {again !== null && (
          <Btn icon="repeat" onClick={again}>
            {words.value.join_again}
          </Btn>
        )}
        {isTyping.value && <Typed id={problem === null ? id : ""} link={link} code={code} />}
        <div class="stack">
          {isTyping.value && (
            <Btn icon="camera" onClick={scan}>
              {w.join_scan}
            </Btn>
          )}
          {typeof navigator.clipboard?.readText === "function" && (
            <Btn icon="copy" onClick={() => void paste()}>
              {w.join_paste}
            </Btn>
          )}
          {!isTyping.value && (
            <Btn
              kind="quiet"
              onClick={() => {
                isTyping.value = true;
              }}
            >
              {w.join_type}
            </Btn>
          )}
          <ByPasskey say={say} />
          {!isAdding && <OtherLanguage />}
        </div>
      </main>
      <Dock>
        {isTyping.value ? (
          <Do icon="check" disabled={!isReady} onClick={open}>
            {w.join_open}
          </Do>
        ) : (
          <Do icon="camera" onClick={scan}>
            {w.join_scan}
          </Do>
        )}
      </Dock>
    </>
  );
}

/** Nobody has joined yet, so there are no settings: the second language is one tap away here. */
function OtherLanguage() {
  const other = language.value === "vi" ? "en" : "vi";
  return (
    <Btn kind="quiet" onClick={() => void app().changeSettings({ language: other })}>
      {words.value[`language_${other}`]}
    </Btn>
  );
}

const isComplete = (link: string, code: string): boolean =>
  Boolean(inviteIn(link)?.secret) || code.trim().length >= CODE_CHARS_MIN;

/** The browser dropped the book that was here: what of it is lost, and that the rest is safe. */
function Gone({ before }: { before: HeldBefore }) {
  const w = door.value;
  const { lines, photos } = before;
  return (
    <section class="card halt stack">
      <p class="row top-line">
        <Icon name="warn" size="l" />
        <b class="grow">{w.gone_title}</b>
      </p>
      <p>{w.gone_why}</p>
      <p class="b">{lines + photos > 0 ? w.gone_unsent(lines, photos) : w.gone_sent}</p>
    </section>
  );
}

interface Text {
  value: string;
}

function Typed({ id, link, code }: { id: string; link: Text; code: Text }) {
  const w = door.value;
  return (
    <>
      {id === "" && (
        <label class="field">
          <span class="label">{w.join_link}</span>
          <input
            class="pick text"
            type="text"
            autocapitalize="off"
            autocomplete="off"
            value={link.value}
            onInput={(event) => {
              link.value = event.currentTarget.value;
            }}
          />
          <span class="help">{w.join_link_how}</span>
        </label>
      )}
      <label class="field">
        <span class="label">{w.join_code}</span>
        <input
          class="pick text code"
          type="text"
          autocapitalize="characters"
          autocomplete="one-time-code"
          maxLength={12}
          value={code.value}
          onInput={(event) => {
            code.value = event.currentTarget.value;
          }}
        />
        <span class="help">{w.join_code_how}</span>
      </label>
    </>
  );
}
