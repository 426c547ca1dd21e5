/** The words of practising in the chosen language; they come with its screens. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const vi = {
  title: "Tập ghi thử",
  what: "Ghi thử trên sổ của một hộ không có thật. Bấm thoải mái, sai cũng không sao.",
  safe_1: "Màn hình đổi sang màu tím, có băng vàng: nhìn là biết đang tập.",
  safe_2: "Không gửi đi đâu. Sổ thật của nhà mình không đổi một chữ.",
  safe_3: "Bấm Thoát là hết, không để lại gì trên máy.",
  begin: "Bắt đầu tập",
  failed: "Máy chưa mở được phần tập. Thoát ứng dụng rồi thử lại.",
  banner: "ĐANG TẬP GHI THỬ",
  banner_why: "Hộ mẫu, không gửi đi đâu",
  leave: "Thoát",
  names: {
    person: "Người tập ghi",
    farm: "Hộ mẫu để tập",
    village: "Thôn mẫu",
    field: "Ruộng mẫu",
    pond: "Ao mẫu",
  },
};

const en: typeof vi = {
  title: "Practise",
  what: "Record in the diary of a household that does not exist. Tap freely; mistakes do no harm.",
  safe_1: "The screen turns violet with yellow stripes: you see that you practise.",
  safe_2: "Nothing is sent. Not a word of your real diary changes.",
  safe_3: "“Leave” ends it and leaves nothing on the phone.",
  begin: "Begin",
  failed: "Practising could not be opened. Close the app and try again.",
  banner: "PRACTISING",
  banner_why: "A made-up household, nothing is sent",
  leave: "Leave",
  names: {
    person: "Somebody who practises",
    farm: "Household to practise",
    village: "Made-up village",
    field: "Made-up field",
    pond: "Made-up pond",
  },
};

export const practiceWords = computed(() => (language.value === "en" ? en : vi));
