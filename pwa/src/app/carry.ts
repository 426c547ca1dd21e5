/** The `.sonhanong` file: what is not acknowledged, signed, so that anyone may carry it (WIRE "Export file"). */
import { b64Encode } from "../core/ids.ts";
import { EXPORT_BYTES_MAX } from "../core/limits.ts";
import { toSent } from "../net/session.ts";
import type { Database } from "../store/db.ts";
import { requestLine } from "../store/requests.ts";
import type { OpRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { type Context, countVoices } from "./context.ts";
import type { ExportFile } from "./types.ts";

const UNSENT = ["outbox", "refused", "turned_down"];
const UNDECIDED = ["unsent", "waiting", "declined"];

/** The keys of the devices that signed these ops, as far as the phone knows them. */
async function keysOf(db: Database, ops: readonly OpRow[]): Promise<{ [device: string]: string }> {
  const own = new Map((await db.identities.toArray()).map((row) => [row.device, row.public]));
  const devices = [...new Set([...own.keys(), ...ops.map((op) => op.device)])];
  const known = await db.keys.bulkGet(devices);
  return Object.fromEntries(
    devices.flatMap((device, i) => {
      const key = own.get(device) ?? known[i]?.key;
      return key === undefined ? [] : [[device, key]];
    }),
  );
}

/** The lines before the photos: head, requests, keys, ops. */
async function textLines(db: Database, madeAt: number): Promise<{ lines: string[]; ops: number }> {
  const origin = await originOf(db);
  const requests = await db.requests.where("state").anyOf(UNDECIDED).sortBy("order");
  const ops = await db.ops.where("state").anyOf(UNSENT).toArray();
  const order = new Map((await db.outbox.toArray()).map((row) => [row.id, row.order ?? 0]));
  const place = (op: OpRow) => order.get(op.id) ?? 0;
  ops.sort((a, b) => place(a) - place(b));
  const lines = [
    { so_nha_nong: 1, origin, made_at: madeAt },
    ...requests.map(requestLine),
    { key: await keysOf(db, ops) },
    ...ops.map(toSent),
  ];
  return { lines: lines.map((line) => JSON.stringify(line)), ops: ops.length };
}

/** What has not been acknowledged, with its photos, as far as 200 MB reach; nothing on the phone changes. */
export async function exportUnsent(c: Context): Promise<ExportFile> {
  return c.store.use(async (db) => {
    const madeAt = c.store.world.now();
    const { lines, ops } = await textLines(db, madeAt);
    // Each photo becomes a Blob at once: the browser may keep it on disk, the phone's memory could not.
    const parts: Blob[] = [new Blob([`${lines.join("\n")}\n`])];
    let bytes = parts[0]?.size ?? 0;
    let photos = 0;
    let voices = 0;
    let left = 0;
    for (const row of await db.uploads.where("state").equals("waiting").toArray()) {
      const blob = await db.blobs.get([row.scope, row.sha256]);
      if (!blob) continue;
      const { scope, sha256, size, type } = row;
      const head = JSON.stringify({ photo: { scope, sha256, type, bytes: size } });
      const part = new Blob([`${head}\n${b64Encode(new Uint8Array(blob.bytes))}\n`]);
      if (bytes + part.size > EXPORT_BYTES_MAX) {
        left += 1;
        continue;
      }
      bytes += part.size;
      photos += 1;
      voices += countVoices([row]);
      parts.push(part);
    }
    const day = new Date(madeAt).toISOString().slice(0, 10);
    const blob = new Blob(parts, { type: "application/octet-stream" });
    return { name: `so-nha-nong-${day}.sonhanong`, blob, ops, photos, voices, photosLeft: left };
  });
}
