/** Photos and voice notes of drafts: scaled, hashed and stored when they are taken, before anything names them. */
import { b64Encode } from "../core/ids.ts";
import { PHOTO_BYTES_MAX, VOICE_SECONDS_MAX } from "../core/limits.ts";
import type { DraftPhotoRow, DraftRow } from "../store/rows.ts";
import { type Context, newId, problemOf } from "./context.ts";
import type { DraftDesk } from "./draft_desk.ts";
import { bytesHere } from "./draft_save.ts";
import type { ScalePicture } from "./pictures.ts";
import type { DraftPhoto, PhotoProblem, PhotoResult } from "./types.ts";

/** Room that photos leave to text: a season of entries without pictures. */
const RESERVE_BYTES = 20_000_000;

type Taken = Pick<DraftPhotoRow, "kind" | "type" | "width" | "height" | "seconds">;

export class DraftPhotos {
  private readonly c: Context;
  private readonly desk: DraftDesk;
  private readonly scale: ScalePicture;
  private last: Promise<unknown> = Promise.resolve();

  constructor(c: Context, desk: DraftDesk, scale: ScalePicture) {
    this.c = c;
    this.desk = desk;
    this.scale = scale;
  }

  /** One picture at a time: two decoded at once are more than a cheap phone has memory for. */
  addPhoto(id: string, blob: Blob, kind: string): Promise<PhotoResult> {
    const mine = this.last.then(async (): Promise<PhotoResult> => {
      const scaled = await this.scale(blob);
      if ("problem" in scaled) return { ok: false, problem: scaled.problem };
      const { bytes, sha256, width, height } = scaled;
      return this.attach(id, bytes, sha256, { kind, type: "image/jpeg", width, height, seconds: null });
    });
    this.last = mine.catch(() => undefined);
    return mine;
  }

  async addVoice(id: string, blob: Blob, seconds: number): Promise<PhotoResult> {
    if (seconds > VOICE_SECONDS_MAX + 1) return { ok: false, problem: "too_long" };
    if (blob.size > PHOTO_BYTES_MAX) return { ok: false, problem: "too_large" };
    const type = blob.type.split(";")[0] || "audio/webm";
    const bytes = await blob.arrayBuffer();
    const sha256 = new Uint8Array(await this.c.store.world.crypto.subtle.digest("SHA-256", bytes));
    const note = { kind: "voice", type, width: null, height: null, seconds: Math.round(seconds) };
    return this.attach(id, bytes, sha256, note);
  }

  /** Store bytes under their hash; gives what stood in the way. */
  private async store(scope: string, sha256: string, bytes: ArrayBuffer): Promise<PhotoProblem | null> {
    const { usage, quota } = await this.c.store.world.estimate();
    if (usage !== null && quota !== null && quota - usage < RESERVE_BYTES) return "storage_full";
    try {
      await this.c.store.use((db) => db.blobs.put({ scope, sha256, bytes }));
      return null;
    } catch (error) {
      return problemOf(error) === "storage_full" ? "storage_full" : "storage_broken";
    }
  }

  private async attach(id: string, bytes: ArrayBuffer, hash: Uint8Array, taken: Taken): Promise<PhotoResult> {
    const row = await this.desk.get(id);
    if (!row) return { ok: false, problem: "missing" };
    const sha256 = b64Encode(hash);
    const problem = await this.store(row.scope, sha256, bytes);
    const photo = { ...taken, id: newId(this.c), sha256, bytes: bytes.byteLength, stored: problem === null };
    if (problem !== null) this.desk.bytes.set(photo.id, bytes);
    const latest = (await this.desk.get(id)) ?? row;
    this.desk.put({ ...latest, photos: [...latest.photos, photo], pendingCapture: null });
    await this.desk.flush();
    return problem === null ? { ok: true, photo } : { ok: false, problem, photo };
  }

  /** Try once more to store the photos that had no room; gives the draft as it is then. */
  async storeAgain(row: DraftRow): Promise<DraftRow> {
    if (row.photos.length === 0) return row; // each look into the database counts: a person waits
    const here = await this.c.store.use((db) => bytesHere(db, row.scope, row.photos));
    const photos = await Promise.all(
      row.photos.map(async (photo) => {
        const bytes = this.desk.bytes.get(photo.id);
        // A photo whose bytes are not on the phone is not stored, whatever the draft says.
        if (photo.stored || !bytes) return { ...photo, stored: here.has(photo.sha256) };
        const problem = await this.store(row.scope, photo.sha256, bytes);
        if (problem === null) this.desk.bytes.delete(photo.id);
        return { ...photo, stored: problem === null };
      }),
    );
    return this.desk.put({ ...row, photos });
  }

  async remove(id: string, photo: DraftPhoto["id"]): Promise<void> {
    const row = await this.desk.get(id);
    const gone = row?.photos.find((p) => p.id === photo);
    if (!row || !gone) return;
    this.desk.put({ ...row, photos: row.photos.filter((p) => p.id !== photo) });
    this.desk.bytes.delete(photo);
    await this.desk.flush();
    await this.dropBytes(row.scope, [gone.sha256]);
  }

  /** Free the bytes that no saved photo and no other draft needs. */
  async dropBytes(scope: string, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    await this.c.store.use((db) =>
      db.transaction("rw", [db.blobs, db.uploads, db.drafts], async () => {
        const drafts = await db.drafts.toArray();
        const wanted = new Set(drafts.flatMap((d) => d.photos.map((p) => p.sha256)));
        for (const sha256 of hashes) {
          const named = await db.uploads.where("[scope+sha256]").equals([scope, sha256]).count();
          if (named === 0 && !wanted.has(sha256)) await db.blobs.delete([scope, sha256]);
        }
      }),
    );
  }

  async url(id: string, photo: string): Promise<string | null> {
    const row = await this.desk.get(id);
    const found = row?.photos.find((p) => p.id === photo);
    if (!row || !found) return null;
    const stored = await this.c.store.use((db) => db.blobs.get([row.scope, found.sha256]));
    const bytes = stored?.bytes ?? this.desk.bytes.get(photo);
    return bytes ? URL.createObjectURL(new Blob([bytes], { type: found.type })) : null;
  }
}
