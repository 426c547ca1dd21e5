/** The words of checking a lot, in the language of the page. */

const vi = {
  check: "Kiểm tra lô này ngay",
  checking: "Đang kiểm tra…",
  trouble: "Chưa kiểm tra được. Thử lại khi có sóng.",
  waits: "Lô này đang chờ ghi vào nhật ký công khai. Mở lại sau ít phút.",
  good: "Khớp",
  bad: "Không khớp",
  bad_at: (what: string) => `Chỗ hỏng: ${what}.`,
  bad_how: "Đừng tin trang này. Báo cho HTX hoặc UBND xã Kiến Thụy.",
  other_facts: "Nội dung trang này không lấy từ tờ công bố đã ký.",
  ops: (n: number, from: string, to: string) =>
    `${n} lời ghi đã ký, nhận từ ${from} đến ${to}, không đổi từ lúc nhận.`,
  devices: (n: number) => `Do ${n} máy ký, máy nào cũng được người có quyền cho vào.`,
  log: (size: number) => `Nằm trong nhật ký công khai, điểm chốt số ${size}.`,
  touched: "Người công bố đã chạm khóa truy cập.",
  witness: (name: string, when: string) => `${name} làm chứng từ ${when}.`,
  no_witness: "Chưa có nhân chứng: giờ nhận là lời của máy chủ.",
  missing: (n: number) => `Thiếu bản gốc của ${n} việc mà trang kể.`,
  limits: "Máy chủ này đưa cả trang lẫn bộ kiểm tra. Muốn chắc hơn: tải tệp, kiểm trên máy khác.",
};
const en: typeof vi = {
  check: "Check this lot now",
  checking: "Checking…",
  trouble: "It could not be checked. Try again with coverage.",
  waits: "This lot waits to be written into the public log. Open it again in some minutes.",
  good: "It holds",
  bad: "It does not hold",
  bad_at: (what) => `What does not hold: ${what}.`,
  bad_how: "Don't trust this page. Tell the cooperative or the commune.",
  other_facts: "This page is not drawn from what was signed.",
  ops: (n, from, to) => `${n} signed records, received ${from} to ${to}, unchanged since.`,
  devices: (n) => `Signed by ${n} devices, each let in by somebody who had the right.`,
  log: (size) => `All of it is in the public log, checkpoint ${size}.`,
  touched: "Whoever published it touched a passkey.",
  witness: (name, when) => `${name} saw it on ${when}.`,
  no_witness: "No witness yet: the time of receipt is the server's word.",
  missing: (n) => `${n} things that the page tells of have no signed original here.`,
  limits:
    "This server gives both the page and what checks it. To be surer, check the file on another machine.",
};

export const words = () => (document.documentElement.lang === "en" ? en : vi);
