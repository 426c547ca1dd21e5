/** The vectors of the protocol, run against the core; tests/sync/test_vectors.py runs the same. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as checkpoint from "../../../pwa/src/core/checkpoint.ts";
import { verifyHere, verifyNote } from "../../../pwa/src/core/ed25519.ts";
import * as core from "../../../pwa/src/core/index.ts";
import * as tree from "../../../pwa/src/core/tree.ts";

type Given = Record<string, never>;
interface Case {
  name: string;
  given: Given;
  expect?: unknown;
  reject?: string;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}
type Bytes = Uint8Array<ArrayBuffer>;

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));
}

const unhex = (text: string): Bytes => Uint8Array.from(Buffer.from(text, "hex"));
const hex = (bytes: Bytes | core.Refusal) =>
  bytes instanceof core.Refusal ? bytes : Buffer.from(bytes).toString("hex");
const bytes = (text: string): Bytes => core.must(core.b64Decode(text));
const refused = (slug: core.Slug) => new core.Refusal(slug, "not of this shape");
const asked = (is: (text: unknown) => boolean) => (g: { text: string }) =>
  is(g.text) ? g.text : refused("bad_body");

function parsed(g: { origin: string; body: string; private?: string }) {
  const op = core.parseOp(g.origin, g.body, g.private ?? null);
  if (op instanceof core.Refusal) return op;
  const { recordedAt: recorded_at, privateHash: private_hash, privateFields: private_fields, ...same } = op;
  const { body: _body, private: _private, ...rest } = same;
  return { ...rest, recorded_at, private_hash, private_fields };
}

function partOf(g: { origin: string; body: string; private: string }) {
  const op = core.parseOp(g.origin, g.body, g.private);
  return op instanceof core.Refusal ? op : op.privateFields;
}

async function verified(g: { origin: string; body: string; key: string; signature: string }) {
  const message = core.message(g.origin, g.body);
  const good = await core.verify(bytes(g.key), message, bytes(g.signature));
  return good === false ? refused("bad_signature") : good;
}

function chained(g: { origin: string; scope: string; links: [number, number, string][] }) {
  const digests = [core.startDigest(g.origin, g.scope)];
  const prefix = core.domain("log", g.origin);
  for (const [seq, receivedAt, id] of g.links) {
    digests.push(core.nextDigest(prefix, digests.at(-1) as Bytes, seq, receivedAt, bytes(id)));
  }
  return digests.map(core.b64Encode);
}

function pointed(g: { text: string }) {
  const cursor = core.parseCursor(g.text);
  if (cursor === null || cursor instanceof core.Refusal) return cursor;
  expect(core.formatCursor(cursor)).toBe(g.text);
  return { ...cursor, digest: core.b64Encode(cursor.digest) };
}

interface LightOp {
  id: string;
  n: number;
  after: string[];
  recorded_at: number;
  skew: number;
  set: core.Members;
  private_set: core.Members | null;
  private_hash: string | null;
  seq: number | null;
  received_at: number | null;
}

function placed(light: LightOp): core.Placed {
  const { id, n, after, skew, recorded_at: recordedAt } = light;
  const op: core.Op = {
    ...{ id, n, after, skew, recordedAt, device: "", by: "", scope: "", doc: "", anchor: null },
    ...{ fields: light.set, privateHash: light.private_hash, privateFields: light.private_set },
    ...{ body: "", private: null },
  };
  return { op, seq: light.seq, receivedAt: light.received_at };
}

function folded(g: { ops: LightOp[] }) {
  const document = core.fold(g.ops.map(placed));
  return {
    ...document,
    conflicts: [...document.conflicts].sort(),
    private: [...document.private].sort(),
    rivals: core.rivals(document, new Map(g.ops.map((op) => [op.id, placed(op).op]))),
  };
}

function requested(g: { request: unknown }) {
  const request = core.parseRequest(g.request);
  if (request instanceof core.Refusal) return request;
  const { opsMax: ops_max, bytesMax: bytes_max, ...rest } = request;
  const cursors = [...request.cursors].map(([scope, at]) => [
    scope,
    at === null ? null : core.formatCursor(at),
  ]);
  const keys = [...request.keys.keys()].sort();
  const phone = Object.fromEntries(request.phone);
  return { ...rest, ops_max, bytes_max, cursors: Object.fromEntries(cursors), keys, phone };
}

const proven = (good: boolean) => good || refused("bad_checkpoint");

function inTree(g: { leaf: string; index: number; size: number; path: string[]; root: string }) {
  const path = g.path.map(bytes);
  return proven(tree.verifyInclusion(bytes(g.leaf), g.index, g.size, path, bytes(g.root)));
}

function grown(g: { old: number; new: number; proof: string[]; old_root: string; new_root: string }) {
  const proof = g.proof.map(bytes);
  return proven(tree.verifyConsistency(g.old, g.new, proof, bytes(g.old_root), bytes(g.new_root)));
}

function noteKey(g: { text: string }) {
  const key = checkpoint.parseKey(g.text);
  return key instanceof core.Refusal ? key : { ...key, public: core.b64Encode(key.public), id: hex(key.id) };
}

async function opened(g: { note: string; key: string }) {
  const note = await checkpoint.openNote(g.note, core.must(checkpoint.parseKey(g.key)));
  if (note instanceof core.Refusal) return note;
  return { origin: note.origin, size: note.size, root: core.b64Encode(note.root) };
}

async function witnessed(g: { note: string; key: string }) {
  const key = core.must(checkpoint.parseKey(g.key));
  return (await checkpoint.cosignedAt(core.must(checkpoint.parseNote(g.note)), key)) ?? proven(false);
}

/** By WebCrypto and by the library: the two must agree. */
async function noteVerified(g: { key: string; message: string; signature: string }) {
  const given = [bytes(g.key), unhex(g.message), bytes(g.signature)] as const;
  const good = await verifyNote(...given);
  expect(await verifyHere(...given)).toBe(good);
  return good || refused("bad_signature");
}

const calls: Record<string, (given: never) => unknown> = {
  b64_decode: (g: { text: string; size?: number }) => hex(core.b64Decode(g.text, g.size)),
  b64_encode: (g: { hex: string }) => core.b64Encode(unhex(g.hex)),
  key_to_device: (g: { hex: string }) => core.keyToDevice(unhex(g.hex)),
  uuid: asked(core.isUuid),
  scope: asked(core.isScope),
  doc: asked(core.isDoc),
  device: asked(core.isDevice),
  origin: asked(core.isOrigin),
  make_uuid7: (g: { ms: number; hex: string }) => core.makeUuid7(g.ms, unhex(g.hex)),
  parse_text: (g: { text: string; size_max: number }) => {
    const value = core.parseText(g.text, g.size_max);
    if (!(value instanceof core.Refusal)) expect(core.writeText(value)).toBe(g.text);
    return value;
  },
  decimal: asked(core.isDecimal),
  split_line: (g: { text: string }) => core.splitLine(g.text) ?? refused("bad_body"),
  parse_op: parsed,
  make_body: ({ recorded_at: recordedAt, ...g }: core.BodyParts & { recorded_at: number }) =>
    core.makeBody({ ...g, recordedAt }),
  parse_private: partOf,
  verify: verified,
  check_key: (g: { key: string }) => core.checkKey(bytes(g.key)),
  chain: chained,
  parse_cursor: pointed,
  fold: folded,
  parse_request: requested,
  leaf_hash: (g: { scope: string; seq: number; digest: string }) =>
    core.b64Encode(tree.leafHash(tree.leafText(g.scope, g.seq, bytes(g.digest)))),
  verify_inclusion: inTree,
  verify_consistency: grown,
  parse_key: noteKey,
  open_note: opened,
  cosigned_at: witnessed,
  verify_note: noteVerified,
};

/** The same value as plain JSON data: records of the core have no prototype, those of the vectors have one. */
const plain = (value: unknown): unknown => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

const index = read<Record<string, { accepted: number; refused: number }>>("index");

for (const [subject, count] of Object.entries(index)) {
  const { groups } = read<Vectors>(subject);
  for (const { description, cases } of groups) {
    describe(`${subject}: ${description}`, () => {
      test.each(cases)("$name", async (one) => {
        const got = await calls[description]?.(one.given as never);
        if (one.reject !== undefined) expect(got).toMatchObject({ slug: one.reject });
        else expect(plain(got)).toEqual(one.expect);
      });
    });
  }
  test(`${subject}: as many cases run as the index counts`, () => {
    const cases = groups.flatMap((group) => group.cases);
    const refusals = cases.filter((one) => one.reject !== undefined).length;
    expect({ accepted: cases.length - refusals, refused: refusals }).toEqual(count);
  });
}
