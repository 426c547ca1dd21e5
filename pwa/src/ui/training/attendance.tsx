/** Điểm danh tập huấn: today's sessions, the scanner that goes on scanning, the list, and how many came. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { plain } from "../../app/search.ts";
import type { Attended, Attending, ScanResult, TrainingDesk, TrainingSession } from "../../app/types.ts";
import { app } from "../app.ts";
import type { PlaceProps } from "../around/places.ts";
import { Scan } from "../join/scan.tsx";
import { Btn, Do, Dock, Icon, Leaf, Note, Top } from "../pieces/basic.tsx";
import { warn } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { trainingWords } from "../words/training.ts";

const desk = async (): Promise<TrainingDesk> => (await app().around()).training;

/** Another each time the app has read everything anew: what the server told is in it only then. */
export const drawn = () => app().home.value;

export function AttendancePlace({ first }: PlaceProps) {
  const sessions = useSignal<readonly TrainingSession[] | null>(null);
  useEffect(() => {
    void desk().then((one) => {
      sessions.value = one.sessions();
    });
  }, [drawn()]);
  if (sessions.value === null) return null;
  const chosen = sessions.value.find((one) => one.id === first);
  return chosen === undefined ? <Sessions all={sessions.value} /> : <Session session={chosen} />;
}

function Sessions({ all }: { all: readonly TrainingSession[] }) {
  const w = trainingWords.value;
  const today = all.filter((one) => one.today);
  const others = all.filter((one) => !one.today);
  return (
    <main class="phone">
      <Top title={w.attendance} />
      {today.length > 0 && <h2>{w.today}</h2>}
      <SessionCards all={today} />
      {today.length === 0 && (
        <section class="card stack">
          <b>{w.none}</b>
          <p class="help">{w.none_how}</p>
        </section>
      )}
      {others.length > 0 && <h2>{w.around}</h2>}
      <SessionCards all={others} />
    </main>
  );
}

function SessionCards({ all }: { all: readonly TrainingSession[] }) {
  return (
    <div class="stack">
      {all.map((one) => (
        <a key={one.id} class="card tap row" href={makeHash("diem-danh", [one.id])}>
          <Leaf date={one.day} />
          <span class="grow">
            <b>{one.topic}</b>
            <span class="under">{[hours(one), one.place].filter(Boolean).join(" · ")}</span>
          </span>
          <Icon name="next" />
        </a>
      ))}
    </div>
  );
}

export const hours = (one: TrainingSession): string => [one.starts, one.ends].filter(Boolean).join("–");

function Session({ session }: { session: TrainingSession }) {
  const w = trainingWords.value;
  const by = useSignal<"scan" | "list">("scan");
  const attended = useSignal<Attended | null>(null);
  useEffect(() => {
    void desk()
      .then((one) => one.attended(session.id))
      .then((found) => {
        attended.value = found;
      });
  }, [app().diary.changed.value, drawn(), session.id]);
  const count = attended.value?.count ?? 0;
  const waiting = attended.value?.waiting ?? 0;
  return (
    <>
      <main class="phone">
        <Top title={session.topic} onBack={() => go(makeHash("diem-danh"), true)} />
        <section class="card stack">
          <span class="answer g" role="status">
            {w.came(count)}
          </span>
          <span class="small">{waiting > 0 ? w.waiting(waiting) : w.all_sent}</span>
        </section>
        <div class="seg" role="group" aria-label={w.attendance}>
          {(["scan", "list"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={by.value === one}
              onClick={() => {
                by.value = one;
              }}
            >
              {w[one]}
            </button>
          ))}
        </div>
        {by.value === "scan" && <Scanning session={session} />}
        {by.value === "list" && attended.value !== null && (
          <Listed session={session} households={attended.value.households} />
        )}
      </main>
      <Dock bar />
    </>
  );
}

function Scanning({ session }: { session: TrainingSession }) {
  const w = trainingWords.value;
  const open = useSignal(false);
  const last = useSignal<ScanResult | null>(null);
  const found = async (text: string) => {
    const result = await (await desk()).scan(session, text);
    last.value = result;
    navigator.vibrate?.(result.ok ? 80 : [80, 80, 80]);
  };
  return (
    <div class="stack">
      {/* Always there: a video that is moved about the page stops. */}
      <div>{last.value !== null && <Said result={last.value} />}</div>
      {open.value ? (
        <>
          <Scan found={(text) => void found(text)} goesOn />
          <Btn
            icon="x"
            onClick={() => {
              open.value = false;
            }}
          >
            {w.scan_stop}
          </Btn>
        </>
      ) : (
        <>
          <p>{w.scan_how}</p>
          <Do
            icon="qr"
            onClick={() => {
              open.value = true;
            }}
          >
            {w.scan_start}
          </Do>
        </>
      )}
    </div>
  );
}

function Said({ result }: { result: ScanResult }) {
  const w = trainingWords.value;
  if (!result.ok) return <Note halt>{w[result.problem]}</Note>;
  if (result.again) return <Note>{w.again(result.name)}</Note>;
  return (
    <p class="card done row" role="status">
      <Icon name="check" size="l" />
      <b class="grow">{result.name === "" ? w.done_unknown : w.done(result.name)}</b>
    </p>
  );
}

function Listed({ session, households }: { session: TrainingSession; households: readonly Attending[] }) {
  const w = trainingWords.value;
  const text = useSignal("");
  const busy = useSignal(false);
  const sought = plain(text.value).split(/\s+/).filter(Boolean);
  const shown = households.filter((one) => {
    const told = plain(`${one.name} ${one.code} ${one.village}`);
    return sought.every((word) => told.includes(word));
  });
  const tick = async (one: Attending) => {
    if (busy.value) return;
    busy.value = true;
    const done = await (await desk()).tick(session, one);
    busy.value = false;
    if (!done) warn(w.not_saved);
  };
  return (
    <div class="stack">
      <label class="pick">
        <Icon name="search" />
        <span class="unseen">{w.find}</span>
        <input
          type="search"
          class="grow bare"
          placeholder={w.find}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      {shown.length === 0 && <p class="help">{w.no_household}</p>}
      {shown.map((one) => (
        <button
          key={one.of}
          type="button"
          class={`pick row ${one.came ? "on" : ""}`}
          role="switch"
          aria-checked={one.came}
          disabled={one.came && !one.own}
          onClick={() => void tick(one)}
        >
          <span class="grow">
            <b>{one.name}</b>
            <span class="under">
              {[one.code, one.village].filter(Boolean).join(", ")}
              {one.came ? ` · ${one.own ? w.ticked : w.by_other}` : ""}
            </span>
          </span>
          <span class="switch" aria-hidden="true">
            <span />
          </span>
        </button>
      ))}
      <WalkIn session={session} />
    </div>
  );
}

function WalkIn({ session }: { session: TrainingSession }) {
  const w = trainingWords.value;
  const name = useSignal("");
  const add = async () => {
    const done = await (await desk()).walkIn(session, name.value);
    if (!done) return warn(w.not_saved);
    name.value = "";
  };
  return (
    <section class="card stack">
      <h2>{w.walk_in}</h2>
      <label class="field">
        <span class="help">{w.walk_in_how}</span>
        <input
          class="pick text"
          type="text"
          maxLength={200}
          autocomplete="off"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <Btn icon="plus" disabled={name.value.trim() === ""} onClick={() => void add()}>
        {w.walk_in_add}
      </Btn>
    </section>
  );
}
