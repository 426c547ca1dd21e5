/** Words of what the rules notice and the cooperative says, in Vietnamese. Not in the first load. */
export const reviewVi = {
  hold_on: "Khoan đã!",
  safe_from: (day: string) => `Từ ${day} thì được.`,
  not_verified: "chưa kiểm chứng",
  wait_days: (n: number, verb: string) => `Còn ${n} ngày mới được ${verb}`,
  wait_over: (verb: string) => `Được ${verb} rồi`,
  wait_why: (product: string, since: string, until: string, verb: string) =>
    `Dùng ${product || "thuốc"} ngày ${since}. ${verb.charAt(0).toUpperCase()}${verb.slice(1)} từ ${until}.`,
  wait_unknown: "Chưa rõ ngày",
  wait_unknown_how: (product: string) =>
    `Xem nhãn ${product || "thuốc đã dùng"}, chỗ thời gian cách ly, rồi sửa dòng đó.`,
  answer_in_words: "Trả lời bằng lời",
  answer_send: "Trả lời HTX",
  answer_seen: "Đã đọc",
  say_more: "Nhắn thêm cho HTX",
  answered_wait: "Đã trả lời, chờ HTX xem.",
  amended_wait: "Đã sửa sau khi HTX xem. HTX sẽ duyệt lại.",
  talk: "HTX và nhà mình trao đổi",
  said_asked: (who: string | null) => (who === null ? "HTX hỏi lại" : `HTX (${who}) hỏi lại`),
  said_approved: (who: string | null) => (who === null ? "HTX đã duyệt" : `HTX (${who}) đã duyệt`),
  said_answer: (who: string) => `${who} trả lời`,
  said_me: "Tôi",
  said_seen: (who: string) => `${who} đã đọc`,
  said_message: (who: string | null) => (who === null ? "HTX nhắn" : `HTX (${who}) nhắn`),
  answered_how: "Sửa dòng này, chụp lại, hoặc trả lời bằng lời. HTX sẽ thấy.",
};
export type ReviewWords = typeof reviewVi;
