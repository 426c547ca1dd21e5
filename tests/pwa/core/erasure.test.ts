import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { erasedDocuments } from "../../../pwa/src/core/erasure.ts";
import type { Members } from "../../../pwa/src/core/values.ts";

interface Case {
  name: string;
  given: { doc_type: string; set: Members };
  expect: string[];
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/erasure.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(erasedDocuments(one.given.doc_type, one.given.set)).toEqual(one.expect);
  });
}
