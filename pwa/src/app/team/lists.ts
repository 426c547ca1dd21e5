/** Lists of the server's snapshot that enrolling asks from: the texts to agree to, the villages. */
import { listIn, member, textIn } from "../context.ts";
import type { ConsentText } from "../types.ts";

const both = (x: unknown): { vi: string; en: string } => ({ vi: textIn(x, "vi"), en: textIn(x, "en") });

/** What a person is asked to agree to, in the order to ask. */
export function consentsIn(reference: unknown): ConsentText[] {
  return listIn(reference, "consents").map((one) => ({
    purpose: textIn(one, "purpose"),
    version: textIn(one, "version"),
    required: member(one, "required") === true,
    title: both(member(one, "title")),
    text: both(member(one, "text")),
  }));
}

export function villagesIn(reference: unknown): { id: string; name: string }[] {
  return listIn(reference, "villages").map((one) => ({ id: textIn(one, "id"), name: textIn(one, "name") }));
}
