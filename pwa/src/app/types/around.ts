/** What stands beside the diary, as its screens see it. */
import type { Asking, News } from "./news.ts";
import type { Sensing } from "./sensing.ts";
import type { Till } from "./till.ts";
import type { Lessons, TrainingDesk } from "./training.ts";

export interface Around {
  news: News;
  asking: Asking;
  training: TrainingDesk;
  /** Buying and selling; a household's own sales: fetched when first looked at. */
  till(): Promise<Till>;
  sensing: Sensing;
  lessons: Lessons;
}
