/** The vectors of attendance codes, run against the core; tests/sync/test_vectors_attendance.py runs the same. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attendanceDoc, makeAttendeeCode, readAttendeeCode } from "../../../pwa/src/core/attendance.ts";

interface Case {
  name: string;
  given: {
    origin: string;
    text: string;
    kind: "farm" | "organisation";
    id: string;
    training: string;
    of: string;
    membership: string;
  };
  expect?: unknown;
  reject?: string;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/attendance.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const read = (given: Case["given"]) => {
  const found = readAttendeeCode(given.origin, given.text);
  return typeof found === "string" ? found : [found.kind, found.id, found.membership];
};
const calls: Record<string, (given: Case["given"]) => unknown> = {
  make_attendee_code: (g) => makeAttendeeCode(g.origin, g),
  read_attendee_code: read,
  attendance_doc: (g) => attendanceDoc(g.training, g.of, g.membership),
};

test("every group of the vectors is run", () => {
  expect(vectors.groups.map((group) => group.description).sort()).toEqual(Object.keys(calls).sort());
});

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(calls[group.description]?.(one.given)).toEqual(one.expect ?? one.reject);
  });
}
