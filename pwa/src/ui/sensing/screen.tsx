/** Máy đo: the farm's sensors with their last values, one with its chart; a reading goes into the diary by one tap. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Measured, SensorRow } from "../../app/types.ts";
import { app } from "../app.ts";
import type { PlaceProps } from "../around/places.ts";
import { Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { warn } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { draftHash } from "../screens/rows.tsx";
import { dayWithin, moment } from "../show.ts";
import { words } from "../words/index.ts";
import { sensingWords } from "../words/sensing.ts";
import { Chart } from "./chart.tsx";
import { alarmWords, hoursOf, shownBounds, shownName, shownValue } from "./show.ts";
import "./sensing.css";

const DAYS_SHOWN = 7;

export function SensingScreen({ first, second }: PlaceProps) {
  const found = useSignal<readonly SensorRow[] | null>(null);
  const heard = useSignal<number | null>(null);
  const may = useSignal(false);
  const load = async () => {
    const { sensing } = await app().around();
    may.value = sensing.mayTake();
    heard.value = await sensing.heardAt();
    found.value = await sensing.list();
  };
  useEffect(() => void load(), [app().diary.changed.value]);
  const w = sensingWords.value;
  if (found.value === null) return <p class="help phone">{words.value.loading}</p>;
  const sensor =
    found.value.find((one) => one.id === first) ?? (found.value.length === 1 ? found.value[0] : undefined);
  if (sensor !== undefined) return <One sensor={sensor} code={second} mayTake={may.value} />;
  return (
    <>
      <main class="phone">
        <Top title={w.title} />
        {found.value.length === 0 && (
          <p class="card">
            <b>{w.none}</b> {w.none_how}
          </p>
        )}
        <div class="stack">
          {found.value.map((one) => (
            <a key={one.id} class="card tap" href={makeHash("may-do", [one.id])}>
              <b>{one.name}</b>
              <span class="under">{one.plotName}</span>
              <Values sensor={one} />
            </a>
          ))}
        </div>
        {heard.value !== null && <p class="help">{w.heard(moment(heard.value))}</p>}
      </main>
      <Dock bar />
    </>
  );
}

function Values({ sensor }: { sensor: SensorRow }) {
  const w = sensingWords.value;
  if (sensor.measures.length === 0) return <span class="help">{w.nothing}</span>;
  return (
    <ul class="readings">
      {sensor.measures.map((one) => (
        <li key={one.code} class={isOff(one) ? "reading off" : "reading"}>
          <span>{shownName(one)}</span>
          <b>{shownValue(one, one.value)}</b>
          {isOff(one) && (
            <span class="state refused">
              <Icon name="warn" />
              {one.verdict === "low" ? w.low : w.high}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

const isOff = (one: Measured): boolean => one.verdict === "low" || one.verdict === "high";

function One({ sensor, code, mayTake }: { sensor: SensorRow; code: string; mayTake: boolean }) {
  const w = sensingWords.value;
  const wanted = sensor.measures.find((one) => one.code === code) ?? sensor.measures.find(isOff);
  const shown = wanted ?? sensor.measures[0];
  const newest = Math.max(0, ...sensor.measures.map((one) => one.at));
  const isTaken = mayTake && sensor.measures.some((one) => one.field !== "");
  const take = async () => {
    const { sensing } = await app().around();
    const result = await sensing.take(sensor);
    if (result.ok) go(draftHash(result.draft.id));
    else warn(result.problem === "read_only" ? words.value.not_saved_right : words.value.not_saved);
  };
  return (
    <>
      <main class="phone">
        <Top title={sensor.name} />
        {sensor.plotName !== "" && <p class="help">{sensor.plotName}</p>}
        {sensor.silentMs > 0 && <Note>{w.silent(hoursOf(sensor.silentMs))}</Note>}
        {sensor.measures.filter(isOff).map((one) => (
          <Note key={one.code} halt>
            {`${alarmWords(sensor, one)}. ${w.bounds(shownBounds(one))}.`}
          </Note>
        ))}
        <section class="card">
          <Values sensor={sensor} />
          {newest > 0 && <p class="help">{w.measured(moment(newest))}</p>}
        </section>
        {shown !== undefined && (
          <>
            <div class="picks" role="group">
              {sensor.measures.map((one) => (
                <a
                  key={one.code}
                  class={one === shown ? "chip on" : "chip"}
                  aria-current={one === shown ? "true" : undefined}
                  href={makeHash("may-do", [sensor.id, one.code])}
                  onClick={(event) => {
                    event.preventDefault();
                    go(makeHash("may-do", [sensor.id, one.code]), true);
                  }}
                >
                  {shownName(one)}
                </a>
              ))}
            </div>
            <Chart sensor={sensor.id} one={shown} />
            <Days one={shown} />
          </>
        )}
      </main>
      {isTaken && newest > 0 ? (
        <Dock bar>
          <Do icon="draft" onClick={() => void take()}>
            {w.take}
          </Do>
        </Dock>
      ) : (
        <Dock bar />
      )}
    </>
  );
}

function Days({ one }: { one: Measured }) {
  const w = sensingWords.value;
  const days = one.days.slice(-DAYS_SHOWN).reverse();
  if (days.length === 0) return null;
  return (
    <section class="card">
      <h2>{w.days}</h2>
      <ul class="readings">
        {days.map(([day, low, mean, high]) => (
          <li key={day} class="reading">
            <b>{dayWithin(day)}</b>
            <span>{w.day_line(shownValue(one, low), shownValue(one, mean), shownValue(one, high))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
