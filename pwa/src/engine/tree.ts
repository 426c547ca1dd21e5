/**
 * Following the tree of heads: that it only grew, and that our own books are in it (PROTOCOL §34).
 *
 * Asked beside the rounds of a turn, at most every ten minutes and only while something that we hold is not proven
 * yet; sync never waits for it and never changes by it. What does not fit is never taken: the checkpoint that we
 * hold stays, both go to the server as evidence, and a person is told, until the phone is set up anew.
 * Source: DESIGN §3 "Transparency log"; faults.md 82.
 */
import { type Note, type NoteKey, openNote, parseKey } from "../core/checkpoint.ts";
import { Refusal } from "../core/errors.ts";
import { b64Decode, b64Encode } from "../core/ids.ts";
import { DIGEST_BYTES, REQUEST_SCOPES_MAX, TREE_ASK_MINUTES } from "../core/limits.ts";
import { parseCursor } from "../core/log.ts";
import { leafHash, leafText, verifyConsistency, verifyInclusion } from "../core/tree.ts";
import { call } from "../net/api.ts";
import type { Database, Store } from "../store/db.ts";
import type { IdentityRow, ScopeRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { FORK, type Fork, TREE, type Tree, VERIFIED } from "../store/tree.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const ASK_MS = TREE_ASK_MINUTES * 60_000;

/** One head that the server proves: the leaf of a scope at its number. */
interface Head {
  readonly scope: string;
  readonly seq: number;
  readonly index: number;
  readonly path: readonly Bytes[];
}

interface Given {
  readonly text: string;
  readonly key: string | null;
  readonly consistency: readonly Bytes[];
  readonly heads: readonly Head[];
}

/** Ask for what is not proven yet and take it in; true where something changed that a person might look at. */
export async function followTree(store: Store, who: IdentityRow, token: string): Promise<boolean> {
  const { world } = store;
  const held = await store.use((db) => readTree(db));
  const fork = await store.use(async (db) => (await db.meta.get(FORK))?.value as Fork | undefined);
  if (fork !== undefined) {
    if (!fork.told) await tell(store, token, fork);
    return false;
  }
  const age = world.now() - (held?.askedAt ?? 0);
  if (age >= 0 && age < ASK_MS) return false;
  const wanted = await store.use((db) => unproven(db, who.device));
  if (wanted.length === 0) return false;
  const request = {
    cursors: Object.fromEntries(wanted.map((row) => [row.scope, row.cursor])),
    ops: [],
    limit: { ops: 1, bytes: 1 }, // the pages come with the turn; of these nothing is kept
    access: who.access,
    tree: held?.size ?? 0,
  };
  const reply = await call(world, "/api/v1/sync", request, token);
  const origin = await store.use(originOf);
  if (reply.kind !== "ok" || Reflect.get(Object(reply.data), "origin") !== origin) return false;
  const asked = { ...(held ?? NOTHING), askedAt: world.now() };
  await store.use((db) => db.meta.put({ key: TREE, value: asked }));
  const given = parseGiven(Reflect.get(Object(reply.data), "tree"));
  return given !== null && take(store, token, asked, given);
}

const NOTHING: Tree = { key: "", note: "", size: 0, root: "", askedAt: 0 };

async function readTree(db: Database): Promise<Tree | undefined> {
  return (await db.meta.get(TREE))?.value as Tree | undefined;
}

/** Scopes of a device whose log we hold further than it is proven. */
async function unproven(db: Database, device: string): Promise<ScopeRow[]> {
  const access = await db.access.where("device").equals(device).toArray();
  const rows = await db.scopes.bulkGet(access.map((row) => row.scope));
  const found: ScopeRow[] = [];
  for (const row of rows) {
    if (row === undefined || found.length === REQUEST_SCOPES_MAX) continue;
    const point = parseCursor(row.cursor);
    if (point === null || point instanceof Refusal) continue;
    const proven = row.logged;
    const isOurs = proven !== undefined && (await digestAt(db, row, proven.seq)) === proven.digest;
    if (!isOurs || point.seq > proven.seq) found.push(row);
  }
  return found;
}

/** The digest of a scope's log at a number, as our own pages gave it. */
async function digestAt(db: Database, row: ScopeRow, seq: number): Promise<string | null> {
  const point = parseCursor(row.cursor);
  if (point === null || point instanceof Refusal || seq > point.seq) return null;
  if (point.seq === seq) return b64Encode(point.digest);
  const ops = await db.ops.where("[scope+seq]").equals([row.scope, seq]).toArray();
  return ops.find((op) => op.digest !== null)?.digest ?? null;
}

async function take(store: Store, token: string, held: Tree, given: Given): Promise<boolean> {
  const keyText = held.key || (given.key ?? "");
  const key = parseKey(keyText);
  if (key instanceof Refusal) return false;
  const note = await openNote(given.text, key);
  if (note instanceof Refusal || note.origin !== (await store.use(originOf))) return false; // proves nothing
  const heads = await store.use((db) => digests(db, given.heads));
  if (!(await isGrown(held, note, key, given)) || !heads.every((head) => isIn(note, head))) {
    const fork: Fork = {
      held: held.note || given.text,
      given: given.text,
      at: store.world.now(),
      told: false,
    };
    await store.use((db) => db.meta.put({ key: FORK, value: fork }));
    await tell(store, token, fork);
    return true;
  }
  const root = b64Encode(note.root);
  const next: Tree = { key: keyText, note: given.text, size: note.size, root, askedAt: held.askedAt };
  await store.use((db) =>
    db.transaction("rw", db.meta, db.scopes, async () => {
      await db.meta.put({ key: TREE, value: next });
      await db.meta.put({ key: VERIFIED, value: { size: note.size, root } });
      for (const head of heads)
        await db.scopes.update(head.scope, { logged: { seq: head.seq, digest: head.digest } });
    }),
  );
  return heads.length > 0;
}

/** Whether the tree given begins with the one that we hold. */
async function isGrown(held: Tree, note: Note, key: NoteKey, given: Given): Promise<boolean> {
  if (held.size === 0) return true;
  const before = await openNote(held.note, key);
  if (before instanceof Refusal) return false;
  return verifyConsistency(before.size, note.size, given.consistency, before.root, note.root);
}

/** The heads of which we hold the digest ourselves; of others nothing can be said. */
async function digests(db: Database, heads: readonly Head[]): Promise<(Head & { digest: string })[]> {
  const found: (Head & { digest: string })[] = [];
  for (const head of heads) {
    const row = await db.scopes.get(head.scope);
    const digest = row === undefined ? null : await digestAt(db, row, head.seq);
    if (digest !== null) found.push({ ...head, digest });
  }
  return found;
}

function isIn(note: Note, head: Head & { digest: string }): boolean {
  const digest = b64Decode(head.digest, DIGEST_BYTES);
  if (digest instanceof Refusal) return false;
  const leaf = leafHash(leafText(head.scope, head.seq, digest));
  return verifyInclusion(leaf, head.index, note.size, head.path, note.root);
}

/** Send both checkpoints to the server: again with every turn until it has them. */
async function tell(store: Store, token: string, fork: Fork): Promise<void> {
  const { held, given } = fork;
  const reply = await call(store.world, "/api/v1/tree/evidence", { held, given }, token);
  // 204 has no content, so `call` says that it is not JSON; a problem of the request will not get better.
  if (reply.kind === "offline" || (reply.kind === "problem" && reply.status >= 429)) return;
  await store.use((db) => db.meta.put({ key: FORK, value: { ...fork, told: true } }));
}

function parseGiven(tree: unknown): Given | null {
  const { checkpoint, key, consistency, heads } = Object(tree) as { [name: string]: unknown };
  const proof = parseHashes(consistency);
  if (typeof checkpoint !== "string" || proof === null) return null;
  const found: Head[] = [];
  for (const [scope, one] of Object.entries(Object(heads) as object)) {
    const { seq, index, path } = Object(one) as { [name: string]: unknown };
    const steps = parseHashes(path);
    if (typeof seq !== "number" || typeof index !== "number" || steps === null) return null;
    found.push({ scope, seq, index, path: steps });
  }
  return { text: checkpoint, key: typeof key === "string" ? key : null, consistency: proof, heads: found };
}

function parseHashes(list: unknown): Bytes[] | null {
  if (!Array.isArray(list)) return null;
  const hashes = list.map((one: unknown) => (typeof one === "string" ? b64Decode(one, DIGEST_BYTES) : null));
  return hashes.every((one) => one !== null && !(one instanceof Refusal)) ? (hashes as Bytes[]) : null;
}
