/** Words of what a person looks after about himself, in English: the same keys as `mine.vi.ts`. */
import type { mineVi } from "./mine.vi.ts";

const s = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
const both = (lines: number, photos: number, one = "line"): string =>
  [lines > 0 ? s(lines, one) : "", photos > 0 ? s(photos, "photo") : ""].filter(Boolean).join(", ");

export const mineEn: typeof mineVi = {
  mine: "About me",
  phones: "Our phones",
  phones_none: "Coverage is needed once to fetch the list of phones.",
  phones_kept: (at) => `The list is from ${at}. News comes with coverage.`,
  phone_this: "The phone in your hand",
  phone_unnamed: "A phone without a name",
  phone_waiting: "Waits for the co-op",
  phone_good: "In use",
  phone_over: "No longer in use",
  phone_ending: "Will end with coverage",
  phone_seen: (at) => `Last sent: ${at}`,
  phone_never: "Never sent anything",
  phone_since: (at) => `Joined: ${at}`,
  phone_unsent: (lines, photos) => `${both(lines, photos)} not sent`,
  phone_sent: "All sent",
  phone_app: (version) => `Version ${version}`,
  phone_end: "Stop using that phone",
  phone_end_sure: "Press this when the phone is lost or sold.",
  phone_end_why: "From then on that phone can't send. What was sent stays in the book.",
  phone_end_unsent: (lines, photos) =>
    `That phone said it holds ${both(lines, photos)} not sent. If you still have it, open the book on it and let it send first.`,
  phone_ended: "That phone is no longer in use",
  phone_end_failed: "This phone is full and could not note it. Delete some pictures and press again.",
  phone_old: "You have another phone in the book. If it is lost or sold, press “Stop using that phone”.",
  phone_others: "For phones of others in the household ask the co-op.",
  to_book: "To the book",
  leave: "Sign out of this phone",
  leave_who: (name) => `The book of ${name} will be removed from this phone.`,
  leave_safe: "What was sent stays at the co-op. To use the book again, ask the co-op for an invitation.",
  leave_other: "Others who write on this phone keep their books.",
  leave_unsent: (lines, photos) =>
    `${both(lines, photos, "item")} not sent would be lost by signing out now.`,
  leave_unsent_how: "Send them to the co-op, or copy them to a file, then sign out.",
  leave_exported: "What was not sent is in a file. Keep that file and give it to the co-op.",
  leave_drafts: (n) =>
    `${s(n, "unfinished entry", "unfinished entries")} will be lost. Save first, then sign out.`,
  leave_offline: "Coverage is needed to tell the co-op. Find coverage and press again.",
  leave_go: "Sign out",
  leave_going: "Signing out…",
  left: "Signed out of this phone",
  consents: "What I agreed to",
  consents_none: "Coverage is needed once to fetch these.",
  consents_how: "Agree or take it back at any time. Only the first is needed to use the book.",
  consent_given: (at) => `Agreed ${at}`,
  consent_back: (at) => `Taken back ${at}`,
  consent_never: "Not agreed",
  consent_waiting: "waiting to be sent",
  consent_yes: "I agree",
  consent_no: "Take it back",
  consent_required: "Without this the book can't be used, so taking it back is done at the co-op.",
  position_taken_back: "You took back that positions are taken. To allow it: Settings, “What I agreed to”.",
  data: "My data",
  data_access: "Ask for a file of my data",
  data_access_how:
    "The co-op gives you a file of all that it keeps about you. It answers within 2 working days.",
  data_erase: "Ask to erase my data",
  data_erase_how:
    "The co-op asks you again before it erases. Your name, notes, photos and positions go; the production record without names stays.",
  data_ask: "Send the request",
  data_asked: (at) => `Asked ${at}`,
  data_asked_long: "You have asked. The co-op is at it; call the co-op with any question.",
  consent_noted: "Noted",
};
