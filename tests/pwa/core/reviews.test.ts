import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseReview, type Standing, standingOf } from "../../../pwa/src/core/reviews.ts";
import type { Members } from "../../../pwa/src/core/values.ts";

interface Case {
  name: string;
  given: { reviews: { by: string; set: Members }[]; heads: string[]; has_conflict: boolean };
  expect: Standing;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/reviews.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    const reviews = one.given.reviews.map((each) => parseReview(each.set, each.by));
    expect(standingOf(reviews, one.given.heads, one.given.has_conflict)).toEqual(one.expect);
  });
}
