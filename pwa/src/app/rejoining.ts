/**
 * A phone that joins alone: the person's passkey says who it is, and a touch over the join op lets the new key in.
 *
 * A lost answer costs the key alone: nothing was signed with it yet, and the next touch makes another one.
 */
import { b64Encode } from "../core/ids.ts";
import { makeBody, message, opId } from "../core/ops.ts";
import { makeKey } from "../core/signing.ts";
import type { Engine } from "../engine/sync.ts";
import { call } from "../net/api.ts";
import { assertOver, isProblem, ownJoin, type PasskeyProblem, signInLook } from "../net/passkeys.ts";
import { type Context, newId } from "./context.ts";
import { identityOf, keepIdentity, problemOf } from "./joining.ts";
import { toIdentity } from "./people.ts";
import type { RejoinResult } from "./types.ts";

function refusedBy(problem: PasskeyProblem): RejoinResult {
  if (problem === "offline") return { ok: false, problem: "no_connection" };
  if (problem === "server") return { ok: false, problem: "server" };
  return {
    ok: false,
    problem: problem === "unknown" || problem === "cloned" ? "passkey_unknown" : "cancelled",
  };
}

export async function rejoin(
  c: Context,
  engine: Engine,
  reload: () => Promise<void>,
  label: string,
): Promise<RejoinResult> {
  const { world } = c.store;
  const who = await signInLook((path, data, token) => call(world, path, data, token));
  if (isProblem(who)) return refusedBy(who);
  if (who.kind !== "phone") return { ok: false, problem: "passkey_unknown" }; // staff have their pages
  const key = await makeKey(world.crypto.subtle);
  const publicKey = b64Encode(key.public);
  const body = makeBody({
    device: key.device,
    n: 1,
    by: who.by,
    scope: who.scope,
    doc: `device:${newId(c)}`,
    after: [],
    recordedAt: world.now(),
    fields: ownJoin(publicKey, label.slice(0, 100), "phone", who.passkey),
  });
  const touched = await assertOver(who.origin, [opId(who.origin, body)]);
  if (isProblem(touched)) return refusedBy(touched);
  const sign = { name: "ECDSA", hash: "SHA-256" };
  const signed = await world.crypto.subtle.sign(sign, key.privateKey, message(who.origin, body));
  const sent = { body, signature: b64Encode(new Uint8Array(signed)), key: publicKey };
  const reply = await call(world, "/api/v1/device/join", { ...sent, assertion: touched.response });
  if (reply.kind !== "ok") return { ok: false, problem: problemOf(reply) };
  const made = { device: key.device, public: publicKey };
  const row = identityOf(made, key.privateKey, { ...who, confirm: false }, reply.data);
  await keepIdentity(c, engine, reload, row, who.origin, reply.data, null);
  return { ok: true, identity: toIdentity(row), held: false };
}
