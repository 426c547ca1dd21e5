/** Joining: a look at the invitation, then a key, its join op, and the identity kept on this phone. */
import { b64Encode } from "../core/ids.ts";
import { makeBody, message } from "../core/ops.ts";
import { makeKey } from "../core/signing.ts";
import type { Engine } from "../engine/sync.ts";
import { call, type Reply } from "../net/api.ts";
import { ownTexts } from "../net/session.ts";
import type { IdentityRow } from "../store/rows.ts";
import { type Context, listIn, member, textIn } from "./context.ts";
import { JOINED } from "./joined.ts";
import { toIdentity } from "./people.ts";
import type { Invite, Joining, JoinProblem, JoinResult } from "./types.ts";

const PROBLEMS: { [slug: string]: JoinProblem } = {
  invite_unknown: "invite_unknown",
  invite_used: "invite_used",
  invite_expired: "invite_expired",
  invite_burnt: "invite_burnt",
  device_revoked: "turned_down",
  no_right: "turned_down",
  too_many: "too_many_tries",
  key_in_use: "key_in_use",
  bad_key: "bad_key",
};

export function problemOf(reply: Reply): JoinProblem {
  if (reply.kind !== "problem") return reply.kind === "ok" ? "server" : "no_connection";
  return PROBLEMS[reply.slug] ?? (reply.status === 429 ? "too_many_tries" : "server");
}

const ask = (c: Context, invite: Invite) =>
  call(c.store.world, "/api/v1/device/invite", {
    invite: invite.id,
    ...("secret" in invite ? { secret: invite.secret } : { code: invite.code }),
  });

/** The key made for this invitation, stored before it is used: a lost answer is asked for again with the same bytes. */
async function pendingJoin(c: Context, invite: Invite, label: string, look: unknown) {
  const slot = `joining ${invite.id}`;
  const kept = await c.store.use((db) => db.meta.get(slot));
  if (kept) return kept.value;
  const { world } = c.store;
  const key = await makeKey(world.crypto.subtle);
  const body = makeBody({
    device: key.device,
    n: 1,
    by: textIn(look, "by"),
    scope: textIn(look, "scope"),
    doc: textIn(look, "doc"),
    after: listIn(look, "after")
      .filter((a): a is string => typeof a === "string")
      .sort(),
    recordedAt: world.now(),
    fields: {
      key: b64Encode(key.public),
      ...("secret" in invite ? { secret: invite.secret } : {}),
      label: label.slice(0, 100),
    },
  });
  const signed = await world.crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    key.privateKey,
    message(textIn(look, "origin"), body),
  );
  const signature = b64Encode(new Uint8Array(signed));
  const value = {
    device: key.device,
    privateKey: key.privateKey,
    public: b64Encode(key.public),
    body,
    signature,
    look,
  };
  await c.store.use((db) => db.meta.put({ key: slot, value }));
  // The capability check: what was written strictly is read back and the key still signs.
  return (await c.store.use((db) => db.meta.get(slot)))?.value;
}

/** Keep who joined, as the current person, and begin to sync. `invite`: the invitation by which it was, if any. */
export async function keepIdentity(
  c: Context,
  engine: Engine,
  reload: () => Promise<void>,
  row: IdentityRow,
  origin: string,
  answer: unknown,
  invite: string | null,
): Promise<void> {
  await c.store.use((db) =>
    db.transaction("rw", db.meta, db.counters, db.identities, db.keys, async () => {
      await db.meta.put({ key: "origin", value: origin });
      await db.meta.put({ key: "current", value: row.device });
      await db.counters.put({ device: row.device, scope: row.org, n: 1 });
      await db.identities.put(row);
      await db.keys.put({ device: row.device, key: row.public });
      if (invite === null) return;
      await db.meta.delete(`joining ${invite}`);
      await db.meta.put({ key: `${JOINED}${invite}`, value: row.device });
    }),
  );
  engine.sessions.remember(row.device, answer);
  await reload();
  await engine.kick(true);
  await reload();
}

export function makeJoining(
  c: Context,
  engine: Engine,
  reload: () => Promise<void>,
): Pick<Joining, "look" | "join"> {
  return {
    async look(invite) {
      const reply = await ask(c, invite);
      if (reply.kind !== "ok") return { ok: false, problem: problemOf(reply) };
      const shown = member(reply.data, "shown");
      const confirm = member(reply.data, "confirm") === true;
      return { ok: true, look: { name: textIn(shown, "name"), village: textIn(shown, "village"), confirm } };
    },
    async join(invite, label): Promise<JoinResult> {
      const kept = await c.store.use((db) => db.meta.get(`joining ${invite.id}`));
      let look = member(kept?.value, "look");
      if (!kept) {
        const reply = await ask(c, invite);
        if (reply.kind !== "ok") return { ok: false, problem: problemOf(reply) };
        look = reply.data;
      }
      const pending = await pendingJoin(c, invite, label, look).catch(() => null);
      const privateKey = member(pending, "privateKey");
      if (typeof privateKey !== "object" || privateKey === null || !isKey(privateKey)) {
        return { ok: false, problem: "no_key_here" };
      }
      const reply = await call(c.store.world, "/api/v1/device/join", {
        body: textIn(pending, "body"),
        signature: textIn(pending, "signature"),
        key: textIn(pending, "public"),
        ...("code" in invite ? { code: invite.code } : {}),
      });
      if (reply.kind !== "ok") return { ok: false, problem: problemOf(reply) };
      const held = textIn(reply.data, "result") === "held";
      const code = "code" in invite ? { code: invite.code } : {};
      const row: IdentityRow = { ...identityOf(pending, privateKey, look, reply.data), ...code };
      await keepIdentity(c, engine, reload, row, textIn(look, "origin"), reply.data, invite.id);
      return { ok: true, identity: toIdentity(row), held };
    },
  };
}

function isKey(x: object): x is CryptoKey {
  return "algorithm" in x && "usages" in x;
}

export function identityOf(
  pending: unknown,
  privateKey: CryptoKey,
  look: unknown,
  data: unknown,
): IdentityRow {
  const shown = member(look, "shown");
  const own = ownTexts(data);
  return {
    device: textIn(pending, "device"),
    privateKey,
    public: textIn(pending, "public"),
    name: textIn(shown, "name"),
    village: textIn(shown, "village"),
    membership: textIn(look, "by"),
    org: textIn(look, "scope"),
    orgName: textIn(shown, "organisation"),
    confirmed: member(look, "confirm") !== true,
    revoked: false,
    copied: false,
    access: "",
    own: [...own.ops],
    touches: [...own.touches],
    me: "",
  };
}
