/**
 * One sign-in at a time: a pick in the page's field and the button may both be answered, and one answer alone is
 * sent and followed. Two would end each other's session, and the counter behind looks like a copied key's.
 */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Ask, signInLook } from "../../../pwa/src/net/passkeys.ts";
import { addPerson, MEMBERSHIP, makeTable, ORG, ORIGIN } from "./desk.ts";

const parts = new Map<string, object>();
vi.mock("../../../pwa/src/console/page.ts", () => ({
  one: (selector: string) => parts.get(selector) ?? null,
  all: () => [],
  fill: () => undefined,
  showOnly: () => undefined,
}));

const CHALLENGE = { challenge: "A".repeat(43), options: { challenge: "A".repeat(43), rpId: "localhost" } };
const LOOK = {
  origin: ORIGIN,
  epoch: 1,
  scope: ORG,
  by: MEMBERSHIP,
  passkey: "passkey:x",
  kind: "browser",
  pages: true,
};

class Answered {
  rawId = new ArrayBuffer(2);
  type = "public-key";
  response = { clientDataJSON: new ArrayBuffer(1) };
  static isConditionalMediationAvailable = async () => true;
}

/** What the browser was asked for, to be answered when the test says so: no abort takes an answer back. */
let picks: ((answer: Answered) => void)[] = [];
/** The address that the page was left for. */
let left: string[] = [];

beforeEach(() => {
  picks = [];
  left = [];
  const get = () => new Promise((done) => picks.push(done));
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PublicKeyCredential", Answered);
  vi.stubGlobal("AuthenticatorAttestationResponse", class {});
  vi.stubGlobal("AuthenticatorAssertionResponse", class {});
  vi.stubGlobal("navigator", { userAgent: "Chrome", onLine: true, credentials: { get } });
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal("location", {
    hash: "",
    search: "",
    pathname: "/htx/vao",
    replace: (to: string) => left.push(to),
  });
});
afterEach(() => vi.unstubAllGlobals());

/** A door that answers at once, but the sign-in itself only when it is opened. */
function door() {
  const asked: string[] = [];
  let open = (): void => undefined;
  const opened = new Promise<void>((done) => {
    open = done;
  });
  const ask: Ask = async (path) => {
    asked.push(path.slice(path.lastIndexOf("/") + 1));
    if (path.endsWith("/challenge")) return { kind: "ok", data: CHALLENGE };
    await opened;
    return { kind: "ok", data: LOOK };
  };
  return { ask, asked, open };
}

test("who asks while an answer is on its way gets that answer, and no second one is sent", async () => {
  const { ask, asked, open } = door();
  const field = signInLook(ask, true);
  await vi.waitUntil(() => picks.length === 1);
  picks[0]?.(new Answered());
  await vi.waitUntil(() => asked.includes("session"));
  const button = signInLook(ask);
  open();
  expect(await button).toEqual(await field);
  expect(asked).toEqual(["challenge", "session"]);
  expect(picks).toHaveLength(1);
});

test("a pick in the field that comes after the button was pressed is not sent", async () => {
  const { ask, asked, open } = door();
  open();
  const field = signInLook(ask, true);
  await vi.waitUntil(() => picks.length === 1);
  const button = signInLook(ask);
  picks[0]?.(new Answered());
  expect(await field).toBe("cancelled");
  expect(asked).toEqual(["challenge", "challenge"]);
  await vi.waitUntil(() => picks.length === 2);
  picks[1]?.(new Answered());
  expect(await button).toMatchObject({ by: MEMBERSHIP });
  expect(asked).toEqual(["challenge", "challenge", "session"]);
});

test("the page follows one answer, though the field and the button both get it", async () => {
  const { ask, asked, open } = door();
  const table = await makeTable((one) =>
    one.path.endsWith("/challenge")
      ? [200, { nonce: "A".repeat(43) }]
      : [200, { token: "t", ops: [], pages: true }],
  );
  await addPerson(table);
  const fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (!path.includes("/passkeys/")) return table.desk.fetch(path, init);
    const reply = await ask(path, {}, null);
    const data = reply.kind === "ok" ? reply.data : {};
    return new Response(JSON.stringify(data), { headers: { "Content-Type": "application/json" } });
  };
  const button = new EventTarget();
  parts.set("[data-enter]", { dataset: { place: "/htx/" } });
  parts.set("[data-passkey-enter]", button);
  const { enter } = await import("../../../pwa/src/console/enter.ts");
  await enter({ ...table.desk, fetch });
  await vi.waitUntil(() => picks.length === 1);
  picks[0]?.(new Answered());
  await vi.waitUntil(() => asked.includes("session"));
  button.dispatchEvent(new Event("click"));
  open();
  await vi.waitUntil(() => left.length > 0);
  await new Promise((done) => setImmediate(done)); // whatever the other one would do is done by then
  expect(table.asked.map((one) => one.path)).toEqual(["/api/v1/device/challenge", "/api/v1/device/session"]);
  expect(left).toEqual(["/htx/"]);
});
