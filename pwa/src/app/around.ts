/** What stands beside the diary, put together; fetched when first looked at. A new part is a line in `makeAround`. */
import type { Engine } from "../engine/sync.ts";
import { makeAsking } from "./asking.ts";
import type { Context } from "./context.ts";
import { makeLessons } from "./lessons.ts";
import { makeNews } from "./news.ts";
import { makeSensing } from "./sensing.ts";
import { makeTraining } from "./training.ts";
import type { Around, Drafts } from "./types.ts";

export function makeAround(c: Context, engine: Engine, drafts: Drafts): Around {
  return {
    news: makeNews(c),
    asking: makeAsking(c, drafts),
    sensing: makeSensing(c, engine, drafts),
    training: makeTraining(c),
    lessons: makeLessons(c),
    till: async () => (await import("./till.ts")).makeTill(c),
  };
}
