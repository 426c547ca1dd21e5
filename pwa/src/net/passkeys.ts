/**
 * Passkeys in the browser: made, asked for at the door, and touched to confirm ops. Shared by phone and console.
 *
 * What a browser says of a refusal is the same for a person who turned away, a time-out and a device without a
 * screen lock (`cancelled`), by design of WebAuthn. Nothing here is retried, and nothing waits for longer than a
 * minute: some phones never answer (platform.md §5.3).
 * Source: PROTOCOL §27; W3C Web Authentication Level 3, §5.
 */

import { must, Refusal } from "../core/errors.ts";
import { b64Decode, b64Encode } from "../core/ids.ts";
import { domain } from "../core/ops.ts";
import { sha256 } from "../core/sha256.ts";

const OWN_TIMEOUT_MS = 60_000;
// Browsers inside other apps drop what a page keeps, or have no passkeys at all (faults.md 50).
const IN_APP = /Zalo|FBA[NV]|FB_IAB|Instagram|Line\/|; wv\)/;

/** Why nothing came of it, in the names of the sentences that screens have. */
export type PasskeyProblem =
  | "cancelled"
  | "exists"
  | "unsupported"
  | "uv_required"
  | "unknown"
  | "cloned"
  | "offline"
  | "server";

/** One JSON request; both the phone's `call` and the console's `post` fit. */
export type Ask = (path: string, data: object, token: string | null) => Promise<Asked>;
export type Asked =
  | { readonly kind: "ok"; readonly data: unknown }
  | { readonly kind: "problem"; readonly slug: string }
  | { readonly kind: "offline" | "not_our_server" | "unchanged" };

/** What the device signs so that a new passkey counts: `set` of a fresh `passkey:` document in `scope`. */
export interface NewPasskey {
  readonly scope: string;
  readonly by: string;
  readonly set: { readonly credential: string; readonly public_key: string; readonly transports: string[] };
  /** The person's passkeys before this one: one of them has to confirm it. */
  readonly known: readonly string[];
}

/** Who signed in, as the look of an invitation tells it. */
export interface SignedIn {
  readonly origin: string;
  readonly epoch: number;
  readonly scope: string;
  readonly by: string;
  readonly passkey: string;
  readonly kind: string;
  /** Whether pages of the console are there for this person. */
  readonly pages: boolean;
  readonly shown: Readonly<Record<string, string>>;
}

/** A touch over ops, as `assertions` of a sync request carries it. */
export interface Assertion {
  readonly ops: readonly string[];
  readonly response: object;
}

let asking: AbortController | null = null;
let domainOfKeys: string | null = null;

/** Keep the domain that passkeys of this installation are made for, where a page tells it before any challenge. */
export function knowDomain(rpId: string): void {
  if (rpId !== "") domainOfKeys = rpId;
}

/** Whether a passkey can be offered here: a screen lock, a connection, and no browser inside another app. */
export async function offered(): Promise<boolean> {
  if (!supported() || !navigator.onLine || IN_APP.test(navigator.userAgent)) return false;
  return hasScreenLock();
}

/** Whether this browser knows passkeys at all. */
export function supported(): boolean {
  return isSecureContext && typeof PublicKeyCredential === "function" && "credentials" in navigator;
}

/** Whether the device itself can check its person: PIN, pattern, finger or face. */
export async function hasScreenLock(): Promise<boolean> {
  if (!supported()) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/** Whether a field of a page can offer passkeys by itself (conditional UI). */
export async function canOfferInField(): Promise<boolean> {
  if (!supported() || !("isConditionalMediationAvailable" in PublicKeyCredential)) return false;
  return PublicKeyCredential.isConditionalMediationAvailable().catch(() => false);
}

/** Make a passkey for the person of a device's session; nothing counts before its op is in the log. */
export async function register(ask: Ask, token: string): Promise<NewPasskey | PasskeyProblem> {
  if (!supported()) return "unsupported";
  const asked = await ask("/api/v1/passkeys/challenge", { purpose: "register" }, token);
  if (asked.kind !== "ok") return problemOf(asked);
  const options = creationOf(member(asked.data, "options"));
  if (options === null) return "server";
  const made = await timed((signal) => navigator.credentials.create({ publicKey: options, signal }));
  if (typeof made === "string") return made;
  const told = await ask("/api/v1/passkeys/register", { response: made }, token);
  if (told.kind !== "ok") return problemOf(told);
  const transports = member(told.data, "transports");
  return {
    scope: text(told.data, "scope"),
    by: text(told.data, "by"),
    set: {
      credential: text(told.data, "credential"),
      public_key: text(told.data, "public_key"),
      transports: Array.isArray(transports) ? transports.filter((one) => typeof one === "string") : [],
    },
    known: (options.excludeCredentials ?? []).map((one) => b64Encode(new Uint8Array(one.id as ArrayBuffer))),
  };
}

/**
 * Sign in by a passkey that the person picks. `inField`: wait, without a dialogue, for a pick in a field of the page;
 * any other request ends that wait, which is then `cancelled`.
 */
export async function signInLook(ask: Ask, inField = false): Promise<SignedIn | PasskeyProblem> {
  if (!supported()) return "unsupported";
  if (entering !== null) return entering;
  asking?.abort(); // a field's offer ends before anything else is asked
  const mine = ++asked;
  const told = await ask("/api/v1/passkeys/challenge", { purpose: "sign_in" }, null);
  if (told.kind !== "ok") return problemOf(told);
  const publicKey = requestOf(member(told.data, "options"));
  if (publicKey === null) return "server";
  const more = inField ? { mediation: "conditional" as const } : {};
  const work = (signal: AbortSignal) => navigator.credentials.get({ publicKey, signal, ...more });
  const answered = inField ? await untimed(work) : await timed(work);
  if (typeof answered === "string") return answered;
  if (mine !== asked) return "cancelled"; // the person asked anew meanwhile: one answer is sent, the newer one
  entering = ask("/api/v1/passkeys/session", { response: answered }, null).then((reply) =>
    reply.kind === "ok" ? lookOf(reply.data) : problemOf(reply),
  );
  try {
    return await entering;
  } finally {
    entering = null;
  }
}

/** How often signing in was begun, and the one whose answer is on its way: two at once would end each other's session. */
let asked = 0;
let entering: Promise<SignedIn | PasskeyProblem> | null = null;

/** Touch a passkey (one of `allowed`, if given) to confirm ops that are signed: good for these ids and no others. */
export async function assertOver(
  origin: string,
  ids: readonly string[],
  allowed: readonly string[] = [],
): Promise<Assertion | PasskeyProblem> {
  if (!supported()) return "unsupported";
  const challenge = stepUpChallenge(origin, ids);
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge,
    userVerification: "required",
    timeout: OWN_TIMEOUT_MS,
    ...(domainOfKeys === null ? {} : { rpId: domainOfKeys }),
    ...(allowed.length === 0 ? {} : { allowCredentials: listed(allowed.map((id) => ({ id }))) }),
  };
  const answered = await timed((signal) => navigator.credentials.get({ publicKey, signal }));
  return typeof answered === "string" ? answered : { ops: [...ids].sort(), response: answered };
}

/** SHA-256(D(step-up) ‖ ids, raw, ascending). */
export function stepUpChallenge(origin: string, ids: readonly string[]): Uint8Array<ArrayBuffer> {
  const raw = ids.map((one) => must(b64Decode(one))).sort(compare);
  const head = domain("step-up", origin);
  const bytes = new Uint8Array(head.length + 32 * raw.length);
  bytes.set(head);
  raw.forEach((one, place) => {
    bytes.set(one, head.length + 32 * place);
  });
  return new Uint8Array(sha256(bytes));
}

/** What a join op sets that a passkey lets in, in the place of an invitation's secret. */
export function ownJoin(key: string, label: string, kind: string, passkey: string): Record<string, string> {
  return { key, label, kind, passkey };
}

/** Whether an outcome is a problem. */
export function isProblem<T extends object>(found: T | PasskeyProblem): found is PasskeyProblem {
  return typeof found === "string";
}

/** Run one request at a time and give it up after a minute. */
async function timed(work: Work): Promise<object | PasskeyProblem> {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  const timer = setTimeout(() => mine.abort(), OWN_TIMEOUT_MS);
  try {
    return answerOf(await work(mine.signal));
  } catch (error) {
    return reasonOf(error);
  } finally {
    clearTimeout(timer);
    if (asking === mine) asking = null;
  }
}

async function untimed(work: Work): Promise<object | PasskeyProblem> {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  try {
    return answerOf(await work(mine.signal));
  } catch (error) {
    return reasonOf(error);
  }
}

type Work = (signal: AbortSignal) => Promise<Credential | null>;

function reasonOf(error: unknown): PasskeyProblem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return "exists";
  if (name === "NotSupportedError" || name === "SecurityError") return "unsupported";
  return "cancelled";
}

/** What the browser answered, as the server reads it (`PublicKeyCredential.toJSON`, which old browsers lack). */
function answerOf(made: Credential | null): object | PasskeyProblem {
  if (!(made instanceof PublicKeyCredential)) return "cancelled";
  const response = made.response;
  const inner: Record<string, unknown> = { clientDataJSON: packed(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    inner.attestationObject = packed(response.attestationObject);
    inner.transports = "getTransports" in response ? response.getTransports() : [];
  } else if (response instanceof AuthenticatorAssertionResponse) {
    inner.authenticatorData = packed(response.authenticatorData);
    inner.signature = packed(response.signature);
    if (response.userHandle !== null && response.userHandle.byteLength > 0) {
      inner.userHandle = packed(response.userHandle);
    }
  }
  const id = packed(made.rawId);
  return { id, rawId: id, type: made.type, response: inner, clientExtensionResults: {} };
}

const SAID: Readonly<Record<string, PasskeyProblem>> = {
  uv_required: "uv_required",
  cloned_passkey: "cloned",
  passkey_unknown: "unknown",
  no_right: "unknown",
  key_in_use: "exists",
};

function problemOf(asked: Asked): PasskeyProblem {
  if (asked.kind !== "problem") return "offline";
  return SAID[asked.slug] ?? "server";
}

function lookOf(data: unknown): SignedIn {
  const shown = member(data, "shown");
  const epoch = member(data, "epoch");
  return {
    origin: text(data, "origin"),
    epoch: typeof epoch === "number" ? epoch : 1,
    scope: text(data, "scope"),
    by: text(data, "by"),
    passkey: text(data, "passkey"),
    kind: text(data, "kind"),
    pages: member(data, "pages") === true,
    shown: {
      name: text(shown, "name"),
      farm: text(shown, "farm"),
      organisation: text(shown, "organisation"),
    },
  };
}

function creationOf(options: unknown): PublicKeyCredentialCreationOptions | null {
  const [challenge, user] = [bytesIn(options, "challenge"), member(options, "user")];
  const handle = bytesIn(user, "id");
  const params = member(options, "pubKeyCredParams");
  if (challenge === null || handle === null || !Array.isArray(params)) return null;
  knowDomain(text(member(options, "rp"), "id"));
  return {
    challenge,
    rp: { id: text(member(options, "rp"), "id"), name: text(member(options, "rp"), "name") },
    user: { id: handle, name: text(user, "name"), displayName: text(user, "displayName") },
    pubKeyCredParams: params.map((one) => ({ type: "public-key" as const, alg: Number(member(one, "alg")) })),
    timeout: OWN_TIMEOUT_MS,
    attestation: "none",
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    excludeCredentials: listed(member(options, "excludeCredentials")),
  };
}

function requestOf(options: unknown): PublicKeyCredentialRequestOptions | null {
  const challenge = bytesIn(options, "challenge");
  if (challenge === null) return null;
  knowDomain(text(options, "rpId"));
  return {
    challenge,
    rpId: text(options, "rpId"),
    timeout: OWN_TIMEOUT_MS,
    userVerification: "required",
  };
}

function listed(found: unknown): PublicKeyCredentialDescriptor[] {
  if (!Array.isArray(found)) return [];
  return found.flatMap((one: unknown) => {
    const id = bytesIn(one, "id");
    return id === null ? [] : [{ type: "public-key" as const, id }];
  });
}

function bytesIn(x: unknown, name: string): Uint8Array<ArrayBuffer> | null {
  const found = b64Decode(text(x, name));
  return found instanceof Refusal || found.length === 0 ? null : new Uint8Array(found);
}

function packed(bytes: ArrayBuffer): string {
  return b64Encode(new Uint8Array(bytes));
}

function compare(one: Uint8Array, other: Uint8Array): number {
  for (let place = 0; place < one.length; place++) {
    const apart = (one[place] ?? 0) - (other[place] ?? 0);
    if (apart !== 0) return apart;
  }
  return 0;
}

function member(x: unknown, name: string): unknown {
  return typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;
}

function text(x: unknown, name: string): string {
  const found = member(x, name);
  return typeof found === "string" ? found : "";
}
