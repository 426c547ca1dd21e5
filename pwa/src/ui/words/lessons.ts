/**
 * The short lessons, in the chosen language; they come with their screen. A step: what the picture shows, in
 * pictograms, and what is read out.
 */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

export interface Step {
  readonly picture: readonly string[];
  readonly text: string;
}
export interface Lesson {
  readonly id: string;
  readonly icon: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

const pictures: readonly (readonly [id: string, icon: string, steps: readonly (readonly string[])[]])[] = [
  ["phun", "spray", [["draft"], ["spray", "bottle"], ["calendar"], ["check", "mobile"]]],
  ["anh", "camera", [["camera"], ["bottle", "camera"], ["person", "x"]]],
  ["song", "nosignal", [["nosignal", "draft"], ["mobile", "waiting"], ["sent"]]],
  [
    "cach-ly",
    "calendar",
    [
      ["bottle", "calendar"],
      ["stop", "basket"],
      ["harvest", "check"],
    ],
  ],
  ["ma-qr", "qr", [["qr", "mobile"], ["qr", "person"], ["lock"]]],
  [
    "ban-hang",
    "scale",
    [
      ["scale", "draft"],
      ["person", "x"],
      ["buy", "check"],
    ],
  ],
  [
    "giu-may",
    "lock",
    [
      ["lock", "mobile"],
      ["phoneoff", "hands"],
      ["newphone", "check"],
    ],
  ],
  [
    "lua-dao",
    "warn",
    [
      ["phone", "x"],
      ["message", "stop"],
      ["message", "x"],
      ["hands", "check"],
    ],
  ],
];

const vi: Record<string, readonly [title: string, ...steps: string[]]> = {
  phun: [
    "Ghi một lần phun",
    "Phun xong, bấm Ghi nhật ký, rồi chọn Phun thuốc.",
    "Chọn ruộng. Chọn đúng tên thuốc trên nhãn, ghi lượng đã dùng.",
    "Ghi thời gian cách ly đúng như trên nhãn. Không thấy trên nhãn thì chọn Chưa rõ.",
    "Bấm Lưu. Hiện chữ Đã lưu trên máy là yên tâm, không mất.",
  ],
  anh: [
    "Chụp ảnh",
    "Đang ghi thì bấm Chụp ảnh. Đứng quay lưng về phía mặt trời.",
    "Chụp rõ nhãn chai, gói thuốc: tên thuốc và thời gian cách ly.",
    "Không chụp mặt người khác khi họ chưa đồng ý.",
  ],
  song: [
    "Khi không có sóng",
    "Không có sóng vẫn ghi được, vẫn chụp ảnh được.",
    "Dòng ghi nằm trên máy, hiện chữ Chờ gửi. Đừng xóa ứng dụng.",
    "Có sóng, máy tự gửi. Hiện chữ Đã gửi là xong.",
  ],
  "cach-ly": [
    "Thời gian cách ly",
    "Thời gian cách ly là số ngày phải chờ từ lần phun cuối đến ngày thu hoạch.",
    "Chưa đủ ngày mà thu hoạch, máy báo Khoan đã! Đừng bán lúc này.",
    "Đủ ngày rồi hãy thu hoạch. Máy cho biết ngày nào được hái.",
  ],
  "ma-qr": [
    "Mã QR",
    "Mã QR trên tem giúp người mua xem sản phẩm từ ruộng nào, thu hoạch ngày nào.",
    "Mã điểm danh dùng khi đi tập huấn: mở mã, đưa cho cán bộ quét.",
    "Mã mời vào sổ giống chìa khóa nhà. Không gửi cho người lạ.",
  ],
  "ban-hang": [
    "Bán hàng và nhận tiền",
    "Cân xong, xem lại số cân, giá và tổng tiền trước khi nhận.",
    "Ảnh chụp màn hình chuyển khoản có thể là giả. Đừng giao hàng chỉ vì xem ảnh.",
    "Mở ứng dụng ngân hàng, thấy tiền vào tài khoản rồi mới xác nhận đã nhận.",
  ],
  "giu-may": [
    "Giữ máy an toàn, mất máy",
    "Đặt khóa màn hình. Không cho người lạ mượn máy.",
    "Mất máy thì báo ngay Tổ Công nghệ số hoặc hợp tác xã để khóa máy cũ.",
    "Có máy mới, nhờ Tổ Công nghệ số nối vào sổ. Những gì đã gửi sẽ tự về máy mới.",
  ],
  "lua-dao": [
    "Lừa đảo qua mạng",
    "Công an, ngân hàng không bao giờ hỏi mật khẩu hay mã OTP qua điện thoại.",
    "Không bấm đường dẫn lạ. Không cài ứng dụng do người lạ gửi.",
    "Bạn bè nhắn vay tiền: gọi lại nghe tiếng rồi hãy tin.",
    "Lỡ chuyển tiền thì gọi ngay ngân hàng và công an xã.",
  ],
};

const en: typeof vi = {
  phun: [
    "Record a spraying",
    "After spraying tap “Write diary”, then “Spraying”.",
    "Choose the field, the product's name on its label, and how much was used.",
    "Write the waiting time as the label says. Choose “Not known” if it says none.",
    "Tap Save. “Saved on this phone” means it is there for sure.",
  ],
  anh: [
    "Take a photo",
    "In the form tap the camera. Keep the sun behind you.",
    "Take the label sharply: the product's name and the waiting time.",
    "Take no photo of somebody's face without asking.",
  ],
  song: [
    "Without coverage",
    "You can record and take photos without coverage.",
    "The entry stays on the phone as “Waiting to send”. Don't delete the app.",
    "With coverage it sends by itself. “Sent” means done.",
  ],
  "cach-ly": [
    "Waiting time",
    "The waiting time is how many days pass between the last spraying and the harvest.",
    "Harvest too early and the phone says “Hold on!” Don't sell now.",
    "Harvest when the days are over. The phone tells the day.",
  ],
  "ma-qr": [
    "QR codes",
    "The QR code on a label shows buyers from which field a product came, and when.",
    "The attendance code is for trainings: open it and let the team scan it.",
    "An invitation code is like a door key. Don't send it to strangers.",
  ],
  "ban-hang": [
    "Selling and being paid",
    "After weighing, check weight, price and total before you accept.",
    "A picture of a transfer may be false. Don't hand goods over for a picture.",
    "Open your bank's app and see the money before you confirm it.",
  ],
  "giu-may": [
    "Keep the phone safe",
    "Set a screen lock. Don't lend the phone to strangers.",
    "If it is lost, tell the digital team or the cooperative at once, to lock it.",
    "The team connects a new phone. What was sent comes back by itself.",
  ],
  "lua-dao": [
    "Fraud online",
    "Police and banks never ask for passwords or one-time codes by phone.",
    "Don't tap strange links. Don't install apps that strangers send.",
    "A friend asks for money by message: call back and hear the voice first.",
    "Money is gone already? Call your bank and the police at once.",
  ],
};

const wordsVi = {
  title: "Bài học ngắn",
  seen: "Đã xem",
  step: (at: number, all: number) => `Bước ${at}/${all}`,
  listen: "Nghe đọc",
  stop: "Thôi đọc",
  no_voice: "Máy này chưa có giọng đọc tiếng Việt. Nhờ người nhà đọc giúp.",
  next: "Tiếp",
  before: "Quay lại bước trước",
  done: "Xem xong",
  try_it: "Tập ghi thử",
};
const wordsEn: typeof wordsVi = {
  title: "Short lessons",
  seen: "Seen",
  step: (at, all) => `Step ${at} of ${all}`,
  listen: "Listen",
  stop: "Stop",
  no_voice: "This phone has no voice for this language. Ask somebody to read it out.",
  next: "Next",
  before: "One step back",
  done: "Done",
  try_it: "Practise",
};

export const lessonWords = computed(() => (language.value === "en" ? wordsEn : wordsVi));
export const lessons = computed((): readonly Lesson[] => {
  const told = language.value === "en" ? en : vi;
  return pictures.map(([id, icon, steps]) => {
    const [title = "", ...texts] = told[id] ?? [];
    return { id, icon, title, steps: steps.map((picture, at) => ({ picture, text: texts[at] ?? "" })) };
  });
});
