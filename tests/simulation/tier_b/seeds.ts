/** Seeds from the first step to the verdict, on one server that begins each from the same copy. */
import { execFileSync } from "node:child_process";
import { House, START } from "../../pwa/house.ts";
import { cloneStore } from "../../pwa/store/clone.ts";
import { Chance } from "./chance.ts";
import { bury, haunt } from "./death.ts";
import { judge, settle } from "./judge.ts";
import { Ledger } from "./ledger.ts";
import { SCENARIO, SimPhone } from "./people.ts";
import { Run } from "./run.ts";

/** Steps of a run: `STEPS`, or half of the scenario's, which keeps `npm test` short. */
const STEPS = Number(process.env.STEPS ?? Math.round(SCENARIO.steps / 2));

export class Seeds {
  readonly house: House;
  private readonly first: SimPhone[];

  private constructor(house: House, first: SimPhone[]) {
    this.house = house;
    this.first = first;
  }

  /** The people and their first phones, made once by real invitations. */
  static async open(): Promise<Seeds> {
    haunt();
    const house = await House.open();
    const chance = new Chance(0);
    const ledger = new Ledger(house);
    const phones = SCENARIO.phones.map((one) => new SimPhone(house, ledger, chance, one.name, one.people));
    const run = new Run(house, ledger, chance, phones);
    for (const phone of phones) for (const person of phone.people) await run.join(phone, person);
    await house.ask({ do: "end" });
    await house.snapshot("start.db");
    return new Seeds(house, phones);
  }
  close(): Promise<void> {
    return this.house.close();
  }

  /** What is wrong with a seed, an empty text where nothing is. */
  async verdict(seed: number, force: { [action: string]: number } = {}): Promise<string> {
    const { house } = this;
    bury();
    house.now = START + 86_400_000;
    house.off = 0;
    await house.tick();
    await house.ask({ do: "load", name: "start.db", fresh: true });
    await house.ask({ do: "begin" });
    const chance = new Chance(seed + 1);
    const ledger = new Ledger(house);
    const phones: SimPhone[] = [];
    for (const one of this.first) {
      const phone = new SimPhone(house, ledger, chance, one.name, one.people);
      await cloneStore(one.store, phone.store);
      phones.push(phone);
    }
    const run = new Run(house, ledger, chance, phones);
    run.force(force);
    try {
      await run.steps(STEPS);
      await settle(run);
      await judge(run);
      return "";
    } catch (error) {
      const what = error instanceof Error ? `${error.name} ${error.message}` : String(error);
      const where = error instanceof Error && process.env.SEED ? `\n${error.stack}` : "";
      return `SEED=${seed} STEPS=${STEPS} COMMIT=${commit()} ${what}\nlast steps: ${run.trace.slice(-12).join("; ")}${where}`;
    }
  }
}

/** The seeds to run: `SEED` alone, or `SEEDS` of them, else `most`, from `FIRST` on, else 0. */
export function wantedSeeds(most: number): number[] {
  if (process.env.SEED !== undefined) return [Number(process.env.SEED)];
  const first = Number(process.env.FIRST ?? 0);
  return Array.from({ length: Number(process.env.SEEDS ?? most) }, (_, i) => first + i);
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
