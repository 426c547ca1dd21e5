/** Mã điểm danh: the code that the attendee's phone shows, without coverage; what is to come and what was learnt. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { TrainingDesk } from "../../app/types.ts";
import { makeQr, qrPath } from "../../shared/qr.ts";
import { app } from "../app.ts";
import { Icon, Leaf, Note, Top } from "../pieces/basic.tsx";
import { trainingWords } from "../words/training.ts";
import "../screens/team/team.css";
import { drawn, hours } from "./attendance.tsx";

export function CodePlace() {
  const w = trainingWords.value;
  const desk = useSignal<TrainingDesk | null>(null);
  const code = useSignal<string | null | undefined>(undefined);
  useEffect(() => {
    void app()
      .around()
      .then(async (around) => {
        const found = around.training;
        code.value = await found.code();
        desk.value = found;
      });
  }, [drawn(), app().people.current.value?.device]);
  if (desk.value === null) return null;
  const sessions = desk.value.sessions();
  const trained = desk.value.trained();
  return (
    <main class="phone">
      <Top title={w.code} />
      {typeof code.value === "string" ? <Drawn code={code.value} /> : <Note>{w.code_none}</Note>}
      <p>{w.code_how}</p>
      <p class="small row">
        <Icon name="lock" />
        <span>{w.code_safe}</span>
      </p>
      <h2>{w.coming}</h2>
      {sessions.length === 0 && <p class="help">{w.coming_none}</p>}
      <div class="stack">
        {sessions.map((one) => (
          <div key={one.id} class="card row">
            <Leaf date={one.day} kind={one.today ? "today" : ""} />
            <span class="grow">
              <b>{one.topic}</b>
              <span class="under">{[hours(one), one.place].filter(Boolean).join(" · ")}</span>
            </span>
          </div>
        ))}
      </div>
      {trained.length > 0 && <h2>{w.trained}</h2>}
      <div class="stack">
        {trained.map((one) => (
          <div key={`${one.day} ${one.topic}`} class="card row">
            <Leaf date={one.day} />
            <b class="grow">{one.topic}</b>
            <Icon name="check" />
          </div>
        ))}
      </div>
    </main>
  );
}

function Drawn({ code }: { code: string }) {
  const { side, path } = qrPath(makeQr(code));
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={trainingWords.value.code_label}
      shape-rendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
