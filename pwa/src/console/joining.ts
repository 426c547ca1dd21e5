/** Joining: a look at an invitation, then a key that can't be taken out, its join op, and the person kept here. */
import { b64Encode, isUuid, makeUuid7 } from "../core/ids.ts";
import { makeBody, message, opId } from "../core/ops.ts";
import { makeKey } from "../core/signing.ts";
import { assertOver, isProblem, ownJoin, type PasskeyProblem, type SignedIn } from "../net/passkeys.ts";
import { type Desk, member, ownIn, type Person, type Shelf, textIn } from "./desk.ts";
import { post, type Reply, signed } from "./session.ts";

export interface Invite {
  readonly id: string;
  readonly secret: string;
}

/** What an invitation shows before anybody accepts it. */
export interface Look {
  readonly name: string;
  readonly organisation: string;
  readonly confirm: boolean;
  readonly data: unknown;
}

/** A problem of entering, in the names of the page's sentences. */
export type Problem =
  | "invite_unknown"
  | "invite_used"
  | "invite_expired"
  | "invite_burnt"
  | "not_staff"
  | "held"
  | "revoked"
  | "session"
  | "too_many"
  | "offline"
  | "server"
  | "no_store";

const NAMED = new Set([
  "invite_unknown",
  "invite_used",
  "invite_expired",
  "invite_burnt",
  "session",
  "too_many",
]);

/** The invitation in a link's fragment: `#i=<id>.<secret>`; null where there is none, "bad" where it is not whole. */
export function parseInvite(fragment: string): Invite | null | "bad" {
  if (!fragment.startsWith("#i=")) return null;
  const [id = "", secret = ""] = fragment.slice(3).split(".");
  return isUuid(id) && /^[A-Za-z0-9_-]{22}$/.test(secret) ? { id, secret } : "bad";
}

/** What the page says of a reply that is no success. */
export function problemOf(reply: Reply): Problem {
  if (reply.kind !== "problem") return "offline";
  if (reply.slug === "device_revoked") return "revoked";
  return NAMED.has(reply.slug) ? (reply.slug as Problem) : "server";
}

/** Ask what an invitation is for; it changes nothing. */
export async function look(desk: Desk, invite: Invite): Promise<Look | Problem> {
  const reply = await post(desk, "/api/v1/device/invite", { invite: invite.id, secret: invite.secret });
  if (reply.kind !== "ok") return problemOf(reply);
  if (textIn(reply.data, "kind") !== "browser") return "not_staff";
  const shown = member(reply.data, "shown");
  return {
    name: textIn(shown, "name"),
    organisation: textIn(shown, "organisation"),
    confirm: member(reply.data, "confirm") === true,
    data: reply.data,
  };
}

/** The join that was begun with this invitation and whose answer never came, if any. */
export async function begun(shelf: Shelf, invite: Invite): Promise<Look | null> {
  const kept = await shelf.meta(slotOf(invite));
  const data = member(kept, "look");
  if (data === undefined) return null;
  const shown = member(data, "shown");
  return {
    name: textIn(shown, "name"),
    organisation: textIn(shown, "organisation"),
    confirm: member(data, "confirm") === true,
    data,
  };
}

/**
 * Accept: make the key, store it with its join op, then send; a lost answer is asked for again with the same bytes.
 *
 * The browser's session cookie comes with the answer.
 */
export async function join(
  desk: Desk,
  shelf: Shelf,
  invite: Invite,
  seen: Look,
  label: string,
): Promise<Person | Problem> {
  const pending = await prepare(desk, shelf, invite, seen, label).catch(() => null);
  const privateKey = member(pending, "privateKey");
  if (!isKey(privateKey)) return "no_store";
  const reply = await post(desk, "/api/v1/device/join", {
    body: textIn(pending, "body"),
    signature: textIn(pending, "signature"),
    key: textIn(pending, "key"),
  });
  const drop = { store: "meta", drop: slotOf(invite) } as const;
  if (reply.kind === "problem" && reply.slug === "no_right") {
    await shelf.write(drop); // a person turned this second join down
    return "session";
  }
  if (reply.kind !== "ok") return problemOf(reply);
  // Held: the key is kept, and the same bytes ask again until a person has let it in (PROTOCOL §14).
  if (textIn(reply.data, "result") === "held") return "held";
  const person: Person = {
    device: textIn(pending, "device"),
    privateKey,
    name: seen.name,
    organisation: seen.organisation,
    membership: textIn(seen.data, "by"),
    doc: textIn(seen.data, "doc"),
    origin: textIn(seen.data, "origin"),
    since: desk.now(),
    ...ownIn(reply.data),
  };
  const counter = { device: person.device, scope: textIn(seen.data, "scope"), n: 1 };
  await shelf.write(
    { store: "persons", put: person },
    { store: "counters", put: counter },
    { store: "meta", put: { key: "current", value: person.device } },
    drop,
  );
  return person;
}

/**
 * Let a new key of a signed-in person in by one more touch of the passkey: no invitation, no other person.
 *
 * A lost answer costs the key alone: nothing was signed with it yet, and the next touch makes another one.
 */
export async function joinAlone(
  desk: Desk,
  shelf: Shelf,
  who: SignedIn,
  label: string,
): Promise<Person | Problem | PasskeyProblem> {
  const key = await makeKey(desk.crypto.subtle);
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  const public_ = b64Encode(key.public);
  const body = makeBody({
    device: key.device,
    n: 1,
    by: who.by,
    scope: who.scope,
    doc: `device:${uuid}`,
    after: [],
    recordedAt: desk.now(),
    fields: ownJoin(public_, label, "browser", who.passkey),
  });
  const touched = await assertOver(who.origin, [opId(who.origin, body)]);
  if (isProblem(touched)) return touched;
  const reply = await post(desk, "/api/v1/device/join", {
    body,
    signature: await signed(desk, key.privateKey, message(who.origin, body)),
    key: public_,
    assertion: touched.response,
  });
  if (reply.kind !== "ok") return problemOf(reply);
  const person: Person = {
    device: key.device,
    privateKey: key.privateKey,
    name: who.shown.name ?? "",
    organisation: who.shown.organisation ?? "",
    membership: who.by,
    doc: `device:${uuid}`,
    origin: who.origin,
    since: desk.now(),
    ...ownIn(reply.data),
  };
  await shelf.write(
    { store: "persons", put: person },
    { store: "counters", put: { device: person.device, scope: who.scope, n: 1 } },
    { store: "meta", put: { key: "current", value: person.device } },
  );
  return person;
}

function slotOf(invite: Invite): string {
  return `joining ${invite.id}`;
}

/** The key and join op for an invitation as the database gives them back: a browser that can't keep keys shows here. */
async function prepare(
  desk: Desk,
  shelf: Shelf,
  invite: Invite,
  seen: Look,
  label: string,
): Promise<unknown> {
  const kept = await shelf.meta(slotOf(invite));
  if (kept !== undefined) return kept;
  const key = await makeKey(desk.crypto.subtle);
  const after = member(seen.data, "after");
  const body = makeBody({
    device: key.device,
    n: 1,
    by: textIn(seen.data, "by"),
    scope: textIn(seen.data, "scope"),
    doc: textIn(seen.data, "doc"),
    after: Array.isArray(after) ? after.filter((one): one is string => typeof one === "string") : [],
    recordedAt: desk.now(),
    fields: { key: b64Encode(key.public), secret: invite.secret, label },
  });
  await shelf.setMeta(slotOf(invite), {
    device: key.device,
    privateKey: key.privateKey,
    key: b64Encode(key.public),
    body,
    signature: await signed(desk, key.privateKey, message(textIn(seen.data, "origin"), body)),
    look: seen.data,
  });
  return shelf.meta(slotOf(invite));
}

function isKey(x: unknown): x is CryptoKey {
  return typeof x === "object" && x !== null && "algorithm" in x && "usages" in x;
}

/** "Chrome, Windows": what the cooperative's list of devices calls this browser. */
export function labelOf(agent: string): string {
  const first = (names: readonly (readonly [RegExp, string])[]) =>
    names.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  const browser = first([
    [/Edg\//, "Edge"],
    [/coc_coc_browser\//, "Cốc Cốc"],
    [/OPR\//, "Opera"],
    [/Firefox\//, "Firefox"],
    [/Chrome\//, "Chrome"],
    [/Safari\//, "Safari"],
  ]);
  const system = first([
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS/, "macOS"],
    [/Linux|CrOS/, "Linux"],
  ]);
  return [browser, system].filter(Boolean).join(", ") || "Trình duyệt";
}
