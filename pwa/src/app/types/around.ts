/** What stands beside the diary, as its screens see it. */
import type { Asking, News } from "./news.ts";
import type { TrainingDesk } from "./training.ts";

export interface Around {
  news: News;
  asking: Asking;
  training: TrainingDesk;
}
