/** Tier B of the simulation: the phone's own store and engine, the real server, seeded faults between and in them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Seeds, wantedSeeds } from "../../simulation/tier_b/seeds.ts";

let seeds: Seeds;
beforeAll(async () => {
  seeds = await Seeds.open();
}, 60_000);
afterAll(() => seeds.close());

test.each(wantedSeeds(10))(
  "seed %i comes to rest, nothing lost, nothing twice, all replicas alike",
  async (seed) => {
    expect(await seeds.verdict(seed)).toBe("");
  },
  600_000,
);
