/** What must be read before anything else, on top of Home: what a sensor warns of, urgent bulletins nobody opened. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Bulletin, Sensing } from "../../app/types.ts";
import { app } from "../app.ts";
import { Icon } from "../pieces/basic.tsx";
import { makeHash } from "../router.ts";
import { alarmWords } from "../sensing/show.ts";
import { newsWords } from "../words/news.ts";

const SHOWN_MAX = 2;

export function Urgent() {
  const w = newsWords.value;
  const found = useSignal<readonly Bulletin[]>([]);
  const alarms = useSignal<Awaited<ReturnType<Sensing["alarms"]>>>([]);
  const load = async () => {
    const { news, sensing } = await app().around();
    alarms.value = (await sensing.alarms()).slice(0, SHOWN_MAX);
    const told = await news.bulletins();
    found.value = told.filter((one) => one.urgent && !one.isRead).slice(0, SHOWN_MAX);
  };
  useEffect(() => void load(), [app().diary.changed.value]);
  return (
    <>
      {alarms.value.map(({ sensor, measured }) => (
        <a
          key={`${sensor.id} ${measured?.code}`}
          class="card tap halt row"
          href={makeHash("may-do", [sensor.id, measured?.code ?? ""])}
        >
          <Icon name={measured === null ? "nosignal" : "warn"} size="l" />
          <span class="grow">
            <span class="under">{sensor.plotName || sensor.name}</span>
            <b class="big">{alarmWords(sensor, measured)}</b>
          </span>
          <Icon name="next" />
        </a>
      ))}
      {found.value.map((one) => (
        <a key={one.id} class="card tap halt row" href={makeHash("ban-tin", [one.id])}>
          <Icon name="warn" size="l" />
          <span class="grow">
            <span class="under">
              {w.urgent}, {one.by}
            </span>
            <b class="big">{one.title}</b>
          </span>
          <Icon name="next" />
        </a>
      ))}
    </>
  );
}
