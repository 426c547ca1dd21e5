import { describe, expect, it } from "vitest";
import { kept, type View, zoomed } from "../../../pwa/src/console/mapping.ts";

const WHOLE: View = { x: 0, y: 0, width: 1000, height: 780 };

describe("the map of production areas", () => {
  it("keeps the point under the finger where it is while it is enlarged", () => {
    const at = { x: 300, y: 500 };
    const near = zoomed(WHOLE, WHOLE, 4, at);
    expect(near.width).toBe(250);
    expect((at.x - near.x) / near.width).toBeCloseTo(0.3, 9);
    expect((at.y - near.y) / near.height).toBeCloseTo(500 / 780, 9);
  });

  it("is never smaller than the commune and never nearer than sixty times", () => {
    expect(zoomed(WHOLE, WHOLE, 0.01, { x: 1, y: 1 })).toEqual(WHOLE);
    expect(zoomed(WHOLE, WHOLE, 1e9, { x: 500, y: 390 }).width).toBeCloseTo(1000 / 60, 9);
  });

  it("stays within the commune however far it is moved", () => {
    const view = { x: -900, y: 5000, width: 100, height: 78 };
    expect(kept(view, WHOLE)).toEqual({ x: 0, y: 702, width: 100, height: 78 });
  });
});
