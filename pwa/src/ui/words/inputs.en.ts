/** Words of naming an input and of the store of inputs, in English. Not in the first load. */
import type { InputsWords } from "./inputs.vi.ts";

export const inputsEn: InputsWords = {
  suggested: "Names that fit what is typed",
  as_before: "Used before",
  not_in_list: "In no list that is loaded. The cooperative will look at it.",
  label_says: (text) => `The label says ${text}`,
  label_for: (crop, text) => `${crop}: ${text}`,
  or: " or ",
  doses_many: "several doses, see the label",
  wait_days: (n) => `wait ${n} days`,
  wait_undefined: "waiting time not defined",
  wait_text: (text) => `waiting: “${text}”`,
  wait_unknown: "waiting time not known",
  stock: "Store of inputs",
  stock_how: "Bought, used and left, from the lines written.",
  stock_none: "Nothing in the store yet.",
  stock_none_how: "It begins with the first purchase that you write down.",
  stock_empty: "None",
  left: "Left",
  bought: "Bought",
  used: "Used",
  expires: (day) => `Use by ${day}`,
  expires_soon: (day) => `Expires soon: ${day}`,
  expired: (day) => `Expired ${day}`,
  expired_some: (day) => `Some of it expired ${day}`,
  counted: (day) => `Counted ${day}`,
  never_bought: "No purchase is written down. Add one, or count what there is.",
  left_unknown: "Can't be worked out",
  below: (amount) => `${amount} more was used than is written down. Add the purchase that is missing.`,
  mixed: "Written in several units that can't be taken from each other. Count what there is to start anew.",
  not_added: (n) =>
    n === 1
      ? "1 line is in another unit and is not in this sum."
      : `${n} lines are in other units and are not in this sum.`,
  see_line: "See that line",
  count_now: "Count",
};
