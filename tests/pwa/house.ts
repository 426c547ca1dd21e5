/** The real Flask server in a process of its own, operated by one JSON command a line (house.py). */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OURS = `${ROOT}.venv/bin/python`;
const PYTHON = existsSync(OURS) ? OURS : (process.env.PYTHON ?? "python3");
export const START = 1_793_500_000_000;

export interface InviteLink {
  id: string;
  secret: string;
  code: string;
}
export type Cell = string | number | null;

export class House {
  /** The true time; the server's clock is `off` ahead of it. */
  now = START;
  off = 0;
  port = 0;
  private told = Number.NaN;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: ((line: string) => void)[] = [];
  private tail: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.child = spawn(PYTHON, ["-m", "tests.pwa.house"], { cwd: ROOT });
    createInterface(this.child.stdout).on("line", (line) => this.waiting.shift()?.(line));
    this.child.stderr.on("data", (text) => process.stderr.write(text));
  }

  /** A server that is set up and serves. */
  static async open(): Promise<House> {
    const house = new House();
    const first: unknown = JSON.parse(await new Promise<string>((done) => house.waiting.push(done)));
    house.port = Number(Reflect.get(Object(first), "port"));
    await house.tick();
    await house.ask({ do: "install" });
    await house.ask({ do: "begin" });
    return house;
  }

  async close(): Promise<void> {
    const gone = new Promise((done) => this.child.once("exit", done));
    this.child.stdin.end();
    await gone;
  }

  /** The answer to one command; throws what went wrong there. */
  async ask(command: { do: string; [name: string]: unknown }): Promise<unknown> {
    const answered = this.tail.then(async () => {
      const line = new Promise<string>((done) => this.waiting.push(done));
      this.child.stdin.write(`${JSON.stringify(command)}\n`);
      return JSON.parse(await line) as { ok?: unknown; error?: string };
    });
    this.tail = answered.catch(() => undefined);
    const said = await answered;
    if (said.error !== undefined) throw new Error(`${command.do}: ${said.error}`);
    return said.ok;
  }

  /** Tell the server what time it is, where it changed. */
  async tick(): Promise<void> {
    const ms = this.now + this.off;
    if (ms === this.told) return;
    this.told = ms;
    await this.ask({ do: "clock", ms });
  }

  async invite(person: string, farm: string | null, role = "owner", confirm = false): Promise<InviteLink> {
    await this.tick();
    return (await this.ask({ do: "invite", person, farm, role, confirm })) as InviteLink;
  }
  /** Confirm or revoke a device by the operator's key. */
  async settle(invite: string, fields: object): Promise<void> {
    await this.tick();
    await this.ask({ do: "settle", invite, fields });
  }
  /** Append an op of the operator's, an admission for example. */
  async operator(scope: string, type: string, fields: object): Promise<void> {
    await this.tick();
    await this.ask({ do: "operator", scope, type, fields });
  }
  async rows(query: string, values: object = {}): Promise<Cell[][]> {
    return (await this.ask({ do: "rows", query, values })) as Cell[][];
  }
  /** The ids of a scope's log in its order. */
  async log(scope: string): Promise<string[]> {
    const rows = await this.rows("SELECT id FROM ops WHERE scope = :scope ORDER BY seq", { scope });
    return rows.map((row) => String(row[0]));
  }
  async held(): Promise<{ id: string; scope: string; reason: string }[]> {
    const rows = await this.rows(
      "SELECT id, scope, reason FROM held_ops WHERE NOT is_turned_down ORDER BY scope, id",
    );
    return rows.map(([id, scope, reason]) => ({
      id: String(id),
      scope: String(scope),
      reason: String(reason),
    }));
  }
  async change(query: string, values: object = {}): Promise<void> {
    await this.ask({ do: "change", query, values });
  }
  async snapshot(name: string): Promise<void> {
    await this.ask({ do: "save", name });
  }
  /** Put an older database in the place of ours, and begin the new epoch as the operator would. */
  async restore(name: string): Promise<void> {
    await this.ask({ do: "load", name });
    await this.ask({ do: "restored" });
    await this.ask({ do: "begin" });
  }
}
