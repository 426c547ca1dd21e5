/** The helper's part of the app, once it is fetched; and small things that its screens share. */
import "./team.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Household, Need, Team, TeamResult } from "../../../app/types.ts";
import { msToDate } from "../../../core/civil.ts";
import { app } from "../../app.ts";
import { warn } from "../../pieces/overlay.tsx";
import { makeHash } from "../../router.ts";
import { dayMonth, dayWithin } from "../../show.ts";
import { words } from "../../words/index.ts";
import { writeText } from "../../words/problems.ts";
import { teamWords } from "../../words/team.ts";

/** Null until the part has come: offline it is on the phone already. */
export function useTeam(): Team | null {
  const team = useSignal<Team | null>(null);
  useEffect(() => {
    let gone = false;
    void app()
      .team()
      .then((found) => {
        if (!gone) team.value = found;
      });
    return () => {
      gone = true;
    };
  }, []);
  return team.value;
}

export const householdHash = (farm: string): string => makeHash("ho", [farm]);
export const invitationHash = (id: string): string => makeHash("moi", [id]);

/** Return the civil day of a moment as "17/11". */
export const dayOf = (ms: number): string =>
  dayMonth(String(msToDate(ms, -new Date(ms).getTimezoneOffset())));

/** Return the time of a moment as "9:05". */
export function clockOf(ms: number): string {
  const at = new Date(ms);
  return `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
}

/** Return a moment inside a sentence: "thứ Ba 1/12, 9:05". */
export function within(ms: number): string {
  const day = dayWithin(String(msToDate(ms, -new Date(ms).getTimezoneOffset())));
  return words.value.at_time(day, clockOf(ms));
}

/** Say what did not go; true where it went. */
export function went(result: TeamResult): result is { ok: true } {
  if (!result.ok) warn(writeText(result.problem));
  return result.ok;
}

/** Words, pictogram and colour of a need. */
export function needShown(need: Need): {
  text: string;
  icon: string;
  kind: "ask" | "wait" | "halt" | "plain";
} {
  const t = teamWords.value;
  switch (need.kind) {
    case "declined":
      return { text: t.need_declined(need.reason), icon: "stop", kind: "halt" };
    case "arrived":
      return { text: t.need_arrived(need.label), icon: "newphone", kind: "wait" };
    case "asked":
      return { text: t.need_asked(need.entries), icon: "asked", kind: "ask" };
    case "torn":
      return { text: t.need_torn, icon: "fork", kind: "wait" };
    case "over":
      return {
        text: need.asked ? t.need_over_asked : t.need_over(dayOf(need.until)),
        icon: need.asked ? "held" : "clock",
        kind: need.asked ? "ask" : "plain",
      };
    case "invited":
      return { text: t.need_invited, icon: "qr", kind: "wait" };
    case "no_phone":
      return {
        text: t.need_no_phone(need.until === null ? "" : dayOf(need.until)),
        icon: "draft",
        kind: "plain",
      };
    case "stuck":
      return { text: t.need_stuck(need.unsent, need.days), icon: "waiting", kind: "wait" };
    case "waiting":
      return { text: t.need_waiting, icon: "waiting", kind: "wait" };
    case "quiet":
      return { text: t.need_quiet(need.days), icon: "calendar", kind: "plain" };
    case "never":
      return { text: t.need_never, icon: "calendar", kind: "plain" };
  }
}

/** What stands under a household's name. */
export const placeShown = (one: Household): string => [one.code, one.village].filter(Boolean).join(", ");
