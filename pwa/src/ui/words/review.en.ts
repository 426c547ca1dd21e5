/** Words of what the rules notice and the cooperative says, in English. */
import type { ReviewWords } from "./review.vi.ts";

export const reviewEn: ReviewWords = {
  hold_on: "Hold on!",
  safe_from: (day) => `From ${day} it is all right.`,
  not_verified: "not verified",
  wait_days: (n, verb) => `${n} more ${n === 1 ? "day" : "days"} before you may ${verb}`,
  wait_over: (verb) => `You may ${verb} now`,
  wait_why: (product, since, until, verb) =>
    `${product || "A product"} used on ${since}. You may ${verb} from ${until}.`,
  wait_unknown: "Day not known",
  wait_unknown_how: (product) =>
    `Look for the waiting time on the label of ${product || "what was used"}, then edit that line.`,
  answer_in_words: "Answer in words",
  answer_send: "Answer the co-op",
  answer_seen: "I read it",
  say_more: "Write to the co-op",
  answered_wait: "Answered, the co-op looks at it.",
  amended_wait: "Changed after the co-op saw it. It will be reviewed again.",
  talk: "What the co-op and you say",
  said_asked: (who) => (who === null ? "The co-op asks" : `The co-op (${who}) asks`),
  said_approved: (who) => (who === null ? "Approved by the co-op" : `Approved by the co-op (${who})`),
  said_answer: (who) => `${who} answered`,
  said_me: "You",
  said_seen: (who) => `${who} read it`,
  said_message: (who) => (who === null ? "The co-op writes" : `The co-op (${who}) writes`),
  answered_how: "Edit this line, take the photo again, or answer in words. The co-op will see it.",
};
