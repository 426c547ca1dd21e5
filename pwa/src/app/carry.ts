/** The `.sonhanong` file: what is not acknowledged, signed, so that anyone may carry it (WIRE "Export file"). */
import { Refusal } from "../core/errors.ts";
import { b64Decode, b64Encode, isScope } from "../core/ids.ts";
import { EXPORT_BYTES_MAX } from "../core/limits.ts";
import { message, parseOp } from "../core/ops.ts";
import { verify } from "../core/signing.ts";
import { parseKeys } from "../core/wire.ts";
import { takeCarried } from "../store/carried.ts";
import type { OpRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { type Context, member, problemOf, textIn } from "./context.ts";
import type { ImportReport } from "./types.ts";

export async function exportUnsent(
  c: Context,
): Promise<{ name: string; blob: Blob; ops: number; photos: number }> {
  return c.store.use(async (db) => {
    const origin = await originOf(db);
    const madeAt = c.store.world.now();
    const lines: string[] = [JSON.stringify({ so_nha_nong: 1, origin, made_at: madeAt })];
    const keys = Object.fromEntries((await db.identities.toArray()).map((r) => [r.device, r.public]));
    lines.push(JSON.stringify({ key: keys }));
    const ops = await db.ops.where("state").anyOf("outbox", "refused", "turned_down").toArray();
    for (const { body, private: part, signature } of ops) {
      lines.push(JSON.stringify({ body, ...(part === null ? {} : { private: part }), signature }));
    }
    let photos = 0;
    for (const row of await db.uploads.where("state").equals("waiting").toArray()) {
      const blob = await db.blobs.get([row.scope, row.sha256]);
      if (!blob) continue;
      photos += 1;
      const { scope, sha256, size: bytes, type } = row;
      lines.push(JSON.stringify({ photo: { scope, sha256, type, bytes } }));
      lines.push(b64Encode(new Uint8Array(blob.bytes)));
    }
    const blob = new Blob([`${lines.join("\n")}\n`], { type: "application/octet-stream" });
    const day = new Date(madeAt).toISOString().slice(0, 10);
    return { name: `so-nha-nong-${day}.sonhanong`, blob, ops: ops.filter(isLine).length, photos };
  });
}

/** A line of the diary to the person who reads the count; a photo is counted by its bytes. */
const isLine = (op: { doc: string }): boolean => !op.doc.startsWith("photo:");

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Take the ops and photos of a file into the outbox. Each line stands alone; only verified ops come in. */
export async function importFile(c: Context, blob: Blob): Promise<ImportReport> {
  const report: ImportReport = {
    ok: false,
    ops: 0,
    already: 0,
    photos: 0,
    requests: 0,
    bad: 0,
    problem: null,
  };
  if (blob.size > EXPORT_BYTES_MAX) return { ...report, problem: "too_large" };
  const lines = (await blob.text()).split("\n");
  const head = parseLine(lines[0] ?? "");
  if (member(head, "so_nha_nong") !== 1) return { ...report, problem: "not_a_file" };
  const origin = await c.store.use(originOf);
  if (textIn(head, "origin") !== origin) return { ...report, problem: "other_origin" };
  const keys = new Map<string, Uint8Array<ArrayBuffer>>();
  try {
    for (let i = 1; i < lines.length; i++) {
      if (lines[i] === "") continue;
      const line = parseLine(lines[i] ?? "");
      const photo = member(line, "photo");
      if (photo !== undefined) {
        i += 1;
        await takePhoto(c, photo, lines[i] ?? "", report);
      } else if (member(line, "key") !== undefined) {
        const found = parseKeys(member(line, "key"));
        if (!(found instanceof Refusal)) for (const [device, key] of found) keys.set(device, key);
      } else if (textIn(line, "body") !== "") await takeOp(c, origin, line, keys, report);
      else report.bad += 1;
    }
  } catch (error) {
    const problem = problemOf(error);
    return { ...report, problem: problem === "storage_full" ? "storage_full" : "storage_broken" };
  }
  c.bell();
  c.kick();
  return { ...report, ok: true };
}

async function takeOp(
  c: Context,
  origin: string,
  line: unknown,
  keys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  report: ImportReport,
): Promise<void> {
  const part = textIn(line, "private") || null;
  const op = parseOp(origin, textIn(line, "body"), part);
  const signature = b64Decode(textIn(line, "signature"));
  const key = op instanceof Refusal ? undefined : keys.get(op.device);
  if (op instanceof Refusal || signature instanceof Refusal || key === undefined) {
    report.bad += 1;
    return;
  }
  if ((await verify(key, message(origin, op.body), signature, c.store.world.crypto.subtle)) !== true) {
    report.bad += 1;
    return;
  }
  const row: OpRow = {
    id: op.id,
    scope: op.scope,
    doc: op.doc,
    device: op.device,
    n: op.n,
    seq: null,
    receivedAt: null,
    digest: null,
    body: op.body,
    private: part,
    signature: b64Encode(signature),
    state: "outbox",
    problem: null,
    tried: false,
  };
  const taken = await c.store.use((db) => takeCarried(db, origin, row, b64Encode(key)));
  if (taken === "already") report.already += 1;
  else report.ops += 1;
}

async function takePhoto(c: Context, photo: unknown, text: string, report: ImportReport): Promise<void> {
  const scope = textIn(photo, "scope");
  const sha256 = textIn(photo, "sha256");
  const bytes = b64Decode(text);
  const hash =
    bytes instanceof Refusal
      ? ""
      : b64Encode(new Uint8Array(await c.store.world.crypto.subtle.digest("SHA-256", bytes)));
  if (bytes instanceof Refusal || hash !== sha256 || !isScope(scope)) {
    report.bad += 1;
    return;
  }
  await c.store.use((db) =>
    db.transaction("rw", db.blobs, db.docs, db.uploads, async () => {
      await db.blobs.put({ scope, sha256, bytes: bytes.buffer });
      const doc = await db.docs
        .filter((d) => d.type === "photo" && d.scope === scope && d.values.sha256 === sha256)
        .first();
      const type = textIn(photo, "type");
      if (doc) {
        await db.uploads.put({
          doc: doc.doc,
          scope,
          sha256,
          of: doc.of,
          size: bytes.length,
          type,
          sent: 0,
          state: "waiting",
        });
      }
    }),
  );
  report.photos += 1;
}
