/** What stands beside the diary, as its screens see it. */
import type { Asking, News } from "./news.ts";

export interface Around {
  news: News;
  asking: Asking;
}
