/** What a review signs, and how everything without findings is gone through. */
import { expect, test } from "vitest";
import type { Desk } from "../../../pwa/src/console/desk.ts";
import { approval, type Sign, saying, signPages } from "../../../pwa/src/console/reviewing.ts";

const desk = { now: () => 1_794_000_000_000, crypto } as unknown as Desk;
const sign = (name: string, heads: readonly string[] = ["a"]): Sign => ({
  scope: "farm:x",
  of: `entry:${name}`,
  heads,
  needs: 1,
  overrides: [],
});

test("an approval names the heads of the page; what the page doubted and how many are needed only where so", () => {
  const plain = approval(desk, sign("1", ["b", "c"]));
  expect(plain.set).toEqual({ of: "entry:1", decision: "approved", heads: ["b", "c"] });
  expect([plain.after, plain.private]).toEqual([[], {}]);
  const doubted = approval(desk, { ...sign("1"), needs: 2, overrides: ["harvest_early"] });
  expect(doubted.set).toMatchObject({ needs: 2, overrides: ["harvest_early"] });
});

/** Go through the pages; return what was signed in which order, and the counts that were told. */
async function run(pages: readonly (readonly Sign[])[], goesWrongAt = -1) {
  const signed: string[][] = [];
  const told: number[] = [];
  let at = 0;
  await signPages(
    async () => pages[Math.min(at++, pages.length - 1)] ?? [],
    async (signs) => {
      signed.push(signs.map((one) => one.of));
      return signed.length - 1 !== goesWrongAt;
    },
    (count) => told.push(count),
  );
  return { signed, told };
}

test("page after page is signed until none is left", async () => {
  const { signed, told } = await run([[sign("1"), sign("2")], [sign("3")], []]);
  expect(signed).toEqual([["entry:1", "entry:2"], ["entry:3"]]);
  expect(told).toEqual([2, 3]);
});

test("a page that comes again unchanged ends it; an entry that changed meanwhile is signed as it now stands", async () => {
  expect((await run([[sign("1")]])).signed).toEqual([["entry:1"]]);
  const { signed } = await run([[sign("1")], [sign("1", ["b"])], []]);
  expect(signed).toEqual([["entry:1"], ["entry:1"]]);
});

test("what could not be sent ends it", async () => {
  const { signed, told } = await run([[sign("1")], [sign("2")], []], 0);
  expect([signed, told]).toEqual([[["entry:1"]], []]);
});

/** The form of a message, as far as it is asked. */
const formOf = (text: string) => {
  const box = {
    value: text,
    focused: 0,
    focus: () => {
      box.focused += 1;
    },
  };
  const form = { dataset: { scope: "farm:x", of: "entry:1" }, querySelector: () => box };
  return { box, form: form as unknown as HTMLFormElement };
};

test("a message is private and decides nothing; that one was read is said without words", () => {
  const { form } = formOf("  Lần sau chụp cả nhãn nhé. ");
  const [said] = saying(desk, form, "message");
  expect([said?.scope, said?.doc.split(":")[0], said?.after]).toEqual(["farm:x", "comment", []]);
  expect([said?.set, said?.private]).toEqual([{ of: "entry:1" }, { text: "Lần sau chụp cả nhãn nhé." }]);
  const [seen] = saying(desk, form, "seen");
  expect([seen?.set, seen?.private]).toEqual([{ of: "entry:1", seen: true }, {}]);
});

test("an empty message is none, and the cursor goes to where it is typed", () => {
  const { box, form } = formOf("  ");
  expect(saying(desk, form, "message")).toEqual([]);
  expect(box.focused).toBe(1);
});
