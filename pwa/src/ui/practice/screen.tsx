/** Tập ghi thử: what it is, before it begins. */
import { useSignal } from "@preact/signals";
import { app } from "../app.ts";
import { Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { practiceWords } from "../words/practice.ts";
import { practise } from "./banner.tsx";

export function PracticePlace() {
  const w = practiceWords.value;
  const state = useSignal<"" | "busy" | "failed">("");
  const begin = async () => {
    state.value = "busy";
    await practise().catch(() => {
      state.value = "failed";
    });
  };
  return (
    <>
      <main class="phone">
        <Top title={w.title} />
        <p>{w.what}</p>
        <ul class="stack">
          {[w.safe_1, w.safe_2, w.safe_3].map((text) => (
            <li key={text} class="row">
              <Icon name="check" />
              <span class="grow">{text}</span>
            </li>
          ))}
        </ul>
        {state.value === "failed" && <Note halt>{w.failed}</Note>}
      </main>
      {!app().practice && (
        <Dock>
          <Do icon="draft" disabled={state.value === "busy"} onClick={() => void begin()}>
            {w.begin}
          </Do>
        </Dock>
      )}
    </>
  );
}
