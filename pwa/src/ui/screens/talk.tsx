/** What the cooperative says about an entry and what was answered; where it asks, the way to answer in words. */
import { useSignal } from "@preact/signals";
import type { EntryDetail, Said } from "../../app/types.ts";
import { app } from "../app.ts";
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
  const asks = question !== null && !question.answered;
  const kind = asks ? "ask" : entry.state === "approved" ? "done" : "";
  return (
    <section class={`card stack ${kind}`} aria-label={r.talk}>
      {talk.map((one) => (
        <Line key={one.doc} said={one} />
      ))}
      {question?.answered === true && <p class="okline">{r.answered_wait}</p>}
      {entry.state === "amended" && <p class="help">{r.amended_wait}</p>}
      {asks && entry.mayWrite && (
        <>
          <p>{r.answered_how}</p>
          <Btn kind="ask" icon="message" onClick={() => openAnswer(entry, question.review)}>
            {r.answer_in_words}
          </Btn>
        </>
      )}
    </section>
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
  const whose = said.who ?? (said.kind === "comment" ? w.other_phone : "HTX");
  const title = {
    asked: r.said_asked(said.who),
    approved: r.said_approved(said.who),
    comment: r.said_answer(said.mine ? w.me : whose),
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

function openAnswer(entry: EntryDetail, review: string): void {
  const r = reviewWords.value;
  openSheet(r.answer_in_words, (close) => <Answer entry={entry} review={review} close={close} />);
}

function Answer({ entry, review, close }: { entry: EntryDetail; review: string; close: () => void }) {
  const w = words.value;
  const r = reviewWords.value;
  const text = useSignal("");
  const busy = useSignal(false);
  const send = async () => {
    busy.value = true;
    const result = await app().diary.answer(entry.doc, review, text.value.trim());
    busy.value = false;
    if (!result.ok) return warn(writeText(result.problem));
    close();
    return toast(w.saved);
  };
  return (
    <div class="stack">
      <p>“{entry.question?.comment}”</p>
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
