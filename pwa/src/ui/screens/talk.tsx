/** What the cooperative says about an entry and what was answered; where it asks, the way to answer in words. */
import { useSignal } from "@preact/signals";
import type { EntryDetail, Said } from "../../app/types.ts";
import { app } from "../app.ts";
import { RemindersOffer } from "../mine/reminders.tsx";
import { Btn, Do, Icon } from "../pieces/basic.tsx";
import { openSheet, toast, warn } from "../pieces/overlay.tsx";
import { moment } from "../show.ts";
import { words } from "../words/index.ts";
import { writeText } from "../words/problems.ts";
import { reviewWords } from "../words/review.ts";

const ANSWER_CHARS_MAX = 1000; // our choice: more is told on the telephone

export function Talk({ entry }: { entry: EntryDetail }) {
  const r = reviewWords.value;
  const { question, talk } = entry;
  if (talk.length === 0) return null;
  const waits = question !== null && !question.answered ? question : null;
  const asks = waits?.kind === "asked";
  const kind = waits !== null ? "ask" : entry.state === "approved" ? "done" : "";
  return (
    <>
      <section class={`card stack ${kind}`} aria-label={r.talk}>
        {talk.map((one) => (
          <Line key={one.doc} said={one} />
        ))}
        {question?.answered === true && <p class="okline">{r.answered_wait}</p>}
        {entry.state === "amended" && <p class="help">{r.amended_wait}</p>}
        {asks && entry.mayWrite && <p>{r.answered_how}</p>}
        {entry.mayWrite && <Ways entry={entry} />}
      </section>
      {!asks && talk.some((one) => one.kind === "asked") && <RemindersOffer />}
    </>
  );
}

/** What can be said now: an answer, that it was read, or something more. */
function Ways({ entry }: { entry: EntryDetail }) {
  const r = reviewWords.value;
  const { question, talk } = entry;
  const last = talk.filter((one) => one.isCoop).at(-1);
  const waits = question !== null && !question.answered ? question : null;
  const about = question?.review ?? last?.doc;
  if (about === undefined) return null;
  const open = () => openAnswer(entry, about, waits?.comment ?? "");
  if (waits === null) {
    return (
      <Btn kind="quiet" icon="message" onClick={open}>
        {r.say_more}
      </Btn>
    );
  }
  return (
    <div class="duo">
      <Btn kind="ask" icon="message" onClick={open}>
        {waits.kind === "said" ? words.value.answer : r.answer_in_words}
      </Btn>
      {waits.kind === "said" && (
        <Btn kind="quiet" icon="check" onClick={() => void app().diary.answer(entry.doc, waits.review, "")}>
          {r.answer_seen}
        </Btn>
      )}
    </div>
  );
}

const ICONS: Readonly<Record<Said["kind"], string>> = {
  asked: "asked",
  approved: "approved",
  comment: "message",
};

function Line({ said }: { said: Said }) {
  const w = words.value;
  const r = reviewWords.value;
  const whose = said.mine ? r.said_me : (said.who ?? w.other_phone);
  const title = {
    asked: r.said_asked(said.who),
    approved: r.said_approved(said.who),
    comment: said.isCoop ? r.said_message(said.who) : (said.seen ? r.said_seen : r.said_answer)(whose),
  }[said.kind];
  return (
    <div>
      <p class="who row">
        <Icon name={ICONS[said.kind]} />
        <span>
          {title}, {moment(said.at)}
          {said.isOnPhone ? `, ${w.state_waiting.toLowerCase()}` : ""}
        </span>
      </p>
      {said.text !== "" && <p>“{said.text}”</p>}
    </div>
  );
}

function openAnswer(entry: EntryDetail, about: string, quoted: string): void {
  const r = reviewWords.value;
  openSheet(r.answer_in_words, (close) => (
    <Answer doc={entry.doc} about={about} quoted={quoted} close={close} />
  ));
}

interface AnswerProps {
  doc: string;
  about: string;
  quoted: string;
  close: () => void;
}

function Answer({ doc, about, quoted, close }: AnswerProps) {
  const w = words.value;
  const r = reviewWords.value;
  const text = useSignal("");
  const busy = useSignal(false);
  const send = async () => {
    busy.value = true;
    const result = await app().diary.answer(doc, about, text.value.trim());
    busy.value = false;
    if (!result.ok) return warn(writeText(result.problem));
    close();
    return toast(w.saved);
  };
  return (
    <div class="stack">
      {quoted !== "" && <p>“{quoted}”</p>}
      <textarea
        class="pick text"
        rows={4}
        maxLength={ANSWER_CHARS_MAX}
        aria-label={r.answer_in_words}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <Do icon="check" disabled={busy.value || text.value.trim() === ""} onClick={() => void send()}>
        {r.answer_send}
      </Do>
    </div>
  );
}
