/** Requests: rows made in the field, kept until the server or a person has decided about them. */
import { makeUuid7 } from "../core/ids.ts";
import { REQUEST_BYTES_MAX, REQUEST_ROWS_MAX } from "../core/limits.ts";
import type { Database, Store } from "./db.ts";
import { type RequestRow, toValues, type Values } from "./rows.ts";
import { randomBytes, type World } from "./world.ts";

/** How long a request that a person must decide about is left alone before it is asked again. */
const ASK_AGAIN_MS = 15 * 60_000;
const ENVELOPE_BYTES = 20;
const encoder = new TextEncoder();

/** A new request, not stored yet; its id names the row too, so ops can speak of it at once. */
export function newRequest(
  world: World,
  device: string,
  kind: RequestRow["kind"],
  values: Values,
): RequestRow {
  return {
    id: makeUuid7(world.now(), randomBytes(world, 10)),
    device,
    kind,
    made_at: world.now(),
    values,
    state: "unsent",
    reason: null,
    row: null,
    askedAt: null,
  };
}

/** Store a new request. */
export async function saveRequest(
  store: Store,
  device: string,
  kind: RequestRow["kind"],
  values: Values,
): Promise<RequestRow> {
  const row = newRequest(store.world, device, kind, values);
  await store.use((db) => db.requests.add(row));
  store.world.announce();
  return row;
}

/** What this device has to ask now, in the order in which it was made: a farm before who belongs to it. */
export async function dueRequests(db: Database, device: string, now: number): Promise<RequestRow[]> {
  const rows = await db.requests.where("state").anyOf("unsent", "waiting").sortBy("order");
  const due = rows.filter(
    (row) =>
      row.device === device &&
      (row.state === "unsent" || row.askedAt === null || Math.abs(now - row.askedAt) >= ASK_AGAIN_MS),
  );
  // What fits no more comes with the next turn; the first one always goes.
  let bytes = ENVELOPE_BYTES;
  return due.slice(0, REQUEST_ROWS_MAX).filter((row, at) => {
    bytes += encoder.encode(JSON.stringify(requestLine(row))).length + 1;
    return at === 0 || bytes <= REQUEST_BYTES_MAX;
  });
}

/** The line of a request, as it is sent and as an export file holds it. */
export function requestLine(row: RequestRow): Pick<RequestRow, "id" | "kind" | "made_at" | "values"> {
  return { id: row.id, kind: row.kind, made_at: row.made_at, values: row.values };
}

const ENDS: ReadonlySet<unknown> = new Set(["settled", "waiting", "declined", "refused"]);
const isEnd = (x: unknown): x is Exclude<RequestRow["state"], "unsent"> => ENDS.has(x);

/** Store what became of one request; an answer of another shape changes nothing. */
export async function takeOutcome(db: Database, id: string, outcome: unknown, now: number): Promise<void> {
  const { result, reason, row } = Object(outcome) as { result?: unknown; reason?: unknown; row?: unknown };
  if (!isEnd(result)) return;
  await db.requests
    .where("id")
    .equals(id)
    .modify({
      state: result,
      reason: typeof reason === "string" ? reason : null,
      row: typeof row === "object" && row !== null ? toValues(row) : null,
      askedAt: now,
    });
}
