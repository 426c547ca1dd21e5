/**
 * One JSON request to the server, and what came of it.
 *
 * Only an answer with the right content type counts; a hotel's page is `not_our_server` (fault case 29).
 * It does not retry: that is the engine's.
 */
import type { World } from "../store/world.ts";

export type Reply =
  | { kind: "ok"; data: unknown; tag: string | null }
  | { kind: "unchanged" }
  | { kind: "offline" }
  | { kind: "not_our_server" }
  | { kind: "problem"; status: number; slug: string; retryMs: number | null };

async function pack(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

function slugOf(data: unknown): string {
  const type: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "type") : null;
  return typeof type === "string" ? type.slice(type.lastIndexOf("/") + 1) : "";
}

/** `tag`: what an earlier answer had as ETag; the same again is `unchanged`. */
export async function call(
  world: World,
  path: string,
  data: unknown,
  token: string | null = null,
  timeoutMs = 60_000,
  tag: string | null = null,
): Promise<Reply> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  if (tag !== null) headers["If-None-Match"] = tag;
  const init: RequestInit = { headers, cache: "no-store", credentials: "omit" };
  if (data !== null) {
    const text = JSON.stringify(data);
    headers["Content-Type"] = "application/json";
    init.method = "POST";
    init.body = text;
    if (text.length > 1000) {
      init.body = await pack(text);
      headers["Content-Encoding"] = "gzip";
    }
  }
  const stop = new AbortController();
  init.signal = stop.signal;
  const cancel = world.setTimer(() => stop.abort(), timeoutMs);
  try {
    const answer = await world.fetch(path, init);
    if (answer.status === 304 && tag !== null) return { kind: "unchanged" };
    const type = answer.headers.get("Content-Type") ?? "";
    if (!/^application\/(problem\+)?json/.test(type)) {
      return answer.status >= 500 ? problemOf(world, answer, "") : { kind: "not_our_server" };
    }
    const body: unknown = await answer.json();
    if (!answer.ok) return problemOf(world, answer, slugOf(body));
    return { kind: "ok", data: body, tag: answer.headers.get("ETag") };
  } catch {
    return { kind: "offline" };
  } finally {
    cancel();
  }
}

/** How long the server asks us to wait, spread a little so that not everybody comes back at once. */
export function retryMsOf(world: World, headers: Headers): number | null {
  const seconds = Number(headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 * (1 + world.random() / 4) : null;
}

function problemOf(world: World, answer: Response, slug: string): Reply {
  return { kind: "problem", status: answer.status, slug, retryMs: retryMsOf(world, answer.headers) };
}
