/**
 * Hỏi cán bộ: what a household asks, with photos and voice, and what is answered; on the phones of both.
 *
 * A question is a document of the farm, an answer a comment about it: both are made without coverage.
 */
import { msToDate } from "../core/civil.ts";
import { isHousehold, mayWrite } from "../core/rights.ts";
import type { DocRow } from "../store/rows.ts";
import { saveOps } from "../store/save.ts";
import { type Context, me, member, newId, textIn, textValue } from "./context.ts";
import { photosOf } from "./entries.ts";
import { QUESTION } from "./own_forms.ts";
import { talkOf } from "./talk.ts";
import type { Asked, Asking, Drafts } from "./types.ts";

export const ANSWER_CHARS_MAX = 2000; // our choice
const LISTED_MAX = 50; // of one farm: more than a household asks in a year

export function makeAsking(c: Context, drafts: Drafts): Asking {
  const role = (): string => textIn(member(c.reference.value, "me"), "role");
  const rowsOf = (scope: string): Promise<DocRow[]> =>
    c.store.use((db) =>
      db.docs
        .where("[scope+type+sort]")
        .between([scope, QUESTION, ""], [scope, QUESTION, "\uffff"])
        .reverse()
        .limit(LISTED_MAX)
        .toArray(),
    );
  const toAsked = (row: DocRow, farm: string): Promise<Asked> =>
    c.store.use(async (db): Promise<Asked> => {
      const said = await talkOf(c, db, row.scope, row.doc);
      const last = said.at(-1);
      const name = async (doc: unknown): Promise<string> => {
        const found = typeof doc === "string" ? await db.docs.get([row.scope, doc]) : undefined;
        return textValue(found?.values.product_name ?? found?.values.name) ?? "";
      };
      return {
        doc: row.doc,
        scope: row.scope,
        farm,
        text: textValue(row.values.text) ?? "",
        recordedAt: row.recordedAt,
        season: await name(row.values.season),
        plot: await name(row.values.plot),
        state: row.state,
        photos: await photosOf(db, row.scope, row.doc),
        said,
        isAnswered: last?.isCoop === true,
      };
    });
  return {
    async list() {
      const found: Asked[] = [];
      for (const { scope, name } of c.farms.value)
        for (const row of await rowsOf(scope)) if (!row.deleted) found.push(await toAsked(row, name));
      const waitsFirst = !isHousehold(role());
      return found.sort(
        (a, b) =>
          (waitsFirst ? Number(a.isAnswered) - Number(b.isAnswered) : 0) || b.recordedAt - a.recordedAt,
      );
    },
    begin(season) {
      const about = season === null ? {} : { season };
      const happened_on = msToDate(c.store.world.now());
      return drafts.create({ form: QUESTION, values: { happened_on, ...about } });
    },
    draft: () => c.drafts.value.find((one) => one.form === QUESTION && one.scope === c.farm.value?.scope),
    mayAsk: () => c.farm.value?.write === true && mayWrite(role(), "farm", QUESTION, { first: true }),
    isAsker: () => isHousehold(role()),
    mayAnswer: () => mayWrite(role(), "farm", "comment", { first: true }),
    async answer(scope, doc, text) {
      const who = me(c);
      const said = text.normalize("NFC").trim();
      if (who === null || said === "" || said.length > ANSWER_CHARS_MAX || c.store.newer !== null)
        return false;
      // Whoever says more of the own question names it: only what names nothing is an answer (PROTOCOL §28).
      const set = isHousehold(role()) ? { of: doc, answers: doc } : { of: doc };
      const op = { scope, doc: `comment:${newId(c)}`, after: [], set, private: { text: said } };
      const saved = await saveOps(c.store, who, [op]).catch(() => ({ ok: false }));
      if (!saved.ok) return false;
      c.bell({ scope, doc });
      c.kick();
      return true;
    },
  };
}
