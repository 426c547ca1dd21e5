/**
 * Buying and selling on the phone: sales are signed and stored like any op, so a power cut takes none of them.
 *
 * Points, accounts and banks are a snapshot; an account given here counts at once, its request goes later.
 * Source: PROTOCOL "Sales and VietQR".
 */
import { msToDate } from "../core/civil.ts";
import { showCode } from "../core/codes.ts";
import { closingOf, nextReceipt, parseDeal, standingDeals } from "../core/sales.ts";
import type { Database } from "../store/db.ts";
import { saveRequest } from "../store/requests.ts";
import { type DocRow, toValues, type Values } from "../store/rows.ts";
import { saveOps } from "../store/save.ts";
import { tillKey } from "../store/till.ts";
import { type Context, listIn, me, member, newId, textIn } from "./context.ts";
import { workOut } from "./till_work.ts";
import type { Till, TillAccount, TillPlace, TillSaid, TillSale } from "./types.ts";

const OVER: readonly string[] = ["closed", "recalled"];
const VIETNAM_MS = 7 * 3_600_000;
const MINUTES: readonly [number, number] = [11, 16]; // "05:40" in an ISO time

export function makeTill(c: Context): Till {
  const device = () => c.current.value?.device ?? "";
  const draftKey = () => `till-draft ${device()}`;
  const kept = async (name: string): Promise<unknown> =>
    (await c.store.use((db) => db.meta.get(name)))?.value;
  const told = async (): Promise<unknown> => member(await kept(tillKey(device())), "data");
  const put = (key: string, value: unknown) => c.store.use((db) => db.meta.put({ key, value }));
  const scopeOf = (): string => {
    const organisation = textIn(member(c.reference.value, "me"), "organisation");
    return organisation === "" ? "" : `org:${organisation}`;
  };
  const rowsOf = (type: string): Promise<DocRow[]> =>
    c.store.use((db) =>
      db.docs
        .where("[scope+type+sort]")
        .between([scopeOf(), type, ""], [scopeOf(), type, "\uffff"])
        .reverse()
        .toArray(),
    );
  const write = async (
    doc: string,
    after: readonly string[],
    set: Values,
    hidden: Values,
  ): Promise<boolean> => {
    const who = me(c);
    if (who === null || scopeOf() === "" || c.store.newer !== null) return false;
    const op = { scope: scopeOf(), doc, after, set, private: hidden };
    // What was being written goes with the save itself: after a power cut it is either a draft or a receipt.
    const drop = async (db: Database) => void (await db.meta.put({ key: draftKey(), value: null }));
    const also = after.length === 0 ? { write: drop } : undefined;
    const saved = await saveOps(c.store, who, [op], also).catch(() => ({ ok: false }));
    if (!saved.ok) return false;
    c.bell();
    c.kick();
    return true;
  };
  const tips = async (sale: TillSale): Promise<readonly string[]> =>
    (await c.store.use((db) => db.docs.get([scopeOf(), sale.deal.doc])))?.tips ?? [];
  const sales = async (): Promise<readonly TillSale[]> => {
    const data = await told();
    if (textIn(data, "for") === "household") return marked(listIn(data, "sales").map(ownSale));
    const rows = await rowsOf("sale");
    return marked(
      rows.map((row) => ({
        deal: parseDeal(row.doc, row.values, row.deleted),
        values: row.values,
        state: row.state,
        buyer: "",
      })),
    );
  };
  const place = async (): Promise<TillPlace> => {
    const data = await told();
    const [lots, asked] = await Promise.all([rowsOf("lot"), c.store.use((db) => db.requests.toArray())]);
    const point = await kept(`point ${device()}`);
    const given = asked.filter((one) => one.kind === "bank_account" && one.state !== "refused");
    return placeOf(c, data, lots, given, typeof point === "string" ? point : "");
  };
  return {
    async whose() {
      const found = textIn(await told(), "for");
      return found === "point" || found === "household" ? found : "";
    },
    place,
    async choosePoint(id) {
      await put(`point ${device()}`, id);
      c.bell();
    },
    sales,
    closing: (rows, day, point) =>
      closingOf(
        rows.map((one) => one.deal),
        day,
        point,
      ),
    draft: async () => ((await kept(draftKey())) ?? null) as TillSaid | null,
    keepDraft: async (said) => void (await put(draftKey(), said)),
    async record(said) {
      const made = workOut(said);
      if (!made.ok) return made;
      const now = c.store.world.now();
      const known = (await sales()).map((one) => one.deal.receipt);
      const [from, to] = MINUTES;
      const { point } = await place();
      const set: Values = {
        ...made.set,
        happened_on: msToDate(now),
        at: new Date(now + VIETNAM_MS).toISOString().slice(from, to),
        receipt: nextReceipt(device(), known),
        ...(point === "" ? {} : { point }),
        ...(made.set.paid === "confirmed" ? { paid_on: msToDate(now) } : {}),
      };
      const doc = `sale:${newId(c)}`;
      if (!(await write(doc, [], set, made.hidden))) return { ok: false, problem: "not_saved" };
      return { ok: true, doc };
    },
    async settle(sale, pay, paid) {
      const day = paid === "confirmed" ? msToDate(c.store.world.now()) : null;
      return write(sale.deal.doc, await tips(sale), { pay, paid, paid_on: day }, {});
    },
    takeBack: async (sale) => write(sale.deal.doc, await tips(sale), { _deleted: true }, {}),
    async consent() {
      const found = member(await told(), "consent");
      const text = member(found, "text");
      return { version: textIn(found, "version"), vi: textIn(text, "vi"), en: textIn(text, "en") };
    },
    async giveAccount(farm, account) {
      const who = me(c);
      if (who === null || c.store.newer !== null) return false;
      const version = textIn(member(await told(), "consent"), "version");
      const values = account === null ? { farm, number: null } : { farm, ...account, text_version: version };
      await saveRequest(c.store, who.device, "bank_account", values);
      c.bell();
      c.kick();
      return true;
    },
  };
}

/** Say of each sale whether another took its place. */
function marked(rows: readonly Omit<TillSale, "isReplaced">[]): TillSale[] {
  const standing = new Set(standingDeals(rows.map((one) => one.deal)).map((one) => one.doc));
  return rows.map((one) => ({ ...one, isReplaced: !one.deal.isVoid && !standing.has(one.deal.doc) }));
}

/** A sale as a household's snapshot tells it. */
function ownSale(told: unknown): Omit<TillSale, "isReplaced"> {
  const values = toValues(Object(member(told, "values")) as object);
  const deal = parseDeal(textIn(told, "doc"), values, member(told, "is_void") === true);
  return { deal, values, state: "sent", buyer: textIn(told, "organisation") };
}

function placeOf(
  c: Context,
  data: unknown,
  lots: readonly DocRow[],
  given: readonly { readonly values: Values; readonly made_at: number }[],
  chosen: string,
): TillPlace {
  const named = (one: unknown) => ({ id: textIn(one, "id"), name: textIn(one, "name") });
  const points = listIn(data, "points").map(named);
  const accounts = new Map<string, TillAccount>();
  for (const one of [...listIn(data, "accounts"), member(data, "account")]) keepAccount(accounts, one);
  for (const one of [...given].sort((a, b) => a.made_at - b.made_at)) keepAccount(accounts, one.values);
  const rule = member(data, "cash_rule");
  const dong = member(rule, "dong");
  const products = listIn(c.reference.value, "products");
  const own = listIn(c.reference.value, "own_products");
  return {
    organisation: textIn(data, "for") === "point" ? (c.current.value?.orgName ?? "") : "",
    points,
    farms: listIn(data, "farms").map((one) => ({ ...named(one), code: textIn(one, "code") })),
    lots: lots
      .filter((row) => !row.deleted && !OVER.includes(String(row.values.state ?? "")))
      .map((row) => ({ id: row.doc, name: lotName(row, own) })),
    products: products.map((one) => ({
      id: textIn(one, "code"),
      name: textIn(member(one, "name"), c.settings.value.language),
    })),
    accounts: [...accounts.values()].filter((one) => one.number !== ""),
    banks: listIn(data, "banks").map((one) => ({
      bin: textIn(one, "bin"),
      short: textIn(one, "short"),
      name: textIn(one, "name"),
    })),
    cashRule: { dong: typeof dong === "number" ? dong : 0, text: textIn(rule, "text") },
    point: points.find((one) => one.id === chosen)?.id ?? points[0]?.id ?? "",
  };
}

function keepAccount(accounts: Map<string, TillAccount>, told: unknown): void {
  if (told === undefined || told === null) return;
  const [farm, bin, number, holder] = ["farm", "bin", "number", "holder"].map((name) => textIn(told, name));
  accounts.set(farm ?? "", {
    farm: farm === "" ? null : (farm ?? null),
    bin: bin ?? "",
    number: number ?? "",
    holder: holder ?? "",
  });
}

function lotName(row: DocRow, own: readonly unknown[]): string {
  const code = showCode(textIn(row.values, "code"));
  const product = own.find((one) => textIn(one, "id") === textIn(row.values, "product"));
  const name = textIn(product, "name_vi");
  return name === "" ? code : `${name} · ${code}`;
}
