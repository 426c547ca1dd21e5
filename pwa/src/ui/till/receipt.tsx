/** A receipt: the code to be scanned, made here without coverage; whether it is paid; to send and to print. */
import type { TillSale } from "../../app/types.ts";
import { makePurpose, makeVietqr } from "../../core/vietqr.ts";
import { makeQr, qrPath } from "../../shared/qr.ts";
import { Btn, Do, Dock, Note, Top } from "../pieces/basic.tsx";
import { openSheet, toast, warn } from "../pieces/overlay.tsx";
import { back, go } from "../router.ts";
import { amountSaid, isAmount, numberShown, unitShown } from "../show.ts";
import { copyText } from "../system.ts";
import { words } from "../words/index.ts";
import { tillWords } from "../words/till.ts";
import { pictureOf } from "./picture.ts";
import { dongShown, goodsOf, type Held, paidShown, partyOf, tillHash } from "./use.ts";

type Line = readonly [name: string, value: string];

export function ReceiptScreen({ held, sale }: { held: Held; sale: TillSale }) {
  const w = tillWords.value;
  const { deal } = sale;
  const stands = !deal.isVoid && !sale.isReplaced;
  const writes = held.whose === "point" && stands;
  const lines = linesOf(sale, held);
  const settle = async (paid: "confirmed" | "unpaid") => {
    if (!(await held.till.settle(sale, deal.pay === "" ? "cash" : deal.pay, paid)))
      return warn(words.value.not_saved);
    toast(words.value.saved);
  };
  const cancel = () =>
    openSheet(w.cancel, (close) => (
      <div class="stack">
        <p>{w.cancel_sure}</p>
        <Btn
          kind="warned"
          onClick={() => {
            close();
            void held.till.takeBack(sale).then((gone) => (gone ? back() : warn(words.value.not_saved)));
          }}
        >
          {w.cancel_yes}
        </Btn>
      </div>
    ));
  const paidOff = deal.paid === "confirmed";
  return (
    <>
      <main class="phone">
        <Top title={w.receipt(deal.receipt)} />
        <p class="sum-dong">{dongShown(deal.dong)}</p>
        <p class="goes-to">
          <b>{paidShown(sale)}</b>
        </p>
        {writes && deal.pay === "vietqr" && !paidOff && <Code held={held} sale={sale} />}
        {writes && !paidOff && deal.pay !== "vietqr" && deal.pay !== "credit" && <Note>{w.not_proof}</Note>}
        {writes && (deal.paid === "claimed" || paidOff) && (
          <Btn icon="undo" kind="quiet no-print" onClick={() => void settle("unpaid")}>
            {paidOff ? w.paid_undo : w.not_paid}
          </Btn>
        )}
        <dl class="card facts">
          {lines.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div class="stack no-print">
          <Btn icon="share" onClick={() => void share(w.receipt(deal.receipt), lines)}>
            {w.share}
          </Btn>
          <Btn icon="document" onClick={() => print()}>
            {w.print}
          </Btn>
          {writes && (
            <>
              <Btn icon="draft" onClick={() => go(tillHash("sua", deal.doc.slice("sale:".length)))}>
                {w.correct}
              </Btn>
              <Btn icon="x" kind="quiet" onClick={cancel}>
                {w.cancel}
              </Btn>
            </>
          )}
        </div>
      </main>
      {writes && !paidOff && (
        <Dock>
          <Do icon="check" onClick={() => void settle("confirmed")}>
            {deal.direction === "buy" ? w.paid_buy : w.paid_sell}
          </Do>
        </Dock>
      )}
    </>
  );
}

/** Who pays decides whose account stands in the code: bought goods pay the household, sold ones the cooperative. */
function Code({ held, sale }: { held: Held; sale: TillSale }) {
  const w = tillWords.value;
  const { deal } = sale;
  const buys = deal.direction === "buy";
  const farm = buys ? deal.farm.slice("farm:".length) : null;
  const account = held.place.accounts.find((one) => one.farm === farm);
  if (account === undefined)
    return (
      <div class="stack">
        <Note>{buys ? w.no_account(partyOf(sale, held.place)) : w.no_own_account}</Note>
        {buys && deal.farm !== "" && (
          <Btn icon="draft" onClick={() => go(tillHash("tai-khoan", farm ?? ""))}>
            {w.give_account}
          </Btn>
        )}
      </div>
    );
  const made = makeVietqr({
    bin: account.bin,
    number: account.number,
    amount: deal.dong,
    bill: deal.receipt,
    purpose: makePurpose(`TT ${deal.receipt}`),
    isCard: false,
    isOnce: true,
  });
  if ("problem" in made) return <Note halt>{w.too_large_qr}</Note>;
  const bank = held.place.banks.find((one) => one.bin === account.bin)?.short ?? account.bin;
  const title = buys ? w.scan_buy : w.scan_sell;
  const to = (
    <p class="goes-to">
      {w.goes_to}
      <br />
      <b>
        {account.holder}, {bank} {account.number}
      </b>
    </p>
  );
  const open = () =>
    openSheet(
      title,
      () => (
        <div class="stack">
          <Drawn text={made.text} />
          <p class="sum-dong goes-to">{dongShown(deal.dong)}</p>
          {to}
        </div>
      ),
      true,
    );
  return (
    <section class="vietqr-box stack">
      <button type="button" class="vietqr-open" data-vietqr={made.text} onClick={open}>
        <Drawn text={made.text} />
        <b>{title}</b>
      </button>
      {to}
      <Note>{w.not_proof}</Note>
    </section>
  );
}

function Drawn({ text }: { text: string }) {
  const { side, path } = qrPath(makeQr(text));
  return (
    <svg
      class="vietqr"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={tillWords.value.vietqr}
      shape-rendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** What a receipt says, line by line: the same on the screen, in a picture or message and on paper. */
function linesOf(sale: TillSale, held: Held): readonly Line[] {
  const w = tillWords.value;
  const { deal, values } = sale;
  const price = Object(values.price) as { dong?: unknown; per?: unknown };
  const weighed = isAmount(values.weighed) ? amountSaid(values.weighed) : "";
  const point = held.place.points.find((one) => one.id === deal.point)?.name ?? "";
  const lot = held.place.lots.find((one) => one.id === deal.lot)?.name ?? "";
  const each =
    typeof price.dong === "number" && typeof price.per === "string"
      ? `${numberShown(String(price.dong))} ${w.per(unitShown(price.per))}`
      : "";
  const lines: Line[] = [
    [w.cooperative, held.place.organisation],
    [w.day, [deal.at, deal.happened_on.split("-").reverse().join("/")].filter(Boolean).join(", ")],
    [deal.direction === "buy" ? w.bought : w.sold, partyOf(sale, held.place)],
    [w.of_point, point],
    [w.product, goodsOf(sale, held.place)],
    [w.lot, lot],
    [w.weighed, weighed],
    [w.price, each],
    [w.deductions, deductionsShown(values.deductions)],
    [w.total, dongShown(deal.dong)],
    [w.pay, deal.pay === "" ? "" : `${w[deal.pay]}: ${paidShown(sale)}`],
  ];
  return lines.filter(([, value]) => value !== "");
}

function deductionsShown(said: unknown): string {
  const w = tillWords.value;
  const names: { readonly [kind: string]: string } = {
    moisture: w.moisture,
    impurity: w.impurity,
    other: w.other,
  };
  const rows: readonly unknown[] = Array.isArray(said) ? said : [];
  return rows
    .map((row) => {
      const { kind, percent, dong } = Object(row) as { kind?: unknown; percent?: unknown; dong?: unknown };
      const much = typeof percent === "string" ? percent : typeof dong === "number" ? String(dong) : "";
      return `${names[String(kind)] ?? w.other}: ${numberShown(much)}`;
    })
    .join("; ");
}

async function share(title: string, lines: readonly Line[]): Promise<void> {
  const text = [title, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\n");
  if (typeof navigator.share === "function") {
    const picture = await pictureOf("phieu", title, lines);
    const files = picture === null ? [] : [picture];
    const sent =
      files.length > 0 && navigator.canShare?.({ files }) === true ? { files, title } : { title, text };
    await navigator.share(sent).catch(() => undefined);
  } else if (await copyText(text)) toast(tillWords.value.copied);
}
