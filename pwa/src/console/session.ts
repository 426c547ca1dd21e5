/** Talking to the server from the console: one JSON request, and the silent session of a device. */
import { b64Encode } from "../core/ids.ts";
import { domain } from "../core/ops.ts";
import type { Ask } from "../net/passkeys.ts";
import { type Desk, member, ownIn, type Person, type Shelf, textIn } from "./desk.ts";

/** What came of a request; `slug` names the problem in the words of the catalogue. */
export type Reply = { readonly kind: "ok"; readonly data: unknown } | Failed;
export type Failed =
  | { readonly kind: "offline" }
  | { readonly kind: "problem"; readonly status: number; readonly slug: string };

const ALGORITHM = { name: "ECDSA", hash: "SHA-256" };
const JSON_TYPE = /^application\/(?:problem\+)?json/;

/** Send one request. An answer that is not this server's (a hotel's page) counts as no connection. */
export async function post(desk: Desk, path: string, data: unknown, token = ""): Promise<Reply> {
  const headers: Record<string, string> = { Accept: "application/json", "Content-Type": "application/json" };
  if (token !== "") headers.Authorization = `Bearer ${token}`;
  const init: RequestInit = {
    method: "POST",
    headers,
    body: JSON.stringify(data),
    cache: "no-store",
    credentials: "same-origin", // the answer brings the cookie that shows the pages
  };
  try {
    const answer = await desk.fetch(path, init);
    if (!JSON_TYPE.test(answer.headers.get("Content-Type") ?? "")) {
      return answer.status >= 500
        ? { kind: "problem", status: answer.status, slug: "unavailable" }
        : { kind: "offline" };
    }
    const body: unknown = await answer.json();
    if (answer.ok) return { kind: "ok", data: body };
    const type = textIn(body, "type");
    return { kind: "problem", status: answer.status, slug: type.slice(type.lastIndexOf("/") + 1) };
  } catch {
    return { kind: "offline" };
  }
}

/** The console's requests, as the shared passkey code asks for them. */
export function askOf(desk: Desk): Ask {
  return (path, data, token) => post(desk, path, data, token ?? "");
}

/** Sign bytes with a person's key, which never leaves the browser. */
export async function signed(desk: Desk, key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return b64Encode(new Uint8Array(await desk.crypto.subtle.sign(ALGORITHM, key, bytes)));
}

/** A session of the device's, and whether the browser's cookie shows the pages now. */
export interface Opened {
  readonly kind: "ok";
  readonly token: string;
  readonly showsPages: boolean;
}

/** Open a session by signing the server's challenge: a token, or the reply that stood in the way. */
export async function openSession(desk: Desk, shelf: Shelf, person: Person): Promise<string | Reply> {
  const opened = await openPages(desk, shelf, person);
  return "token" in opened ? opened.token : opened;
}

/**
 * Open a session by signing the server's challenge.
 *
 * It joins the cookie's session that a passkey opened, or shows the one page on which a first passkey is made. After a
 * restore of the server the device's own ops, sent along, make it known again; what the answer brings of them is kept.
 */
export async function openPages(desk: Desk, shelf: Shelf, person: Person): Promise<Opened | Failed> {
  const asked = await post(desk, "/api/v1/device/challenge", { device: person.device });
  if (asked.kind !== "ok") return asked;
  const nonce = textIn(asked.data, "nonce");
  const head = domain("session", person.origin);
  const tail = new TextEncoder().encode(nonce);
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  const answer = await post(desk, "/api/v1/device/session", {
    device: person.device,
    nonce,
    signature: await signed(desk, person.privateKey, bytes),
    ops: person.own.map((one) => ({
      body: one.body,
      signature: one.signature,
      ...(one.private === null ? {} : { private: one.private }),
    })),
    ...(person.touches?.length ? { assertions: person.touches } : {}),
  });
  if (answer.kind !== "ok") return answer;
  const token = textIn(answer.data, "token");
  const fresh = ownIn(answer.data);
  const sizes = (one: Pick<Person, "own" | "touches">) => [one.own.length, one.touches?.length ?? 0] as const;
  const [[ops, touches], [opsKept, touchesKept]] = [sizes(fresh), sizes(person)];
  if (ops > opsKept || touches > touchesKept)
    await shelf.write({ store: "persons", put: { ...person, ...fresh } });
  if (token === "") return { kind: "offline" };
  return { kind: "ok", token, showsPages: member(answer.data, "pages") === true };
}

/** Whether a reply says that the device itself is not taken any more. */
export function isRevoked(reply: Reply): boolean {
  return reply.kind === "problem" && reply.slug === "device_revoked";
}
