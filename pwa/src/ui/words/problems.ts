/** What is said where something could not be saved: that it is still there, and what to do. */
import type { WriteProblem } from "../../app/types.ts";
import { words } from "./index.ts";

export function writeText(problem: WriteProblem): string {
  const w = words.value;
  const texts: Record<WriteProblem, string> = {
    storage_full: w.not_saved_full,
    storage_broken: w.not_saved_broken,
    newer_data: w.not_saved_newer,
    read_only: w.not_saved_right,
    too_large: w.not_saved_large,
    bad_value: w.not_saved_value,
    nothing_changed: w.not_saved_same,
    missing: w.not_saved_missing,
  };
  return texts[problem];
}
