import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cropFit } from "../../../pwa/src/core/crops.ts";
import {
  findBanned,
  findListed,
  isListed,
  type ListKind,
  makeLists,
  parseDose,
  parsePhi,
  usesOf,
} from "../../../pwa/src/core/lists.ts";
import { makeIndex, search } from "../../../pwa/src/core/lists_search.ts";
import { labelUseFromWire, listsFromWire } from "../../../pwa/src/core/lists_wire.ts";
import { plainName, plainWords } from "../../../pwa/src/core/plain.ts";

interface Given {
  text: string;
  name: string;
  day: string;
  kind: ListKind;
  active: string;
  crop: string;
  label: string;
  product: string;
  typed: string;
  limit: number;
  wire: unknown;
}
interface Vectors {
  lists: unknown;
  label_uses: unknown[];
  groups: {
    description: string;
    cases: { name: string; given: Given; expect?: unknown; reject?: string }[];
  }[];
}

const path = new URL("../../vectors/lists.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const book = vectors.label_uses.map(labelUseFromWire).filter((one) => one !== null);
const bare = listsFromWire(vectors.lists);
if (bare === null) throw new Error("the vectors hold no lists");
const lists = makeLists(bare.version, [...bare.products.values()].flat(), bare.banned, bare.loaded, book);

function read(wire: unknown) {
  const found = listsFromWire(wire);
  return found && { version: found.version, products: [...found.products.values()].flat().length };
}
const index = makeIndex(lists);

const calls: Record<string, (given: Given) => unknown> = {
  plain: (g) => plainName(g.text),
  words: (g) => plainWords(g.text),
  parse_phi: (g) => parsePhi(g.text),
  parse_dose: (g) => parseDose(g.text),
  find: (g) => findListed(lists, g.name, g.day)?.validFrom ?? null,
  is_listed: (g) => isListed(lists, g.name, g.day, g.kind),
  find_banned: (g) => findBanned(lists, g.active, g.day)?.active ?? null,
  uses_of: (g) => usesOf(lists, g.name, g.day, g.crop).map((use) => [use.crop, use.phiText]),
  crop_fit: (g) => cropFit(g.label, g.crop, g.product),
  search: (g) => search(index, g.typed, g.limit, g.crop).map((one) => one.name),
  lists_from_wire: (g) => read(g.wire) ?? "bad_lists",
};

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(calls[group.description]?.(one.given)).toEqual(one.reject ?? one.expect);
  });
}

test("every line of the label book in the vectors is read", () => {
  expect(book).toHaveLength(vectors.label_uses.length);
  expect(labelUseFromWire({ ...Object(vectors.label_uses[0]), phi_days: null })).toBeNull();
});
