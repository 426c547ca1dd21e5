/**
 * What does not hold in a bundle, for a person: the core names it in English, exactly; here it is said in everyday words.
 *
 * The core's texts are `place: what`. What has no words of its own is a file of another form. Whoever wants the exact
 * text checks the file with `python -m sync.verify`. Source: core/bundle.ts, core/bundle_devices.ts.
 */
type Said = readonly [vi: string, en: string];

const PLACES: readonly (readonly [RegExp, Said])[] = [
  [/^op \S+ (\d+)$/, ["Lời ghi số $1", "Record $1"]],
  [/^device op (\d+)/, ["Giấy vào của máy số $1", "Device record $1"]],
  [/^assertion (\d+)$/, ["Lần chạm khóa số $1", "Touch of a passkey $1"]],
  [/^scope farm:/, ["Sổ của một hộ", "A household's book"]],
  [/^scope /, ["Sổ của hợp tác xã", "The cooperative's book"]],
  [/^(?:checkpoint|log_key)$/, ["Điểm chốt của nhật ký công khai", "The public log's checkpoint"]],
  [/^published$/, ["Tờ công bố", "The publication"]],
];
const REASONS: readonly (readonly [RegExp, Said])[] = [
  [
    /not what was received|were? altered|was altered/,
    ["đã bị sửa sau khi nhận", "was altered after it was received"],
  ],
  [
    /not signed by|no named key made|not made by a passkey/,
    ["có chữ ký không đúng", "has a wrong signature"],
  ],
  [/^nobody let the device/, ["do máy chưa ai cho vào", "is of a device that nobody let in"]],
  [
    /no link|twice|not in the tree|does not begin/,
    ["không nằm trong nhật ký công khai", "is not in the public log"],
  ],
  [/another log|not the key/, ["là của nhật ký khác", "is of another log"]],
  [/not here|does not publish|confirms nothing/, ["không nói về lô này", "does not speak of this lot"]],
];
const ELSE: Said = ["Tệp kiểm tra", "The file"];
const FORM: Said = ["không đúng dạng", "is not of its form"];

/** The sentence for what the core found, without a full stop. */
export function refusedShown(detail: string, language: "vi" | "en"): string {
  const at = detail.indexOf(": ");
  const [place, what] = at < 0 ? ["", detail] : [detail.slice(0, at), detail.slice(at + 2)];
  const n = language === "en" ? 1 : 0;
  const [pattern, named] = PLACES.find(([one]) => one.test(place)) ?? [/^.*$/, ELSE];
  const [, reason] = REASONS.find(([one]) => one.test(what)) ?? [null, FORM];
  return `${(pattern.exec(place)?.[0] ?? "").replace(pattern, named[n])} ${reason[n]}`;
}
