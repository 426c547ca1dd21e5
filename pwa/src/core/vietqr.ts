/**
 * VietQR: the text behind a bank's QR code, made offline and read strictly.
 *
 * It says to whom to transfer, how much and what for; that somebody paid it does not say.
 * Twin of `sync/vietqr.py`. Source: there; PROTOCOL "Sales and VietQR"; tests/vectors/vietqr.json.
 */
import { plainWords } from "./plain.ts";

export const AMOUNT_MAX = 9_999_999_999_999;
export const TEXT_MAX = 25;
const PAYLOAD_MAX = 512;
const ACCOUNT = "QRIBFTTA";
const CARD = "QRIBFTTC";
const GUID = "A000000727";
const BIN = /^[0-9]{6}$/;
const NUMBER = /^[0-9A-Za-z]{1,19}$/;
const AMOUNT = /^[1-9][0-9]{0,12}$/;
const BILL = /^[0-9A-Za-z-]{1,25}$/;
const PURPOSE = /^[0-9A-Za-z](?:[0-9A-Za-z -]{0,23}[0-9A-Za-z])?$/;
const PRINTABLE = /^[ -~]*$/;
const HEAD = /^[0-9]{4}$/;

/** Why: of a field, or of the text as a whole (the last three). */
export type TransferProblem =
  | "bad_bin"
  | "bad_number"
  | "bad_amount"
  | "bad_bill"
  | "bad_purpose"
  | "bad_text"
  | "bad_crc"
  | "not_vietqr";

/** A transfer that a code asks for; `amount`: whole đồng, null where the payer says it. */
export interface Transfer {
  readonly bin: string;
  readonly number: string;
  readonly amount: number | null;
  readonly bill: string;
  readonly purpose: string;
  readonly isCard: boolean;
  readonly isOnce: boolean;
}

/** CRC-16/CCITT-FALSE of ASCII text as four digits of upper-case hex. */
export function crc(text: string): string {
  let register = 0xffff;
  for (const one of text) {
    register ^= one.charCodeAt(0) << 8;
    for (let bit = 0; bit < 8; bit += 1)
      register = (register & 0x8000 ? (register << 1) ^ 0x1021 : register << 1) & 0xffff;
  }
  return register.toString(16).toUpperCase().padStart(4, "0");
}

/** Text as a transfer may carry it: "Trả tiền Đậu" is "TRA TIEN DAU"; cut at 25 characters. */
export const makePurpose = (text: string): string =>
  plainWords(text).toUpperCase().slice(0, TEXT_MAX).replace(/ +$/, "");

/** What is wrong with an account, or null: six digits name the bank, up to 19 ASCII letters and digits the rest. */
export function checkAccount(bank: string, number: string): "bad_bin" | "bad_number" | null {
  if (!BIN.test(bank)) return "bad_bin";
  return NUMBER.test(number) ? null : "bad_number";
}

/** The text of the code, or which field is wrong. */
export function makeVietqr(
  transfer: Transfer,
): { readonly text: string } | { readonly problem: TransferProblem } {
  const { amount, bill, purpose } = transfer;
  const problem = checkAccount(transfer.bin, transfer.number);
  if (problem !== null) return { problem };
  if (amount !== null && !(Number.isSafeInteger(amount) && amount >= 1 && amount <= AMOUNT_MAX))
    return { problem: "bad_amount" };
  if (bill !== "" && !BILL.test(bill)) return { problem: "bad_bill" };
  if (purpose !== "" && !PURPOSE.test(purpose)) return { problem: "bad_purpose" };
  const to = field("00", transfer.bin) + field("01", transfer.number);
  const service = transfer.isCard ? CARD : ACCOUNT;
  const text = [
    field("00", "01"),
    field("01", transfer.isOnce ? "12" : "11"),
    field("38", field("00", GUID) + field("01", to) + field("02", service)),
    field("53", "704"),
    optional("54", amount === null ? "" : String(amount)),
    field("58", "VN"),
    optional("62", optional("01", bill) + optional("08", purpose)),
    "6304",
  ].join("");
  return { text: text + crc(text) };
}

/** What a code asks for, or why it is none; every length, at every level, must be right. */
export function readVietqr(text: string): Transfer | { readonly problem: TransferProblem } {
  const fields = text.length > PAYLOAD_MAX || !PRINTABLE.test(text) ? null : read(text);
  if (fields === null) return { problem: "bad_text" };
  const names = [...fields.keys()];
  const check = fields.get("63");
  if (names[0] !== "00" || names.at(-1) !== "63" || check?.length !== 4) return { problem: "bad_text" };
  if (crc(text.slice(0, -4)) !== check) return { problem: "bad_crc" };
  if (fields.get("00") !== "01" || fields.get("53") !== "704" || fields.get("58") !== "VN")
    return { problem: "not_vietqr" };
  const paidTo = read(fields.get("38") ?? "");
  if (paidTo === null) return { problem: "bad_text" };
  const once = fields.get("01") ?? "";
  const service = paidTo.get("02") ?? "";
  if (paidTo.get("00") !== GUID || !["11", "12"].includes(once) || ![ACCOUNT, CARD].includes(service))
    return { problem: "not_vietqr" };
  const to = read(paidTo.get("01") ?? "");
  const said = fields.has("62") ? read(fields.get("62") ?? "") : new Map<string, string>();
  if (to === null) return { problem: "bad_text" };
  const bin = to.get("00") ?? "";
  const number = to.get("01") ?? "";
  const problem = checkAccount(bin, number);
  if (problem !== null) return { problem };
  const amount = fields.get("54");
  if (amount !== undefined && !AMOUNT.test(amount)) return { problem: "bad_amount" };
  if (said === null) return { problem: "bad_text" };
  return {
    bin,
    number,
    amount: amount === undefined ? null : Number(amount),
    bill: said.get("01") ?? "",
    purpose: said.get("08") ?? "",
    isCard: service === CARD,
    isOnce: once === "12",
  };
}

const field = (name: string, value: string): string =>
  `${name}${String(value.length).padStart(2, "0")}${value}`;

const optional = (name: string, value: string): string => (value === "" ? "" : field(name, value));

/** The fields of one level in their order; null where there is none, one is cut, or one comes twice. */
function read(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const head = text.slice(at, at + 4);
    const length = Number(head.slice(2));
    const value = text.slice(at + 4, at + 4 + length);
    if (!HEAD.test(head) || found.has(head.slice(0, 2)) || value === "" || value.length !== length)
      return null;
    found.set(head.slice(0, 2), value);
    at += 4 + length;
  }
  return found.size === 0 ? null : found;
}
