/**
 * Photo bytes over tus 1.0, to an address made of scope and hash.
 *
 * Our own lines instead of tus-js-client: the address is known before the upload is made, so no upload URL has
 * to be kept, and HEAD tells where to go on.
 */
import type { World } from "../store/world.ts";
import { retryMsOf } from "./api.ts";

const TUS = { "Tus-Resumable": "1.0.0" };
const TIMEOUT_MS = 120_000;
/** What no second try changes: too large, not a photo, erased. */
const FINAL = new Set([410, 413, 415]);

/**
 * `again`: the bytes did not arrive as they are (hash, offset): from the start or from HEAD, at once;
 * `later`: not now, by the next run; `refused`: never.
 */
export type Sent =
  | { kind: "sent" | "offline" | "session" | "again" | "refused" }
  | { kind: "later"; retryMs: number | null };

export interface PhotoBytes {
  scope: string;
  sha256: string;
  bytes: ArrayBuffer;
}

/** One request of tus, cut off when nothing comes for a long time. */
async function ask(world: World, url: string, init: RequestInit): Promise<Response> {
  const stop = new AbortController();
  const cancel = world.setTimer(() => stop.abort(), TIMEOUT_MS);
  try {
    return await world.fetch(url, { ...init, signal: stop.signal, cache: "no-store", credentials: "omit" });
  } finally {
    cancel();
  }
}

async function slugOf(answer: Response): Promise<string> {
  const data: unknown = await answer.json().catch(() => null);
  const type: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "type") : null;
  return typeof type === "string" ? type.slice(type.lastIndexOf("/") + 1) : "";
}

async function failed(world: World, answer: Response): Promise<Sent> {
  if (answer.status === 401) return { kind: "session" };
  const slug = await slugOf(answer);
  if (["hash_mismatch", "wrong_offset", "upload_unknown", "upload_expired"].includes(slug))
    return { kind: "again" };
  if (FINAL.has(answer.status) || answer.status === 422) return { kind: "refused" };
  return { kind: "later", retryMs: retryMsOf(world, answer.headers) };
}

/** Where an upload stands: HEAD, or begun anew where the server has nothing of it. */
async function find(world: World, auth: Record<string, string>, photo: PhotoBytes): Promise<Response> {
  const folder = `/api/v1/photos/${photo.scope.replace(":", "/")}`;
  const head = await ask(world, `${folder}/${photo.sha256}`, { method: "HEAD", headers: auth });
  if (head.status !== 404) return head;
  return ask(world, folder, {
    method: "POST",
    headers: {
      ...auth,
      "Upload-Length": String(photo.bytes.byteLength),
      "Upload-Metadata": `sha256 ${btoa(photo.sha256)}`,
    },
  });
}

/** Send what the server lacks of a photo, in pieces of `chunk()` bytes; `progress` after each. */
export async function sendPhoto(
  world: World,
  token: string,
  photo: PhotoBytes,
  chunk: () => number,
  progress: (sent: number) => Promise<void>,
): Promise<Sent> {
  const address = `/api/v1/photos/${photo.scope.replace(":", "/")}/${photo.sha256}`;
  const auth = { ...TUS, Authorization: `Bearer ${token}` };
  try {
    const found = await find(world, auth, photo);
    // A page of somebody else's that answers 200 to everything is not our server (case 29).
    if (found.ok && found.headers.get("Tus-Resumable") === null) return { kind: "later", retryMs: null };
    if (!found.ok) return failed(world, found);
    let offset = Number(found.headers.get("Upload-Offset") ?? Number.NaN);
    if (!Number.isInteger(offset) || offset < 0) return { kind: "later", retryMs: null };
    while (offset < photo.bytes.byteLength) {
      const answer = await ask(world, address, {
        method: "PATCH",
        headers: {
          ...auth,
          "Upload-Offset": String(offset),
          "Content-Type": "application/offset+octet-stream",
        },
        body: photo.bytes.slice(offset, offset + chunk()),
      });
      if (!answer.ok) return failed(world, answer);
      const reached = Number(answer.headers.get("Upload-Offset") ?? Number.NaN);
      if (!(reached > offset)) return { kind: "later", retryMs: null };
      offset = reached;
      await progress(offset);
    }
    return { kind: "sent" };
  } catch {
    return { kind: "offline" };
  }
}
