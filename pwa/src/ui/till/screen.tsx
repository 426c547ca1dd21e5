/** Mua bán: the clerk's day at the scale, or what a household sold; its further places by the address. */
import type { TillSale } from "../../app/types.ts";
import { app } from "../app.ts";
import type { PlaceProps } from "../around/places.ts";
import { Btn, Icon, Note, State, Top } from "../pieces/basic.tsx";
import { chooseOne } from "../pieces/overlay.tsx";
import { go } from "../router.ts";
import { today } from "../show.ts";
import { words } from "../words/index.ts";
import { tillWords } from "../words/till.ts";
import { AccountCard, AccountScreen } from "./account.tsx";
import { ClosingScreen } from "./closing.tsx";
import { ReceiptScreen } from "./receipt.tsx";
import { SaleScreen } from "./sale.tsx";
import {
  dongShown,
  goodsOf,
  type Held,
  isOpen,
  paidShown,
  partyOf,
  saleHash,
  tillHash,
  useTill,
  whenOf,
} from "./use.ts";

export function TillScreen({ first, second }: PlaceProps) {
  const held = useTill();
  if (held === null)
    return (
      <main class="phone">
        <p class="help" role="status">
          {words.value.loading}
        </p>
      </main>
    );
  const sale = held.sales.find((one) => one.deal.doc === `sale:${second}`);
  if (first === "phieu" && sale !== undefined) return <ReceiptScreen held={held} sale={sale} />;
  if (first === "tai-khoan" && held.whose !== "") return <AccountScreen held={held} farm={second} />;
  if (held.whose === "household") return <OwnScreen held={held} />;
  if (held.whose === "")
    return (
      <main class="phone">
        <Top title={tillWords.value.title} />
        <Note>{tillWords.value.nobody}</Note>
      </main>
    );
  if (first === "chot") return <ClosingScreen held={held} />;
  if (first === "no") return <UnpaidScreen held={held} />;
  if (first === "mua") return <SaleScreen key="mua" held={held} direction="buy" from={undefined} />;
  if (first === "ban") return <SaleScreen key="ban" held={held} direction="sell" from={undefined} />;
  if (first === "sua" && sale !== undefined)
    return <SaleScreen key={second} held={held} direction={sale.deal.direction} from={sale} />;
  return <DayScreen held={held} />;
}

function DayScreen({ held }: { held: Held }) {
  const w = tillWords.value;
  const { place, sales } = held;
  const day = today();
  const mine = sales.filter((one) => one.deal.happened_on === day);
  const open = sales.filter(isOpen);
  const counted = mine.filter((one) => !one.deal.isVoid && !one.isReplaced);
  const point = place.points.find((one) => one.id === place.point);
  const choose = () =>
    chooseOne(
      w.point,
      place.points.map((one) => ({ value: one.id, text: one.name })),
      place.point,
      (id) => void held.till.choosePoint(id),
    );
  return (
    <main class="phone">
      <Top title={w.title} />
      {point === undefined ? (
        <Note>{w.no_point}</Note>
      ) : (
        <button type="button" class="pick" onClick={choose}>
          <Icon name="pin" />
          <b class="grow">{point.name}</b>
          <Icon name="down" />
        </button>
      )}
      <div class="tiles two">
        <a class="tile" href={tillHash("mua")}>
          <Icon name="scale" size="l" />
          <span>{w.buy}</span>
        </a>
        <a class="tile" href={tillHash("ban")}>
          <Icon name="store" size="l" />
          <span>{w.sell}</span>
        </a>
      </div>
      <div class="stack">
        {open.length > 0 && (
          <Btn icon="waiting" onClick={() => go(tillHash("no"))}>
            {w.open_list(open.length)}
          </Btn>
        )}
        <Btn icon="check" onClick={() => go(tillHash("chot"))}>
          {w.close_day}
        </Btn>
      </div>
      <h2>
        {w.today}: {w.count(counted.length)}
      </h2>
      {mine.length === 0 && <p class="card">{w.none}</p>}
      <Rows held={held} sales={mine} />
      {sales.length > mine.length && <h2>{w.earlier}</h2>}
      <Rows held={held} sales={sales.filter((one) => one.deal.happened_on !== day).slice(0, 50)} />
    </main>
  );
}

function UnpaidScreen({ held }: { held: Held }) {
  const w = tillWords.value;
  const open = held.sales.filter(isOpen);
  return (
    <main class="phone">
      <Top title={w.unpaid_title} />
      {open.length === 0 && <p class="card">{w.all_paid}</p>}
      <Rows held={held} sales={open} />
    </main>
  );
}

function OwnScreen({ held }: { held: Held }) {
  const w = tillWords.value;
  const farm = (app().people.farm.value?.scope ?? "").slice("farm:".length);
  return (
    <main class="phone">
      <Top title={w.mine} />
      <AccountCard held={held} farm={farm} />
      {held.sales.length === 0 && <p class="card">{w.none_mine}</p>}
      <Rows held={held} sales={held.sales} />
    </main>
  );
}

export function Rows({ held, sales }: { held: Held; sales: readonly TillSale[] }) {
  return (
    <div class="stack">
      {sales.map((sale) => (
        <a key={sale.deal.doc} class="card tap row till-row" href={saleHash(sale)}>
          <span class="grow">
            <b>
              {partyOf(sale, held.place) ||
                tillWords.value[sale.deal.direction === "buy" ? "bought" : "sold"]}
            </b>
            <span class="under">{goodsOf(sale, held.place)}</span>
            <span class="under">
              {whenOf(sale)} · {paidShown(sale)}
            </span>
            {held.whose === "point" && <State row={{ state: sale.state, conflict: false, deleted: false }} />}
          </span>
          <span class="dong">{dongShown(sale.deal.dong)}</span>
        </a>
      ))}
    </div>
  );
}
