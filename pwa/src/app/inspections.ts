/** Internal inspections of the farm: those on the phone, who may make one, and how one begins. */

import { ANNEX_D, INSPECTION, REPAIR, standOf } from "../core/checklists.ts";
import { msToDate } from "../core/civil.ts";
import { isHousehold, mayWrite } from "../core/rights.ts";
import type { DocRow } from "../store/rows.ts";
import { type Context, member, textIn } from "./context.ts";
import type { Drafts, Inspection, Inspections } from "./types.ts";

const toInspection = (row: DocRow): Inspection => ({
  doc: row.doc,
  of: typeof row.values.of === "string" ? row.values.of : "",
  happened_on: typeof row.values.happened_on === "string" ? row.values.happened_on : "",
  values: row.values,
  state: row.state,
  conflict: row.conflicts.length > 0,
  stand: standOf(ANNEX_D, row.values),
});

export function makeInspections(c: Context, drafts: Drafts): Inspections {
  const role = (): string => textIn(member(c.reference.value, "me"), "role");
  return {
    async list() {
      const scope = c.farm.value?.scope ?? "";
      const rows = await c.store.use((db) =>
        db.docs
          .where("[scope+type+sort]")
          .between([scope, INSPECTION, ""], [scope, INSPECTION, "\uffff"])
          .reverse()
          .toArray(),
      );
      return rows.filter((row) => !row.deleted).map(toInspection);
    },
    mayBegin: () => c.farm.value?.write === true && mayWrite(role(), "farm", INSPECTION, { first: true }),
    begin(season) {
      const happened_on = msToDate(c.store.world.now());
      const about = { of: season ?? "farm", checklist: ANNEX_D.checklist, inspector_role: role() };
      return drafts.create({ form: INSPECTION, values: { ...about, happened_on } });
    },
    edit: (doc) => drafts.edit(doc, null, isHousehold(role()) ? REPAIR : INSPECTION),
  };
}
