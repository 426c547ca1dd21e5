/** What stands beside the diary, put together; fetched when first looked at. A new part is a line in `makeAround`. */
import type { Engine } from "../engine/sync.ts";
import type { Context } from "./context.ts";
import type { Around } from "./types.ts";

export function makeAround(_c: Context, _engine: Engine): Around {
  return {};
}
