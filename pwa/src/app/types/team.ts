/** Giúp bà con: the households that a helper looks after, enrolling one, and its people's phones. */
import type { ReadonlySignal } from "@preact/signals";
import type { WriteProblem } from "./drafts.ts";
import type { Scope, Values } from "./values.ts";

/** One phone of somebody of a household. */
export interface TeamPhone {
  doc: string;
  device: string;
  label: string;
  state: "waiting" | "confirmed" | "revoked";
  joined_at: number | null;
  last_seen: number | null;
  /** What it said last that it still holds. */
  unsent: number | null;
  photos: number | null;
  app: string | null;
  /** What this phone wrote about it and the server has not taken up yet; `ending` may wait for a person. */
  pending: "confirming" | "ending" | null;
}

/** An invitation made on this phone. The secret is here and nowhere else. */
export interface Invitation {
  id: string;
  doc: string;
  membership: string;
  farm: string;
  /** Name of the person who is invited. */
  name: string;
  /** `<id>.<secret>`: what the QR shows behind `#i=`; never sent anywhere. */
  whole: string;
  /** To be read out to whoever has the link without the secret. */
  code: string;
  expires_at: number;
  /** `unsent`: not at the server yet, so the code opens nothing; `over`: too late or used up. */
  state: "unsent" | "open" | "arrived" | "over";
  /** The phone that came by it, once one has. */
  phone: TeamPhone | null;
}

export interface TeamPerson {
  membership: string;
  name: string;
  role: string;
  phones: readonly TeamPhone[];
  /** The newest invitation made here that nobody used yet. */
  invitation: Invitation | null;
}

/** Why a household needs somebody, the most pressing first. */
export type Need =
  | { kind: "declined"; reason: string }
  | { kind: "arrived"; label: string }
  | { kind: "asked"; entries: number }
  | { kind: "torn"; entries: number }
  | { kind: "over"; until: number; asked: boolean }
  | { kind: "invited" }
  | { kind: "no_phone"; until: number | null }
  | { kind: "stuck"; unsent: number; days: number }
  | { kind: "waiting" }
  | { kind: "quiet"; days: number }
  | { kind: "never" };

export interface Household {
  farm: string;
  scope: Scope;
  code: string;
  name: string;
  village: string;
  /** `asked`: asked for and not decided; `new`: enrolled here, the server has not heard of it yet. */
  help: "now" | "over" | "asked" | "none" | "new";
  until: number | null;
  people: readonly TeamPerson[];
  last_entry_on: string | null;
  entries: number;
  held: number;
  /** Lines of this phone that wait to be sent for it. */
  unsent: number;
  /** Why the cooperative said no to what was asked for it, as far as something was. */
  answer: string | null;
  needs: readonly Need[];
}

/** What is asked when a household is enrolled; kept on the phone at every step. */
export interface Enrolment {
  step: number;
  name: string;
  phone: string;
  /** Id of a village, null where none is known. */
  village: string | null;
  /** Purposes that the person agreed to. */
  consents: readonly string[];
  plots: readonly Values[];
  /** Fields of the form `season`, without `plots`; null: none yet. */
  season: Values | null;
}

export interface ConsentText {
  purpose: string;
  version: string;
  required: boolean;
  title: { vi: string; en: string };
  text: { vi: string; en: string };
}

export type EnrolResult = { ok: true; invitation: string } | { ok: false; problem: WriteProblem };
export type TeamResult = { ok: true } | { ok: false; problem: WriteProblem };

export interface Team {
  /** By need, then by code; null before the first read. */
  households: ReadonlySignal<readonly Household[] | null>;
  /** Households for whom something was recorded or that were enrolled today by this phone. */
  helpedToday: ReadonlySignal<number>;
  /** Invitations made here, by id. */
  invitations: ReadonlySignal<ReadonlyMap<string, Invitation>>;
  consents(): readonly ConsentText[];
  villages(): readonly { id: string; name: string }[];
  /** The enrolment that was begun and not finished, or a fresh one. */
  begun(): Promise<Enrolment>;
  keep(enrolment: Enrolment): Promise<void>;
  drop(): Promise<void>;
  /** Requests, ops and an invitation in one write; `invitation` is its id. */
  enrol(enrolment: Enrolment): Promise<EnrolResult>;
  /** One more person of a household, with the purposes that they agreed to. */
  addMember(household: Household, name: string, consents: readonly string[]): Promise<EnrolResult>;
  invite(household: Household, person: TeamPerson): Promise<EnrolResult>;
  confirm(phone: TeamPhone): Promise<TeamResult>;
  /** Turn a phone down, or end one that is lost; a person of the cooperative has to follow. */
  end(phone: TeamPhone, reason: string): Promise<TeamResult>;
  askForHelp(household: Household): Promise<TeamResult>;
  /** Ask the server now whether a phone arrived. */
  look(): Promise<void>;
}
