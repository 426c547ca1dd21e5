/**
 * A lot's bundle: the ops behind it with every proof that they need, in one text that anyone can check.
 *
 * Twin of `sync/bundle.py`: the first thing that does not hold refuses the whole, by the same name.
 * Source: PROTOCOL §37; DESIGN §3 "Transparency log". Refusals have the slug `bad_bundle`.
 */

import {
  checkAssertions,
  checkDevices,
  type Devices,
  isExactly,
  type Outside,
  refusal,
} from "./bundle_devices.ts";
import { cosignedAt, LOG_KEY, type Note, openNote, parseKey } from "./checkpoint.ts";
import { Refusal } from "./errors.ts";
import { b64Decode, isOrigin, isScope } from "./ids.ts";
import { BUNDLE_BYTES_MAX, DIGEST_BYTES } from "./limits.ts";
import { nextDigest, startDigest } from "./log.ts";
import { domain, type Op, parseOp } from "./ops.ts";
import { isSame, leafHash, leafText, verifyInclusion } from "./tree.ts";
import { parseText } from "./values.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Placed = ReadonlyMap<string, { readonly op: Op; readonly receivedAt: number }>;
type Links = Map<string, readonly [id: string, receivedAt: number]>;

const MEMBERS = [
  "v",
  "origin",
  "log_key",
  "operator",
  "scope",
  "lot",
  "published",
  "witnesses",
  "checkpoint",
  "scopes",
  "ops",
  "device_ops",
  "assertions",
];
const SCOPE = ["scope", "first", "before", "links", "seq", "digest", "index", "path"];

/** What a bundle proves; `ops` by id. `missing`: entries that the facts tell of, not here. */
export interface Proven {
  readonly origin: string;
  readonly logKey: string;
  readonly operator: string;
  readonly size: number;
  readonly cosigned: readonly (readonly [name: string, seconds: number])[];
  readonly ops: Placed;
  readonly devices: ReadonlySet<string>;
  readonly publishedAt: number;
  readonly facts: Outside;
  readonly isConfirmed: boolean;
  readonly missing: readonly string[];
}

/** What a bundle proves. `knownKey`: the log's key as the one who checks knows it. */
export async function checkBundle(text: string, knownKey: string | null = null): Promise<Proven | Refusal> {
  const data = parseText(text, BUNDLE_BYTES_MAX);
  if (data instanceof Refusal) return refusal("bundle", `not a text of its form (${data.detail})`);
  const { origin } = data;
  if (!isExactly(data, MEMBERS) || data.v !== 1 || !isOrigin(origin))
    return refusal("bundle", "not the members of version 1");
  for (const name of ["witnesses", "scopes", "ops", "device_ops", "assertions"])
    if (!Array.isArray(data[name])) return refusal(name, "no list");
  const log = await checkLog(data, origin, knownKey);
  if (log instanceof Refusal) return log;
  const links: Links = new Map();
  for (const one of data.scopes as unknown[]) {
    const bad = checkScope(origin, one, log.note, links);
    if (bad !== null) return bad;
  }
  const answers = data.assertions as unknown[];
  const devices = await checkDevices(origin, String(data.operator), data.device_ops as unknown[], answers);
  if (devices instanceof Refusal) return devices;
  const ops = await checkOps(origin, data.ops as unknown[], links, devices);
  if (ops instanceof Refusal) return ops;
  const confirmed = await checkAssertions(answers, devices, new Set(ops.keys()));
  if (confirmed instanceof Refusal) return confirmed;
  const published = ops.get(String(data.published));
  if (published === undefined) return refusal("published", "the op that published the lot is not here");
  const facts = published.op.fields.facts;
  const isThis = published.op.scope === data.scope && published.op.doc === data.lot;
  if (!isThis || typeof facts !== "object" || facts === null || Array.isArray(facts))
    return refusal("published", "the op does not publish this lot");
  return {
    origin,
    logKey: String(data.log_key),
    operator: devices.operator,
    size: log.note.size,
    cosigned: log.cosigned,
    ops,
    devices: new Set([...ops.values()].map((one) => one.op.device)),
    publishedAt: published.receivedAt,
    facts: facts as Outside,
    isConfirmed: confirmed.has(published.op.id),
    missing: missingIn(facts as Outside, ops),
  };
}

interface Log {
  readonly note: Note;
  readonly cosigned: readonly (readonly [string, number])[];
}

async function checkLog(data: Outside, origin: string, knownKey: string | null): Promise<Log | Refusal> {
  const key = parseKey(String(data.log_key));
  if (key instanceof Refusal) return refusal("checkpoint", key.detail);
  const note = await openNote(String(data.checkpoint), key);
  if (note instanceof Refusal) return refusal("checkpoint", note.detail);
  const cosigned: [string, number][] = [];
  for (const text of data.witnesses as unknown[]) {
    const witness = parseKey(String(text));
    if (witness instanceof Refusal) return refusal("checkpoint", witness.detail);
    const at = await cosignedAt(note, witness);
    if (at !== null) cosigned.push([witness.name, at]);
  }
  if (knownKey !== null && data.log_key !== knownKey)
    return refusal("log_key", "not the key that you know of this log");
  if (key.kind !== LOG_KEY || key.name !== origin) return refusal("log_key", "a key of another log");
  const count = 1 + (data.witnesses as unknown[]).length;
  if (1 + cosigned.length !== note.signatures.length || note.signatures.length !== count)
    return refusal("checkpoint", "a signature that no named key made");
  return { note, cosigned };
}

/** Add the links of a scope, which lead to a head that is in the tree; gives what does not hold, or null. */
function checkScope(origin: string, one: unknown, note: Note, links: Links): Refusal | null {
  if (!isExactly(one, SCOPE) || !isScope(one.scope)) return refusal("scopes", "not the members of a scope");
  const { scope, first, index, seq } = one;
  const where = `scope ${scope}`;
  if (!isNumber(first, 1) || !isNumber(index, 0) || !Array.isArray(one.links))
    return refusal(where, "no number");
  let digest = hashOf(one.before);
  if (digest === null) return refusal(where, "no hash");
  if (first === 1 && !isSame(digest, startDigest(origin, scope)))
    return refusal(where, "it does not begin where a log begins");
  const prefix = domain("log", origin);
  for (const [i, link] of (one.links as unknown[]).entries()) {
    const [at, id]: unknown[] = Array.isArray(link) && link.length === 2 ? link : [];
    const raw = hashOf(id);
    if (!isNumber(at, 0) || raw === null) return refusal(where, `link ${first + i} is none`);
    digest = nextDigest(prefix, digest, first + i, at, raw);
    links.set(`${scope} ${first + i}`, [String(id), at]);
  }
  const wanted = hashOf(one.digest);
  if (seq !== first + one.links.length - 1 || wanted === null || !isSame(digest, wanted))
    return refusal(where, "its links do not lead to the head: an op or a time was altered");
  const path = Array.isArray(one.path) ? one.path.map(hashOf) : [null];
  if (path.includes(null)) return refusal(where, "no hash");
  const leaf = leafHash(leafText(scope, seq, digest));
  if (!verifyInclusion(leaf, index, note.size, path as Bytes[], note.root))
    return refusal(where, "its head is not in the tree of the checkpoint");
  return null;
}

async function checkOps(
  origin: string,
  listed: readonly unknown[],
  links: Links,
  devices: Devices,
): Promise<Map<string, { op: Op; receivedAt: number }> | Refusal> {
  const found = new Map<string, { op: Op; receivedAt: number }>();
  for (const one of listed) {
    if (!isExactly(one, ["scope", "seq", "body", "signature"]))
      return refusal("ops", "not the members of an op");
    const where = `op ${one.scope} ${one.seq}`;
    const link = typeof one.seq === "number" ? links.get(`${one.scope} ${one.seq}`) : undefined;
    if (link === undefined || found.has(link[0]))
      return refusal(where, "it has no link, or stands here twice");
    const op = parseOp(origin, String(one.body), null);
    if (op instanceof Refusal) return refusal(where, op.detail);
    if (op.id !== link[0] || op.scope !== one.scope)
      return refusal(where, "its text is not what was received");
    if (!(await devices.hasSigned(op, one.signature)))
      return refusal(where, "not signed by the device that it names");
    if (!devices.trusted.has(op.device)) return refusal(where, `nobody let the device ${op.device} in`);
    found.set(op.id, { op, receivedAt: link[1] });
  }
  return found;
}

function missingIn(facts: Outside, ops: Placed): string[] {
  const here = new Set([...ops.values()].map((one) => one.op.doc));
  const steps: unknown[] = Array.isArray(facts.steps) ? facts.steps : [];
  const told = steps.flatMap((one) =>
    typeof one === "object" && one !== null ? [String(Reflect.get(one, "entry"))] : [],
  );
  return [...new Set(told)].filter((doc) => !here.has(doc)).sort();
}

function hashOf(text: unknown): Bytes | null {
  const raw = typeof text === "string" ? b64Decode(text, DIGEST_BYTES) : null;
  return raw instanceof Refusal ? null : raw;
}

function isNumber(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}
