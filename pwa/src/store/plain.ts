/** Text without accents and case, for search: "Đồng Rọc" → "dong roc". */
export { plainName as plain } from "../core/plain.ts";
