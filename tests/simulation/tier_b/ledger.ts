/**
 * What the run owes: every op that a person was told is saved, and every op that the server acknowledged.
 *
 * Read from the wire and from the stores; computes nothing that the phone or the server computes.
 */
import type { House } from "../../pwa/house.ts";
import type { Seen } from "../../pwa/link.ts";

/** A promise of the system was not kept; the message says which. */
export class Broken extends Error {}

interface Result {
  result: string;
}

export class Ledger {
  readonly house: House;
  /** Op → the phone that said "saved", while that phone has its memory. */
  readonly saved = new Map<string, string>();
  /** Ops that the server said are in the log. */
  readonly acked = new Set<string>();
  readonly turnedDown = new Set<string>();

  constructor(house: House) {
    this.house = house;
  }

  /** Read what the server answered, whether or not the phone ever heard of it. */
  answered(seen: Seen, ids: readonly string[]): void {
    const results = Object(seen.answer).results as Result[] | undefined;
    if (seen.status !== 200 || results === undefined) return;
    for (const [i, one] of results.entries()) {
      if (one.result === "refused") throw new Broken(`an honest op was refused: ${JSON.stringify(one)}`);
      const id = ids[i];
      if (id !== undefined && (one.result === "accepted" || one.result === "already")) this.acked.add(id);
    }
  }

  /** The phone lost its memory: what only it knew is owed no more. */
  forget(phone: string): void {
    for (const [id, name] of this.saved) if (name === phone) this.saved.delete(id);
  }

  async logged(): Promise<Set<string>> {
    return new Set((await this.house.rows("SELECT id FROM ops")).map((row) => String(row[0])));
  }

  /** The server went back: it owes what it has now, and what the phones bring again. */
  async restored(): Promise<void> {
    const logged = await this.logged();
    for (const id of this.acked) if (!logged.has(id)) this.acked.delete(id);
  }

  async check(): Promise<void> {
    const logged = await this.logged();
    for (const id of this.acked) if (!logged.has(id)) throw new Broken(`${id} was acknowledged and is gone`);
    const [twice] = await this.house.rows("SELECT id FROM ops GROUP BY id HAVING count(*) > 1");
    if (twice) throw new Broken(`${twice[0]} is in the log twice`);
  }
}
