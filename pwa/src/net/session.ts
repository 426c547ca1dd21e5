/** The silent session of a device: sign the server's challenge; the token stays in memory. */
import { b64Encode } from "../core/ids.ts";
import { domain } from "../core/ops.ts";
import type { IdentityRow } from "../store/rows.ts";
import type { World } from "../store/world.ts";
import { call, type Reply } from "./api.ts";

const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;

export class Sessions {
  private tokens = new Map<string, { token: string; until: number }>();

  forget(device: string): void {
    this.tokens.delete(device);
  }
  remember(device: string, data: unknown): void {
    const token = member(data, "token");
    const until = member(data, "expires_at");
    if (typeof token === "string" && typeof until === "number") this.tokens.set(device, { token, until });
  }

  /** A good token, or the reply that stood in the way. */
  async open(world: World, who: IdentityRow, origin: string): Promise<string | Reply> {
    const held = this.tokens.get(who.device);
    if (held && held.until > world.now() + 60_000) return held.token;
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
    const ops = who.own.map((o) => ({
      body: o.body,
      signature: o.signature,
      ...(o.private ? { private: o.private } : {}),
    }));
    const answer = await call(world, "/api/v1/device/session", {
      device: who.device,
      nonce,
      signature: b64Encode(new Uint8Array(signed)),
      ops,
    });
    if (answer.kind !== "ok") return answer;
    this.remember(who.device, answer.data);
    return this.tokens.get(who.device)?.token ?? { kind: "not_our_server" };
  }
}
