/** Photo bytes over a link that breaks: resumed where the server stands, checked whole, asked for again if lost. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { b64Encode } from "../../../pwa/src/core/ids.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import { House } from "../house.ts";
import { joined, Phone } from "../phone.ts";
import { picture } from "../picture.ts";

let house: House;
let phone: Phone;
let people = 0;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());
beforeEach(async () => {
  people += 1;
  phone = await joined(house, `Người ${people}`, `Nhà ${people}`);
});
afterEach(() => phone.link.heal());

/** Save a photo as an entry's save does: op, bytes and upload together; gives its document. */
async function savePhoto(bytes: ArrayBuffer = picture(), where?: string): Promise<string> {
  const scope = where ?? (await phone.farm());
  const sha256 = b64Encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  const doc = `photo:${phone.uuid()}`;
  const size = bytes.byteLength;
  const set = { of: `entry:${phone.uuid()}`, sha256, bytes: size, type: "image/png", kind: "photo" };
  const saved = await saveOps(phone.store, await phone.who(), [{ scope, doc, after: [], set, private: {} }], {
    async write(db) {
      const row = { doc, scope, sha256, of: set.of, size, type: set.type, sent: 0 };
      await db.blobs.put({ scope, sha256, bytes });
      await db.uploads.put({ ...row, state: "waiting" });
    },
  });
  expect(saved.ok).toBe(true);
  return doc;
}
const upload = (doc: string) => phone.store.use((db) => db.uploads.get(doc));
const patches = () => phone.link.seen.filter((one) => one.method === "PATCH");
const stored = async (doc: string) => {
  const sha256 = (await upload(doc))?.sha256 ?? "";
  return (await house.rows("SELECT state FROM blobs WHERE sha256 = :sha256", { sha256 }))[0]?.[0];
};

test("case 30: a photo cut at any byte goes on where the server stands, also after a restart of the app", async () => {
  const doc = await savePhoto();
  const size = (await upload(doc))?.size ?? 0;
  const starts: number[] = [];
  for (let cut = 0; cut < 4; cut++) {
    let isCut = false;
    phone.link.fault = (sent) => {
      if (isCut || sent.method !== "PATCH") return undefined;
      isCut = true;
      return { kind: "request_cut", at: Math.floor(Math.random() * sent.bytes) };
    };
    expect(await phone.sync()).toBe("offline");
    starts.push(patches().at(-1)?.bytes ?? 0);
    phone.boot();
  }
  phone.link.heal();
  expect(await phone.sync()).toBe("idle");
  expect(await upload(doc)).toMatchObject({ state: "sent", sent: size });
  expect(await stored(doc)).toBe("stored");
  const whole = patches().reduce((sum, one) => sum + one.bytes, 0);
  expect(whole).toBeLessThan(size * 5); // five runs that each began anew would send more
});

test("case 30: what was sent is kept on the phone, piece by piece", async () => {
  const doc = await savePhoto(picture(420));
  let pieces = 0;
  phone.link.fault = (sent) =>
    sent.method === "PATCH" && ++pieces > 2 ? { kind: "request_lost" } : undefined;
  expect(await phone.sync()).toBe("offline");
  const sent = (await upload(doc))?.sent ?? 0;
  expect(sent).toBeGreaterThan(0);
  phone.boot();
  expect((await upload(doc))?.sent).toBe(sent);
  phone.link.heal();
  phone.link.seen = [];
  await phone.sync();
  const rest = patches().reduce((sum, one) => sum + one.bytes, 0);
  expect(rest).toBe(((await upload(doc))?.size ?? 0) - sent);
});

test("a lost answer to a piece sends no byte of it twice", async () => {
  const doc = await savePhoto();
  let isLost = false;
  phone.link.fault = (sent) => {
    if (isLost || sent.method !== "PATCH") return undefined;
    isLost = true;
    return { kind: "response_lost" };
  };
  expect(await phone.sync()).toBe("offline");
  await phone.sync();
  expect(patches().reduce((sum, one) => sum + one.bytes, 0)).toBe((await upload(doc))?.size);
  expect(await stored(doc)).toBe("stored");
});

test("case 85: bytes that arrived wrong are discarded and sent again from the start, at once", async () => {
  const doc = await savePhoto();
  const { scope, sha256 } = (await upload(doc)) ?? { scope: "", sha256: "" };
  const kept = await phone.store.use((db) => db.blobs.get([scope, sha256]));
  // Another phone with damaged bytes began this upload.
  const wrong = picture().slice(0, 1_000);
  const size = kept?.bytes.byteLength ?? 0;
  const token = await phone.engine.sessions.open(phone.world, await phone.who(), "vi-du.example/so");
  const auth = { "Tus-Resumable": "1.0.0", Authorization: `Bearer ${token}` };
  const folder = `/api/v1/photos/${scope.replace(":", "/")}`;
  const named = { "Upload-Length": String(size), "Upload-Metadata": `sha256 ${btoa(sha256)}` };
  await phone.world.fetch(folder, { method: "POST", headers: { ...auth, ...named } });
  const piece = { "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" };
  await phone.world.fetch(`${folder}/${sha256}`, {
    method: "PATCH",
    headers: { ...auth, ...piece },
    body: wrong,
  });
  phone.link.seen = [];
  expect(await phone.sync()).toBe("idle");
  expect(await upload(doc)).toMatchObject({ state: "sent" });
  expect(await stored(doc)).toBe("stored");
  expect(patches().reduce((sum, one) => sum + one.bytes, 0)).toBe(2 * size - 1_000);
});

test("case 16: damaged bytes on the phone are not uploaded, and nothing else waits for them", async () => {
  const bad = await savePhoto();
  const good = await savePhoto();
  const { scope, sha256 } = (await upload(bad)) ?? { scope: "", sha256: "" };
  await phone.store.use(async (db) => {
    const blob = await db.blobs.get([scope, sha256]);
    const bytes = new Uint8Array(blob?.bytes.slice(0) ?? new ArrayBuffer(0));
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    await db.blobs.put({ scope, sha256, bytes: bytes.buffer });
  });
  expect(await phone.sync()).toBe("idle");
  expect(await upload(bad)).toMatchObject({ state: "broken" });
  expect(await upload(good)).toMatchObject({ state: "sent" });
  expect(await stored(bad)).toBeUndefined();
  expect((await phone.doc(bad))?.state).toBe("sent");
});

test("case 86: what the server can't take as a photo is not sent again and again", async () => {
  const doc = await savePhoto(new TextEncoder().encode("<svg onload=alert(1)>".repeat(50)).buffer);
  const good = await savePhoto();
  await phone.sync();
  expect(await upload(doc)).toMatchObject({ state: "broken", problem: "refused" });
  expect(await upload(good)).toMatchObject({ state: "sent" });
  phone.link.seen = [];
  await phone.sync();
  expect(patches()).toEqual([]);
});

test("case 32: bytes that a restore lost are asked for by `want` and go again", async () => {
  await house.snapshot("no photo");
  const doc = await savePhoto();
  await phone.sync();
  expect(await stored(doc)).toBe("stored");
  await house.restore("no photo");
  await phone.sync();
  expect((await phone.doc(doc))?.state).toBe("sent");
  expect(await stored(doc)).toBeUndefined();
  house.now += 3_600_000; // what was named just now is not asked for
  await phone.sync();
  expect(await stored(doc)).toBe("stored");
  expect((await upload(doc))?.state).toBe("sent");
});

test("case 92: a server without room for photos makes only the photos wait", async () => {
  const doc = await savePhoto();
  phone.link.fault = (sent) =>
    sent.method === "POST" && sent.path.includes("/photos/")
      ? { kind: "status", status: 507, slug: "storage_full", headers: { "Retry-After": "600" } }
      : undefined;
  expect(await phone.sync()).toBe("idle");
  const entry = await phone.save({ form: "CT-10" });
  phone.link.heal();
  phone.link.seen = [];
  expect(await phone.sync(false)).toBe("idle");
  expect((await phone.doc(entry))?.state).toBe("sent");
  expect(phone.link.seen.filter((one) => one.path.includes("/photos/"))).toEqual([]);
  phone.timers.pass(700_000);
  await phone.sync(false);
  expect(await upload(doc)).toMatchObject({ state: "sent" });
});

test("case 92: a tap on send tries the photos once more before their time", async () => {
  const doc = await savePhoto();
  phone.link.fault = (sent) =>
    sent.method === "POST" && sent.path.includes("/photos/")
      ? { kind: "status", status: 507, slug: "storage_full", headers: { "Retry-After": "600" } }
      : undefined;
  await phone.sync(false);
  phone.link.heal();
  await phone.sync(true);
  expect(await upload(doc)).toMatchObject({ state: "sent" });
});

test("case 29: a captive portal that says 200 to everything takes no photo", async () => {
  const doc = await savePhoto();
  phone.link.fault = (sent) => (sent.path.includes("/photos/") ? { kind: "portal" } : undefined);
  await phone.sync();
  expect(await upload(doc)).toMatchObject({ state: "waiting", sent: 0 });
});

test("an entry that is saved while photos go does not wait for all of them", async () => {
  for (let i = 0; i < 3; i++) await savePhoto(picture(40));
  let saved: Promise<string> | null = null;
  phone.link.fault = (sent) => {
    if (sent.method === "PATCH" && saved === null) {
      saved = phone.save({ form: "CT-10" }).then((doc) => {
        void phone.engine.kick();
        return doc;
      });
    }
    return undefined;
  };
  await phone.sync();
  const doc = await (saved as unknown as Promise<string>);
  const order = phone.link.seen.map((one) => (one.method === "PATCH" ? "photo" : one.path));
  const withOps = phone.link.seen.findIndex(
    (one, i) =>
      i > order.indexOf("photo") && one.path === "/api/v1/sync" && JSON.stringify(one.data).includes(doc),
  );
  expect(withOps).toBeGreaterThan(0);
  expect(order.lastIndexOf("photo")).toBeGreaterThan(withOps);
});

test("a phone that waits to be confirmed sends its photos too: they are there when somebody lets it in", async () => {
  const invite = await house.invite("Cô Chờ", "Nhà Chờ", "owner", true);
  phone = new Phone(house);
  const who = await phone.join(invite);
  const find = "SELECT farm FROM memberships WHERE id = :membership";
  const [[farm] = []] = await house.rows(find, { membership: who.membership });
  const doc = await savePhoto(picture(), `farm:${farm}`);
  await phone.sync();
  expect([(await upload(doc))?.state, await stored(doc)]).toEqual(["sent", "stored"]);
  await house.settle(invite.id, { confirmed: true });
  expect(await phone.sync()).toBe("idle");
  expect((await phone.doc(doc))?.state).toBe("sent");
});
