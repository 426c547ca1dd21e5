/** Erasure on the phone: what it names loses its private parts, photos and drafts, and takes none again. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseDocs, sweepErased } from "../../../pwa/src/store/erase.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import { House } from "../house.ts";
import { joined, Phone } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

const entry = { happened_on: "2026-11-08", form: "CT-10" };
const NOTE = "Phun chiều, có cô Hạnh phụ";
const texts = async (phone: Phone) => JSON.stringify([await phone.ops(), await everything(phone)]);

/** Everything that a phone holds of documents, as one text may be searched. */
async function everything(phone: Phone) {
  return phone.store.use(async (db) => [
    await db.docs.toArray(),
    await db.drafts.toArray(),
    (await db.blobs.toArray()).map((row) => row.sha256),
  ]);
}

/** Append an erasure to the log, as a manager's browser does; the server drops what it names. */
async function erase(manager: Phone, scope: string, ...docs: string[]): Promise<void> {
  const one = { scope, doc: `erasure:${manager.uuid()}`, after: [], set: { documents: docs }, private: {} };
  await saveOps(manager.store, await manager.who(), [one]);
  expect(await manager.sync()).toBe("idle");
  const stands = (await manager.ops()).find((op) => op.doc === one.doc)?.state;
  expect(stands).toBe("sent");
}

async function manager(): Promise<Phone> {
  const phone = new Phone(house);
  await phone.join(await house.invite("Trần Thị Hoa", null, "manager"));
  await phone.sync();
  return phone;
}

test("history 14: what was erased is gone on every phone and the server, and the log still holds", async () => {
  const [mother, son, staff] = [
    await joined(house, "Bà Lụa", "Nhà Lụa"),
    await joined(house, "Anh Thịnh", "Nhà Lụa"),
    await manager(),
  ];
  const scope = await mother.farm();
  const doc = await mother.save(entry, undefined, { note: NOTE });
  const other = await mother.save(entry, undefined, { note: "Ghi riêng" });
  for (const phone of [mother, son, staff]) expect(await phone.sync()).toBe("idle");
  expect(await texts(son)).toContain("Phun chiều");
  const late = await son.save({ weather: "sun" }, doc, { note: `${NOTE}, muộn` }); // unsent when it is erased
  await staff.sync();
  await erase(staff, scope, doc);
  for (const phone of [mother, son, mother, staff]) expect(await phone.sync()).toBe("idle");
  expect(late).toBe(doc);
  for (const phone of [mother, son, staff]) {
    expect(await texts(phone)).not.toContain("Phun chiều");
    expect((await phone.doc(doc))?.erased).toBe(1);
    expect((await phone.doc(doc))?.values).toEqual({ ...entry, weather: "sun" });
    expect((await phone.doc(other))?.values.note).toBe("Ghi riêng");
    expect((await phone.ops()).every((op) => op.state === "sent" && op.digest !== null)).toBe(true);
    expect(phone.mismatches).toBe(0);
  }
  const kept = await house.rows("SELECT private FROM ops WHERE doc = :doc", { doc });
  expect(kept).toEqual([[null], [null]]);
  // A phone that joins only now never hears of it.
  const fresh = await joined(house, "Em Út", "Nhà Lụa");
  await fresh.sync();
  expect(await texts(fresh)).not.toContain("Phun chiều");
  expect((await fresh.doc(doc))?.erased).toBe(1);
});

test("history 14: a restored server that has the part again gives it to nobody who heard of the erasure", async () => {
  const phone = await joined(house, "Bà Sen", "Nhà Sen");
  const staff = await manager();
  const scope = await phone.farm();
  const doc = await phone.save(entry, undefined, { note: NOTE });
  await phone.sync();
  await staff.sync();
  await house.snapshot("before-erasure");
  await erase(staff, scope, doc);
  await phone.sync();
  await house.restore("before-erasure");
  for (let i = 0; i < 3; i++) for (const one of [phone, staff]) expect(await one.sync()).toBe("idle");
  expect(await texts(phone)).not.toContain("Phun chiều");
  const kept = await house.rows("SELECT private FROM ops WHERE doc = :doc", { doc });
  expect(kept).toEqual([[null]]);
});

test("bytes and drafts of what was erased go, those of others stay", async () => {
  const phone = await joined(house, "Bà Mai", "Nhà Mai");
  const scope = await phone.farm();
  const [sha256, bytes] = ["A".repeat(43), new Uint8Array(3).buffer];
  const [photo, doc, other] = [
    `photo:${phone.uuid()}`,
    await phone.save(entry, undefined, { note: NOTE }),
    await phone.save(entry),
  ];
  await phone.save({ of: doc, sha256, bytes: bytes.byteLength, type: "image/jpeg" }, photo);
  await phone.store.use(async (db) => {
    await db.blobs.put({ scope, sha256, bytes });
    await db.blobs.put({ scope, sha256: "B".repeat(43), bytes });
    const upload = { scope, size: 3, type: "image/jpeg", sent: 0, state: "waiting" as const };
    await db.uploads.put({ ...upload, doc: photo, sha256, of: doc });
    for (const [id, of, isNew] of [
      ["1", doc, false],
      ["2", other, false],
      ["3", doc, true],
    ] as const) {
      await db.drafts.put({
        ...{ id, device: "", scope, doc: of, document: "entry", form: "CT-10", isNew, values: {}, base: {} },
        ...{ after: [], photos: [], removedPhotos: [], focus: null, pendingCapture: null, updated_at: 1 },
      });
    }
    await db.transaction("rw", [db.scopes, db.ops, db.meta], () => eraseDocs(db, scope, [photo, doc]));
    expect(await sweepErased(db, "vi-du.example/so")).toBe(true);
    expect(await sweepErased(db, "vi-du.example/so")).toBe(false);
    expect((await db.blobs.toArray()).map((row) => row.sha256)).toEqual(["B".repeat(43)]);
    expect((await db.uploads.get(photo))?.state).toBe("erased");
    expect((await db.drafts.toArray()).map((row) => row.id)).toEqual(["2", "3"]);
  });
});
