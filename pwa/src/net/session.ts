/**
 * The silent session of a device: sign the server's challenge; the token stays in memory.
 *
 * A server that does not know the device any more (it was restored) is told of it once more: the ops of the
 * device's own documents go with the answer to the challenge, and the device is itself again without any person.
 */
import { b64Encode } from "../core/ids.ts";
import { SESSION_HOURS } from "../core/limits.ts";
import { domain } from "../core/ops.ts";
import type { IdentityRow, OwnTexts, SignedText } from "../store/rows.ts";
import type { World } from "../store/world.ts";
import { call, type Reply } from "./api.ts";

/** By our own clock and an hour early: the server's clock may be years away from it. */
const LIFE_MS = (SESSION_HOURS - 1) * 3_600_000;
/** As many ops of the own document as the server takes at once. */
const OWN_MOST = 20;

const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;

/** What an answer carries of the device's own documents. */
export function ownTexts(data: unknown): OwnTexts {
  const [ops, touches] = [member(data, "ops"), member(data, "assertions")];
  return {
    ops: (Array.isArray(ops) ? ops : []).flatMap(signedText),
    touches: (Array.isArray(touches) ? touches : []).map((one: unknown) => JSON.stringify(one)),
  };
}

function signedText(one: unknown): SignedText[] {
  const [body, part, signature] = [member(one, "body"), member(one, "private"), member(one, "signature")];
  if (typeof body !== "string" || typeof signature !== "string") return [];
  return [{ body, private: typeof part === "string" ? part : null, signature }];
}

/** The touches over the own ops as a request carries them; no member where there are none. */
export function toTouches(who: { readonly touches?: readonly string[] }): { assertions?: unknown[] } {
  const assertions = (who.touches ?? []).map((text): unknown => JSON.parse(text));
  return assertions.length > 0 ? { assertions } : {};
}

/** An op as a request carries it. */
export function toSent(one: SignedText): { body: string; signature: string; private?: string } {
  const { body, signature, private: part } = one;
  return part === null ? { body, signature } : { body, signature, private: part };
}

export class Sessions {
  private tokens = new Map<string, { token: string; at: number }>();
  private readonly now: () => number;
  private readonly keep: (device: string, own: OwnTexts) => Promise<void>;

  /** `keep` stores what an answer brought of the device's own documents. */
  constructor(now: () => number, keep: (device: string, own: OwnTexts) => Promise<void>) {
    this.now = now;
    this.keep = keep;
  }

  forget(device: string): void {
    this.tokens.delete(device);
  }
  remember(device: string, data: unknown): void {
    const token = member(data, "token");
    if (typeof token === "string") this.tokens.set(device, { token, at: this.now() });
  }

  /** A good token, or the reply that stood in the way. */
  async open(world: World, who: IdentityRow, origin: string): Promise<string | Reply> {
    const held = this.tokens.get(who.device);
    const age = held ? this.now() - held.at : Number.NaN;
    if (held && age >= 0 && age < LIFE_MS) return held.token;
    let reply = await this.prove(world, who, origin, false);
    if (reply.kind === "problem" && reply.slug === "nonce_unknown") {
      reply = await this.prove(world, who, origin, false);
    }
    if (reply.kind === "problem" && reply.slug === "session" && who.own.length > 0) {
      reply = await this.prove(world, who, origin, true);
    }
    if (reply.kind !== "ok") return reply;
    this.remember(who.device, reply.data);
    await this.keep(who.device, ownTexts(reply.data));
    return this.tokens.get(who.device)?.token ?? { kind: "not_our_server" };
  }

  private async prove(world: World, who: IdentityRow, origin: string, isForgotten: boolean): Promise<Reply> {
    const asked = await call(world, "/api/v1/device/challenge", { device: who.device });
    if (asked.kind !== "ok") return asked;
    const nonce = member(asked.data, "nonce");
    if (typeof nonce !== "string") return { kind: "not_our_server" };
    const head = domain("session", origin);
    const tail = new TextEncoder().encode(nonce);
    const bytes = new Uint8Array(head.length + tail.length);
    bytes.set(head);
    bytes.set(tail, head.length);
    const signed = await world.crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, who.privateKey, bytes);
    const proof = { device: who.device, nonce, signature: b64Encode(new Uint8Array(signed)) };
    const ops = isForgotten ? { ops: who.own.slice(0, OWN_MOST).map(toSent), ...toTouches(who) } : {};
    return call(world, "/api/v1/device/session", { ...proof, ...ops });
  }
}
