/** The reference lists on a phone: fetched once for each version, searched offline, the cooperative's labels first. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLists } from "../../../pwa/src/app/lists.ts";
import { loadPeople } from "../../../pwa/src/app/people.ts";
import { findBanned, isListed, usesOf } from "../../../pwa/src/core/lists.ts";
import { listsKey, listsVersionKey } from "../../../pwa/src/store/lists.ts";
import { House } from "../house.ts";
import { Phone } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(async () => house.close());

const asksOf = (phone: Phone) => phone.link.seen.filter((one) => one.path.endsWith("/api/v1/lists")).length;

test("lists come with the snapshot, once, and answer without coverage", async () => {
  const phone = new Phone(house);
  await phone.join(await house.invite("Bà Lụa", "Nhà Lụa"));
  await phone.sync();
  await loadPeople(phone.context);
  const before = await openLists(phone.context);
  expect(isListed(before.lists, "Beam 75WP", "2026-11-08")).toBe("not_loaded");
  expect(before.search("beam", 10)).toEqual([]);
  await house.ask({ do: "lists" });
  await phone.sync();
  await loadPeople(phone.context);
  const asked = asksOf(phone);
  const after = await openLists(phone.context);
  expect(after.lists.banned).toHaveLength(31);
  expect(findBanned(after.lists, "muối thủy ngân", "2026-11-08")?.mark).toBe("V2");
  expect(after.search("tricy", 10).map((one) => one.name)).toEqual(["Beam 75WP"]);
  expect(await openLists(phone.context)).toBe(after);
  await phone.sync();
  expect(asksOf(phone)).toBe(asked);
  phone.boot();
  await loadPeople(phone.context);
  expect((await openLists(phone.context)).lists.version).toBe(after.lists.version);
});

test("what a label says goes before a list, and broken data are no lists", async () => {
  const phone = new Phone(house);
  const who = await phone.join(await house.invite("Bà Thoa", "Nhà Thoa"));
  await phone.sync();
  await loadPeople(phone.context);
  const label = {
    doc: "label_use:0193a1f0-0000-7000-8000-000000000001",
    product: "Mẫu 5EC",
    active: "A",
    crop: "lúa",
    pest: "rầy",
    dose: null,
    dose_text: "",
    phi_kind: "days",
    phi_days: 14,
    phi_text: "14",
    stages: [],
  };
  phone.context.reference.value = { label_uses: [label, { doc: 1 }] };
  for (const data of [null, {}, { shape: 2 }, { shape: 1, version: "1" }]) {
    const value = JSON.stringify(data);
    await phone.store.use((db) =>
      db.meta.bulkPut([
        { key: listsKey(who.org), value: data },
        { key: listsVersionKey(who.org), value },
      ]),
    );
    const { lists, search } = await openLists(phone.context);
    expect(usesOf(lists, "mẫu 5ec", "2026-11-08", "Lúa").map((use) => use.phiDays)).toEqual([14]);
    expect(isListed(lists, "Mẫu 5EC", "2026-11-08")).toBe("not_loaded");
    expect(search("mau", 10)).toEqual([]);
  }
});
