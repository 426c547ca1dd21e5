/** Hiến kế: what a person proposes to the commune, and what the commune answers. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Proposed } from "../../app/types.ts";
import { app } from "../app.ts";
import { Do, Dock, Top } from "../pieces/basic.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { moment } from "../show.ts";
import { words } from "../words/index.ts";
import { newsWords } from "../words/news.ts";
import "../news/news.css";

const TEXT_CHARS_MAX = 2000;

export function ProposalsScreen() {
  const w = newsWords.value;
  const found = useSignal<readonly Proposed[]>([]);
  const text = useSignal("");
  const busy = useSignal(false);
  const changed = app().diary.changed.value;
  const load = async () => {
    found.value = await (await app().around()).news.proposed();
  };
  useEffect(() => void load(), [changed]);
  const send = async () => {
    busy.value = true;
    const isKept = await (await app().around()).news.propose(text.value);
    busy.value = false;
    if (!isKept) return warn(words.value.not_saved);
    text.value = "";
    toast(w.sent);
    await load();
  };
  return (
    <>
      <main class="phone">
        <Top title={w.propose} />
        <label class="field">
          <span class="q">{w.propose_label}</span>
          <span class="help">{w.propose_how}</span>
          <textarea
            class="pick text"
            rows={5}
            maxLength={TEXT_CHARS_MAX}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        {found.value.length > 0 && <h2>{w.proposed}</h2>}
        <div class="stack">
          {found.value.map((one) => (
            <section key={one.id} class="card stack">
              <p class="plain-text">{one.text}</p>
              <p class="help">
                {moment(one.made_at)}. <b>{w[`state_${one.state}`]}</b>
              </p>
              {one.answer !== "" && (
                <p class="card done plain-text">
                  <b>{one.by}</b>
                  {"\n"}
                  {one.answer}
                </p>
              )}
            </section>
          ))}
        </div>
      </main>
      <Dock>
        <Do icon="send" disabled={busy.value || text.value.trim() === ""} onClick={() => void send()}>
          {w.propose_send}
        </Do>
      </Dock>
    </>
  );
}
