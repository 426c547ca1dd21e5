/** What stands in the way of joining, in a sentence that says what to do. */
import type { JoinProblem } from "../../app/types.ts";
import { door } from "../words/door.ts";

export function joinText(problem: JoinProblem): string {
  const w = door.value;
  const texts: Record<JoinProblem, string> = {
    no_connection: w.join_no_connection,
    invite_unknown: w.join_unknown,
    invite_used: w.join_used,
    invite_expired: w.join_expired,
    invite_burnt: w.join_burnt,
    turned_down: w.join_turned_down,
    key_in_use: w.join_key_in_use,
    bad_key: w.join_bad_key,
    too_many_tries: w.join_tries,
    no_key_here: w.join_no_key,
    server: w.join_server,
  };
  return texts[problem];
}
