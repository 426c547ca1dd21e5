/** A stored photo to look at: its bytes on this phone, or what the server shows of it. */
import type { Engine } from "../engine/sync.ts";
import { originOf } from "../store/save.ts";
import { type Context, maySee, me } from "./context.ts";
import type { PhotoRow } from "./types.ts";

/** Object URL of a photo that the current person may see; null: not to be had now. The caller revokes it. */
export async function photoUrl(
  c: Context,
  engine: Engine,
  photo: PhotoRow,
  size: "thumb" | "view",
): Promise<string | null> {
  if (!maySee(c, photo.scope)) return null;
  const held = await c.store.use((db) => db.blobs.get([photo.scope, photo.sha256]));
  if (held) return URL.createObjectURL(new Blob([held.bytes], { type: photo.type }));
  const who = me(c);
  const origin = await c.store.use(originOf);
  if (!who || origin === "") return null;
  const token = await engine.sessions.open(c.store.world, who, origin);
  if (typeof token !== "string") return null;
  try {
    const path = `/api/v1/photos/${photo.scope.replace(":", "/")}/${photo.sha256}?size=${size}`;
    const answer = await c.store.world.fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    return answer.ok ? URL.createObjectURL(await answer.blob()) : null;
  } catch {
    return null;
  }
}
