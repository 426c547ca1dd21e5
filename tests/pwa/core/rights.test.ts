/** The vectors of the table of rights, run against the core; tests/sync/test_vectors_rights.py runs the same. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as rights from "../../../pwa/src/core/rights.ts";

interface Given {
  kind: rights.ScopeKind & rights.RequestKind;
  type: string;
  role: string;
  self: boolean;
  fields: Record<string, unknown>;
  private?: boolean;
}
interface Vectors {
  groups: { description: string; cases: { name: string; given: Given; expect: unknown }[] }[];
}

const path = new URL("../../vectors/rights.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const those = (may: (role: string) => boolean) => rights.ROLES.filter(may);

const calls: Record<string, (given: Given) => unknown> = {
  may_write: ({ kind, type }) => ({
    first: those((role) => rights.mayWrite(role, kind, type, { first: true })),
    later: those((role) => rights.mayWrite(role, kind, type, { first: false })),
    writer: those((role) => rights.mayWrite(role, kind, type, { first: false, writer: true })),
  }),
  needs_step_up: ({ kind, type }) => rights.needsStepUp(kind, type),
  is_guarded: ({ kind, type, fields, private: isPrivate }) => ({
    guarded: rights.isGuarded(kind, type, fields, isPrivate === true),
    by: those((role) => rights.mayPassGuard(role, kind, type)),
  }),
  may_open: ({ kind }) => those((role) => rights.mayOpen(role, kind)),
  may_revoke: ({ self }) => those((role) => rights.mayRevoke(role, self)),
  reads_of: ({ role }) => ({ below: false, ...rights.readsOf(role) }),
  may_give: ({ role }) => those((given) => rights.mayGive(role, given)),
  may_ask_and_settle: ({ kind }) => ({
    ask: those((role) => rights.mayAsk(role, kind)),
    settle: those((role) => rights.maySettle(role, kind)),
  }),
  needs_until: () => those(rights.needsUntil),
};

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(calls[group.description]?.(one.given)).toEqual(one.expect);
  });
}

test("the household and its helpers are told apart from the others", () => {
  expect(those(rights.isOwner)).toEqual(["owner"]);
  expect(those(rights.isHousehold)).toEqual(["owner", "member"]);
  expect(those(rights.isHelper)).toEqual(["helper", "extension"]);
});
