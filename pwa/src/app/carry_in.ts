/**
 * Take in a `.sonhanong` file of another phone: its ops, requests and photos go into the outbox and are sent by
 * this one. Each line stands alone, only what its own signature or hash covers comes in, and taking the same file
 * twice changes nothing.
 */
import { Refusal } from "../core/errors.ts";
import { b64Decode, b64Encode, isScope, isUuid } from "../core/ids.ts";
import { EXPORT_BYTES_MAX } from "../core/limits.ts";
import { message, parseOp } from "../core/ops.ts";
import { verify } from "../core/signing.ts";
import { parseKeys } from "../core/wire.ts";
import { takeCarried } from "../store/carried.ts";
import { erasedIn } from "../store/erase.ts";
import { type OpRow, type RequestRow, toValues } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { type Context, countVoices, member, problemOf, textIn } from "./context.ts";
import type { ImportReport } from "./types.ts";

type Key = Uint8Array<ArrayBuffer>;

const KINDS: readonly RequestRow["kind"][] = [
  "organisation",
  "farm",
  "person",
  "membership",
  "help",
  "consent",
  "withdrawal",
  "data_request",
];

/** Lines of a file, one after another: never the whole file in memory. */
async function* linesOf(blob: Blob): AsyncGenerator<string> {
  const reader = blob.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

class Reading {
  readonly report = {
    ok: false,
    ops: 0,
    already: 0,
    photos: 0,
    voices: 0,
    requests: 0,
    bad: 0,
    problem: null,
  };
  private readonly keys = new Map<string, Key>();
  /** Photo documents of the ops read so far, by scope and hash. */
  private readonly docs = new Map<string, { doc: string; of: string }>();
  private readonly c: Context;
  private readonly origin: string;

  constructor(c: Context, origin: string) {
    this.c = c;
    this.origin = origin;
  }

  async take(line: unknown, next: () => Promise<string>): Promise<void> {
    const photo = member(line, "photo");
    if (photo !== undefined) return this.takePhoto(photo, await next());
    if (member(line, "key") !== undefined) return this.takeKeys(member(line, "key"));
    if (textIn(line, "body") !== "") return this.takeOp(line);
    if (textIn(line, "kind") !== "") return this.takeRequest(line);
    this.report.bad += 1;
  }

  private takeKeys(line: unknown): void {
    const found = parseKeys(line);
    if (found instanceof Refusal) this.report.bad += 1;
    else for (const [device, key] of found) this.keys.set(device, key);
  }

  /** The request goes in the name of the current person: who carries it asks. */
  private async takeRequest(line: unknown): Promise<void> {
    const id = textIn(line, "id");
    const kind = KINDS.find((one) => one === textIn(line, "kind"));
    const madeAt = member(line, "made_at");
    const values = member(line, "values");
    const device = this.c.current.value?.device;
    if (
      !isUuid(id) ||
      !kind ||
      typeof madeAt !== "number" ||
      typeof values !== "object" ||
      !values ||
      !device
    ) {
      this.report.bad += 1;
      return;
    }
    const fresh: RequestRow = {
      id,
      device,
      kind,
      made_at: madeAt,
      values: toValues(values),
      state: "unsent",
      reason: null,
      row: null,
      askedAt: null,
    };
    await this.c.store.use((db) =>
      db.transaction("rw", db.requests, async () => {
        if ((await db.requests.where("id").equals(id).count()) > 0) this.report.already += 1;
        else {
          await db.requests.add(fresh);
          this.report.requests += 1;
        }
      }),
    );
  }

  private async takeOp(line: unknown): Promise<void> {
    const { c, origin } = this;
    const part = textIn(line, "private") || null;
    const op = parseOp(origin, textIn(line, "body"), part);
    const signature = b64Decode(textIn(line, "signature"));
    const key = op instanceof Refusal ? undefined : this.keys.get(op.device);
    if (op instanceof Refusal || signature instanceof Refusal || key === undefined) {
      this.report.bad += 1;
      return;
    }
    const good = await verify(key, message(origin, op.body), signature, c.store.world.crypto.subtle);
    if (good !== true) {
      this.report.bad += 1;
      return;
    }
    const { sha256, of } = op.fields;
    if (op.doc.startsWith("photo:") && typeof sha256 === "string") {
      this.docs.set(`${op.scope} ${sha256}`, { doc: op.doc, of: typeof of === "string" ? of : "" });
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
    const outcome = await c.store.use((db) => takeCarried(db, origin, row, b64Encode(key)));
    if (outcome === "already") this.report.already += 1;
    else this.report.ops += 1;
  }

  private async takePhoto(photo: unknown, text: string): Promise<void> {
    const scope = textIn(photo, "scope");
    const sha256 = textIn(photo, "sha256");
    const bytes = b64Decode(text);
    const { subtle } = this.c.store.world.crypto;
    const hash =
      bytes instanceof Refusal ? "" : b64Encode(new Uint8Array(await subtle.digest("SHA-256", bytes)));
    const named = this.docs.get(`${scope} ${sha256}`);
    // Bytes that no op of the file names have nobody who waits for them.
    if (bytes instanceof Refusal || hash !== sha256 || !isScope(scope) || !named) {
      this.report.bad += 1;
      return;
    }
    await this.c.store.use((db) =>
      db.transaction("rw", [db.blobs, db.uploads, db.scopes], async () => {
        const known = await db.uploads.get(named.doc);
        const isErased = (await erasedIn(db, scope)).has(named.doc);
        if (isErased || (known && known.state !== "broken")) {
          this.report.already += 1;
          return;
        }
        await db.blobs.put({ scope, sha256, bytes: bytes.buffer });
        const { doc, of } = named;
        const type = textIn(photo, "type");
        await db.uploads.put({ doc, scope, sha256, of, size: bytes.length, type, sent: 0, state: "waiting" });
        this.report.photos += 1;
        this.report.voices += countVoices([{ type }]);
      }),
    );
  }
}

/** Take the lines of a file into the outbox; what the report says of them is what was durably stored. */
export async function importFile(c: Context, blob: Blob): Promise<ImportReport> {
  const origin = await c.store.use(originOf);
  const reading = new Reading(c, origin);
  const { report } = reading;
  if (blob.size > EXPORT_BYTES_MAX) return { ...report, problem: "too_large" };
  const lines = linesOf(blob);
  const next = async () => (await lines.next()).value ?? "";
  const head = parseLine(await next());
  if (member(head, "so_nha_nong") !== 1) return { ...report, problem: "not_a_file" };
  if (origin === "" || textIn(head, "origin") !== origin) return { ...report, problem: "other_origin" };
  try {
    for await (const line of lines) if (line !== "") await reading.take(parseLine(line), next);
  } catch (error) {
    const problem = problemOf(error) === "storage_full" ? "storage_full" : "storage_broken";
    return { ...report, problem };
  }
  c.bell();
  c.kick();
  return { ...report, ok: true };
}
