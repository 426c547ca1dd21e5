/** Kho vật tư: of every input what was bought, used and is left, what runs out, and what can't be worked out. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { app } from "../app.ts";
import { Behalf, Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { go, makeHash } from "../router.ts";
import { begin, entryHash } from "../screens/rows.tsx";
import { type Amount, amountText, dayMonth, today } from "../show.ts";
import { words } from "../words/index.ts";
import { inputsWords } from "../words/inputs.ts";
import { type Expiry, type Shelf, shelves } from "./shelf.ts";

const COUNT = "KK-01";

export function StockScreen() {
  const n = inputsWords.value;
  const found = useSignal<readonly Shelf[] | null>(null);
  const load = async () => {
    found.value = shelves(await (await app().noticing()).stock(), today());
  };
  useEffect(() => void load(), [app().diary.changed.value]);
  if (found.value === null) return <p class="help phone">{words.value.loading}</p>;
  return (
    <>
      <main class="phone">
        <Top title={n.stock} />
        <Behalf />
        {found.value.length === 0 ? (
          <p class="card">
            <b>{n.stock_none}</b> {n.stock_none_how}
          </p>
        ) : (
          <p class="help">{n.stock_how}</p>
        )}
        <div class="stack">
          {found.value.map((one) => (
            <Card key={one.plain} shelf={one} />
          ))}
        </div>
        {app().activities.form(COUNT) !== null && (
          <Btn icon="check" onClick={() => void begin(COUNT, {})}>
            {n.count_now}
          </Btn>
        )}
      </main>
      <Dock bar>
        <Do icon="draft" onClick={() => go(makeHash("ghi"))}>
          {words.value.write}
        </Do>
      </Dock>
    </>
  );
}

const list = (amounts: readonly Amount[]): string => amounts.map(amountText).join(", ");

function Card({ shelf }: { shelf: Shelf }) {
  const n = inputsWords.value;
  const moved = [
    shelf.bought.length > 0 ? `${n.bought} ${list(shelf.bought)}` : "",
    shelf.used.length > 0 ? `${n.used.toLowerCase()} ${list(shelf.used)}` : "",
  ].filter(Boolean);
  return (
    <article class="card stack">
      <div class="row">
        <span class="picto plain">
          <Icon name={shelf.icon} />
        </span>
        <span class="grow">
          <b>{shelf.name}</b>
          <p class="answer">{leftText(shelf)}</p>
        </span>
      </div>
      {moved.length > 0 && <p class="small">{sentence(moved.join(", "))}</p>}
      {shelf.countedOn !== "" && <p class="small">{n.counted(dayMonth(shelf.countedOn))}</p>}
      {shelf.expiry !== null && <Expires expiry={shelf.expiry} />}
      {shelf.below !== null && <Note>{n.below(amountText(shelf.below))}</Note>}
      {shelf.neverBought && <Note>{n.never_bought}</Note>}
      {shelf.mixed && <Note>{n.mixed}</Note>}
      {shelf.open[0] !== undefined && (
        <Note>
          <p>{n.not_added(shelf.open.length)}</p>
          <a class="u" href={entryHash(shelf.open[0])}>
            {n.see_line}
          </a>
        </Note>
      )}
    </article>
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function leftText({ left }: Shelf): string {
  const n = inputsWords.value;
  if (left === null) return n.left_unknown;
  return left.length === 0 ? n.stock_empty : `${n.left} ${list(left)}`;
}

const KINDS: Readonly<Record<Expiry["state"], string>> = {
  good: "sent",
  soon: "waiting",
  some: "waiting",
  over: "refused",
};

function Expires({ expiry }: { expiry: Expiry }) {
  const n = inputsWords.value;
  const say = { good: n.expires, soon: n.expires_soon, some: n.expired_some, over: n.expired }[expiry.state];
  return (
    <span class="marks">
      <span class={`state ${KINDS[expiry.state]}`}>
        <Icon name={expiry.state === "good" ? "calendar" : expiry.state === "over" ? "stop" : "warn"} />
        {say(dayMonth(expiry.day))}
      </span>
    </span>
  );
}
