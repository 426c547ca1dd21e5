/** What must be read before anything else, on top of Home: urgent bulletins that nobody on this phone opened yet. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Bulletin } from "../../app/types.ts";
import { app } from "../app.ts";
import { Icon } from "../pieces/basic.tsx";
import { makeHash } from "../router.ts";
import { newsWords } from "../words/news.ts";

const SHOWN_MAX = 2;

export function Urgent() {
  const w = newsWords.value;
  const found = useSignal<readonly Bulletin[]>([]);
  const load = async () => {
    const told = await (await app().around()).news.bulletins();
    found.value = told.filter((one) => one.urgent && !one.isRead).slice(0, SHOWN_MAX);
  };
  useEffect(() => void load(), [app().diary.changed.value]);
  return (
    <>
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
