/** Hỏi cán bộ: what was asked, one question with its photos and answers, and the way to ask or to answer. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Asked, Asking, PhotoRow, Said } from "../../app/types.ts";
import { app } from "../app.ts";
import type { PlaceProps } from "../around/places.ts";
import { isSound, Sound, useUrl } from "../form/photos.tsx";
import { Behalf, Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { openSheet, toast, warn } from "../pieces/overlay.tsx";
import { go, makeHash, place } from "../router.ts";
import { draftHash } from "../screens/rows.tsx";
import { moment } from "../show.ts";
import { words } from "../words/index.ts";
import { newsWords } from "../words/news.ts";
import "../news/news.css";

const TEXT_CHARS_MAX = 2000;

export function AskingScreen({ first }: PlaceProps) {
  const found = useSignal<readonly Asked[] | null>(null);
  const asking = useSignal<Asking | null>(null);
  const changed = app().diary.changed.value;
  const load = async () => {
    const own = (await app().around()).asking;
    found.value = await own.list();
    asking.value = own;
  };
  useEffect(() => void load(), [changed]);
  if (found.value === null || asking.value === null) return <p class="help phone">{words.value.loading}</p>;
  if (first === "") return <All found={found.value} asking={asking.value} />;
  return <One found={found.value.find((one) => one.doc === first)} asking={asking.value} />;
}

const isOut = (one: Asked): boolean => one.state === "onphone" || one.state === "waiting";

function All({ found, asking }: { found: readonly Asked[]; asking: Asking }) {
  const w = newsWords.value;
  const draft = asking.draft();
  const many = !asking.isAsker();
  const begin = async () => {
    if (draft !== undefined) return go(draftHash(draft.id));
    const result = await asking.begin(place.value.query.vu ?? null);
    if (result.ok) go(draftHash(result.draft.id));
    else warn(result.problem === "read_only" ? words.value.not_saved_right : words.value.not_saved);
  };
  return (
    <>
      <main class="phone">
        <Top title={w.ask} />
        {many ? <Behalf /> : <p class="help">{w.ask_how}</p>}
        {found.length === 0 && <p class="card">{many ? w.asked_none_team : w.asked_none}</p>}
        <div class="stack">
          {found.map((one) => (
            <a key={one.doc} class="card tap row" href={makeHash("hoi", [one.doc])}>
              <span class="grow">
                {many && <span class="under">{one.farm}</span>}
                <b>{one.text || w.no_words}</b>
                <span class="under">
                  {moment(one.recordedAt)}
                  {one.season !== "" && `, ${one.season}`}
                </span>
                <Stand one={one} />
              </span>
              <Icon name="next" />
            </a>
          ))}
        </div>
      </main>
      {asking.mayAsk() ? (
        <Dock bar>
          {many ? (
            <Btn kind="quiet" icon="camera" onClick={() => void begin()}>
              {draft === undefined ? w.ask_for : w.ask_go_on}
            </Btn>
          ) : (
            <Do icon="camera" onClick={() => void begin()}>
              {draft === undefined ? w.ask_do : w.ask_go_on}
            </Do>
          )}
        </Dock>
      ) : (
        <Dock bar />
      )}
    </>
  );
}

/** The one state of a question. */
function Stand({ one }: { one: Asked }) {
  const w = newsWords.value;
  const [kind, icon, text] = one.isAnswered
    ? ["approved", "approved", w.answered]
    : one.state === "refused"
      ? ["refused", "refused", w.refused]
      : isOut(one)
        ? ["waiting", "waiting", w.on_phone]
        : ["asked", "asked", w.waits];
  return (
    <span class="marks">
      <span class={`state ${kind}`}>
        <Icon name={icon} />
        {text}
      </span>
    </span>
  );
}

function One({ found, asking }: { found: Asked | undefined; asking: Asking }) {
  const w = newsWords.value;
  if (found === undefined)
    return (
      <>
        <main class="phone">
          <Top title={w.question} />
          <Note>{w.missing}</Note>
        </main>
        <Dock bar />
      </>
    );
  const mine = asking.isAsker();
  const word = mine ? w.more : w.answer;
  const open = () =>
    openSheet(word, (close) => (
      <Write word={word} how={mine ? w.more_how : w.answer_how} one={found} asking={asking} close={close} />
    ));
  return (
    <>
      <main class="phone">
        <Top title={w.question} />
        <section class="card stack">
          {!mine && <p class="who">{found.farm}</p>}
          <p class="plain-text">
            <b>{found.text || w.no_words}</b>
          </p>
          <p class="help">
            {[moment(found.recordedAt), w.about(found.season, found.plot)].filter(Boolean).join(". ")}
          </p>
          <div class="photos">
            {found.photos.map((photo) => (
              <Shot key={photo.doc} photo={photo} />
            ))}
          </div>
          <Stand one={found} />
        </section>
        <div class="stack">
          {found.said
            .filter((one) => one.text !== "")
            .map((one) => (
              <Line key={one.doc} said={one} />
            ))}
        </div>
      </main>
      <Dock bar>
        {asking.mayAnswer() &&
          (mine ? (
            <Btn kind="quiet" icon="message" onClick={open}>
              {word}
            </Btn>
          ) : (
            <Do icon="message" onClick={open}>
              {word}
            </Do>
          ))}
      </Dock>
    </>
  );
}

function Line({ said }: { said: Said }) {
  const w = newsWords.value;
  const name = said.who ?? w.somebody;
  const title = said.mine ? w.said_me : said.isCoop ? w.answer_by(name) : w.said_by(name);
  return (
    <section class={said.isCoop ? "card done" : "card"}>
      <p class="who row">
        <Icon name="message" />
        <span>
          {title}, {moment(said.at)}
          {said.isOnPhone ? `, ${w.on_phone.toLowerCase()}` : ""}
        </span>
      </p>
      <p class="plain-text">{said.text}</p>
    </section>
  );
}

function Shot({ photo }: { photo: PhotoRow }) {
  const sound = isSound(photo.type);
  const url = useUrl(() => app().photoUrl(photo, sound ? "view" : "thumb"), `${photo.sha256} ${photo.state}`);
  if (sound) return <Sound url={url} />;
  const open = () => openSheet(newsWords.value.question, () => <Large photo={photo} />, true);
  return (
    <button type="button" class="photo" aria-label={words.value.photos} onClick={open}>
      {url === null ? <Icon name="camera" size="l" /> : <img src={url} alt="" />}
    </button>
  );
}

function Large({ photo }: { photo: PhotoRow }) {
  const url = useUrl(() => app().photoUrl(photo, "view"), `${photo.sha256}-view`);
  return <img class="large" src={url ?? undefined} alt={newsWords.value.question} />;
}

interface WriteProps {
  word: string;
  how: string;
  one: Asked;
  asking: Asking;
  close: () => void;
}

function Write({ word, how, one, asking, close }: WriteProps) {
  const w = newsWords.value;
  const text = useSignal("");
  const busy = useSignal(false);
  const send = async () => {
    busy.value = true;
    const isKept = await asking.answer(one.scope, one.doc, text.value);
    busy.value = false;
    if (!isKept) return warn(words.value.not_saved);
    close();
    toast(words.value.saved);
  };
  return (
    <div class="stack">
      <p class="help">{how}</p>
      <textarea
        class="pick text"
        rows={5}
        maxLength={TEXT_CHARS_MAX}
        aria-label={word}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <Do icon="send" disabled={busy.value || text.value.trim() === ""} onClick={() => void send()}>
        {w.send}
      </Do>
    </div>
  );
}
