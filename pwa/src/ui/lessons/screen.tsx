/** Bài học ngắn: pictures, a sentence a step, read out where the phone has a voice; all of it without coverage. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { app } from "../app.ts";
import type { PlaceProps } from "../around/places.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { go, makeHash } from "../router.ts";
import { type Lesson, lessons, lessonWords } from "../words/lessons.ts";
import { hush, speak, useVoice } from "./voice.ts";
import "./lessons.css";

const own = async () => (await app().around()).lessons;

export function LessonsPlace({ first }: PlaceProps) {
  const lesson = lessons.value.find((one) => one.id === first);
  return lesson === undefined ? <Shelf /> : <Reading key={lesson.id} lesson={lesson} />;
}

function Shelf() {
  const w = lessonWords.value;
  const seen = useSignal<readonly string[]>([]);
  useEffect(() => {
    void own()
      .then((one) => one.seen())
      .then((found) => {
        seen.value = found;
      });
  }, []);
  return (
    <main class="phone">
      <Top title={w.title} />
      <div class="stack">
        {lessons.value.map((one) => (
          <a key={one.id} class="card tap row" href={makeHash("bai-hoc", [one.id])}>
            <span class="picto">
              <Icon name={one.icon} />
            </span>
            <span class="grow">
              <b>{one.title}</b>
              {seen.value.includes(one.id) && (
                <span class="under row">
                  <Icon name="check" size="s" />
                  {w.seen}
                </span>
              )}
            </span>
            <Icon name="next" />
          </a>
        ))}
      </div>
      {!app().practice && (
        <Btn icon="draft" onClick={() => go(makeHash("tap-ghi"))}>
          {w.try_it}
        </Btn>
      )}
    </main>
  );
}

function Reading({ lesson }: { lesson: Lesson }) {
  const w = lessonWords.value;
  const at = useSignal(0);
  const speaking = useSignal(false);
  const voice = useVoice();
  const step = lesson.steps[at.value];
  const isLast = at.value === lesson.steps.length - 1;
  const quiet = () => {
    hush();
    speaking.value = false;
  };
  useEffect(() => hush, []);
  const move = (by: number) => {
    quiet();
    at.value += by;
  };
  const finish = async () => {
    quiet();
    await (await own()).mark(lesson.id);
    go(makeHash("bai-hoc"), true);
  };
  const listen = () => {
    if (speaking.value) return quiet();
    speaking.value = speak(voice.value, step?.text ?? "", () => {
      speaking.value = false;
    });
  };
  return (
    <>
      <main class="phone">
        <Top title={lesson.title} />
        <p class="small soft">{w.step(at.value + 1, lesson.steps.length)}</p>
        <div class="lesson-picture" aria-hidden="true">
          {step?.picture.map((name) => (
            <span key={name} class={name === "x" || name === "stop" ? "no" : ""}>
              <Icon name={name} />
            </span>
          ))}
        </div>
        <p class="lesson-text" aria-live="polite">
          {step?.text}
        </p>
        {voice.value === "none" ? (
          <Note>{w.no_voice}</Note>
        ) : (
          <Btn icon={speaking.value ? "x" : "play"} onClick={listen}>
            {speaking.value ? w.stop : w.listen}
          </Btn>
        )}
        {at.value > 0 && (
          <Btn kind="quiet" onClick={() => move(-1)}>
            {w.before}
          </Btn>
        )}
      </main>
      <Dock>
        <Do icon={isLast ? "check" : "next"} onClick={() => (isLast ? void finish() : move(1))}>
          {isLast ? w.done : w.next}
        </Do>
      </Dock>
    </>
  );
}
