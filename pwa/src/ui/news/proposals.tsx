/** Hiến kế: what a person proposes to the commune, and what the commune answers. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Proposed, Spoken } from "../../app/types.ts";
import { PROPOSAL_VOICE_BYTES_MAX } from "../../core/limits.ts";
import { app } from "../app.ts";
import { Lazy } from "../form/lazy.tsx";
import { Sound, useUrl } from "../form/photos.tsx";
import { Btn, Do, Dock, Icon, Top } from "../pieces/basic.tsx";
import { openSheet, toast, warn } from "../pieces/overlay.tsx";
import { moment } from "../show.ts";
import { words } from "../words/index.ts";
import { newsWords } from "../words/news.ts";
import "../news/news.css";

const TEXT_CHARS_MAX = 2000;
const loadVoice = () => import("../form/voice.tsx").then((part) => part.Voice);

export function ProposalsScreen() {
  const w = newsWords.value;
  const found = useSignal<readonly Proposed[]>([]);
  const text = useSignal("");
  const voice = useSignal<Spoken | null>(null);
  const busy = useSignal(false);
  const changed = app().diary.changed.value;
  const load = async () => {
    found.value = await (await app().around()).news.proposed();
  };
  useEffect(() => void load(), [changed]);
  const send = async () => {
    busy.value = true;
    // No room, or a part that is not on the phone: said as well, and what was typed or spoken stays here.
    const isKept = await app()
      .around()
      .then((around) => around.news.propose(text.value, voice.value ?? undefined))
      .catch(() => false);
    busy.value = false;
    if (!isKept) return warn(words.value.not_saved);
    text.value = "";
    voice.value = null;
    toast(w.sent);
    await load();
  };
  const speak = () =>
    openSheet(words.value.voice, (close) => (
      <Lazy
        load={loadVoice}
        props={{
          done: (blob: Blob, seconds: number) => {
            close();
            if (blob.size > PROPOSAL_VOICE_BYTES_MAX) warn(w.spoken_long);
            else voice.value = { blob, seconds };
          },
        }}
      />
    ));
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
        {voice.value === null ? (
          <Btn icon="mic" onClick={speak}>
            {w.propose_speak}
          </Btn>
        ) : (
          <section class="card stack">
            <b>{w.spoken(voice.value.seconds)}</b>
            <Heard voice={voice.value} />
            <Btn
              kind="quiet"
              icon="waste"
              onClick={() => {
                voice.value = null;
              }}
            >
              {w.spoken_remove}
            </Btn>
          </section>
        )}
        {found.value.length > 0 && <h2>{w.proposed}</h2>}
        <div class="stack">
          {found.value.map((one) => (
            <section key={one.id} class="card stack">
              {one.text !== "" && <p class="plain-text">{one.text}</p>}
              {one.voiceSeconds > 0 && (
                <p class="row">
                  <Icon name="mic" />
                  {w.spoken(one.voiceSeconds)}
                </p>
              )}
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
        <Do
          icon="send"
          disabled={busy.value || (text.value.trim() === "" && voice.value === null)}
          onClick={() => void send()}
        >
          {w.propose_send}
        </Do>
      </Dock>
    </>
  );
}

/** What was just spoken, to be heard before it is sent. */
function Heard({ voice }: { voice: Spoken }) {
  return <Sound url={useUrl(async () => URL.createObjectURL(voice.blob), `${voice.blob.size}`)} />;
}
