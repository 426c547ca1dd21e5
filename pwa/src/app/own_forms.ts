/** Forms that no file of `sync/forms` holds: of inspections, and the one by which somebody asks for help. */
import { ANNEX_D, checklistForms, plainField } from "../core/checklists.ts";
import type { Form } from "../core/forms.ts";

/** Form and document type of a question to the extension officer. */
export const QUESTION = "question";

const NAME = { vi: "Hỏi cán bộ", en: "Ask for advice" };

export function questionForm(): Form {
  const said = plainField("text", "longtext", { vi: "Bà con muốn hỏi gì?", en: "What do you want to ask?" });
  const season = plainField("season", "ref", { vi: "Về vụ nào?", en: "About which season?" });
  const plot = plainField("plot", "ref", {
    vi: "Ở thửa, ao, chuồng nào?",
    en: "On which plot, pond or pen?",
  });
  return {
    form: QUESTION,
    version: 1,
    document: QUESTION,
    sector: "any",
    kind: "record",
    icon: "asked",
    standard: null,
    title: NAME,
    short: NAME,
    help: null,
    order: 1001,
    tiles: [],
    about: { plots: "none", season: "none" },
    replaces: [],
    sources: [],
    groups: [],
    oneOf: [],
    fields: [
      {
        ...said,
        public: false,
        help: { vi: "Cây, con bị gì, từ bao giờ?", en: "What is wrong, since when?" },
      },
      { ...season, of: "season" },
      { ...plot, of: "plot" },
    ],
    lines: null,
    photos: [{ kind: "sick", label: { vi: "Chụp chỗ bị bệnh", en: "What is sick" }, wanted: "optional" }],
  };
}

let made: ReadonlyMap<string, Form> | undefined;

/** These forms by their code, made when the first of them is asked for. */
export function ownForms(): ReadonlyMap<string, Form> {
  made ??= new Map([...checklistForms(ANNEX_D), questionForm()].map((form) => [form.form, form] as const));
  return made;
}
