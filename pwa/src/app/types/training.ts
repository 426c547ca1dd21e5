/** Training on the phone, as its screens see it. */
import type { AttendeeFault } from "../../core/attendance.ts";

/** A session as the snapshot told of it. `today`: it is held today; `held_by`: a code, `team`: its name or "". */
export interface TrainingSession {
  readonly id: string;
  readonly topic: string;
  readonly kind: string;
  readonly heldBy: string;
  readonly team: string;
  readonly place: string;
  readonly day: string;
  readonly starts: string;
  readonly ends: string;
  readonly today: boolean;
}

/** A household of the list. `village`: its name, "" where it is not known. */
export interface Attending {
  readonly of: string;
  readonly name: string;
  readonly code: string;
  readonly village: string;
  /** Somebody of it is recorded; `own`: by this phone alone, so that it can be taken back here. */
  readonly came: boolean;
  readonly own: boolean;
}

/** Who came so far, by this phone and by what the server told last. */
export interface Attended {
  readonly count: number;
  readonly households: readonly Attending[];
  /** Recorded on this phone and not sent yet. */
  readonly waiting: number;
}

export type ScanResult =
  | { readonly ok: true; readonly name: string; readonly again: boolean }
  | { readonly ok: false; readonly problem: AttendeeFault | "not_saved" };

export interface TrainingDesk {
  /** Whether this person records attendance on this phone. */
  records(): boolean;
  /** Sessions around today for who records; those to come for a household. */
  sessions(): readonly TrainingSession[];
  /** What this household came to, the newest first. */
  trained(): readonly { readonly topic: string; readonly day: string }[];
  attended(session: string): Promise<Attended>;
  scan(session: TrainingSession, text: string): Promise<ScanResult>;
  /** Put a household on the list, or take off what this phone wrote. */
  tick(session: TrainingSession, household: Attending): Promise<boolean>;
  /** Somebody who has no household here: by name, in the private part. */
  walkIn(session: TrainingSession, name: string): Promise<boolean>;
  /** What the attendee's phone shows; null where nobody is known yet. */
  code(): Promise<string | null>;
}

export interface Lessons {
  /** Names of the lessons that the current person has seen to the end. */
  seen(): Promise<readonly string[]>;
  mark(lesson: string): Promise<void>;
}
