/** A moment inside a sentence: "hôm nay, 9:46". */
import { msToDate } from "../../core/civil.ts";
import { dayWithin } from "../show.ts";
import { words } from "../words/index.ts";

export function when(ms: number): string {
  const at = new Date(ms);
  const day = dayWithin(String(msToDate(ms, -at.getTimezoneOffset())));
  return words.value.at_time(day, `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`);
}
