/** Drafts opened by a tap and not touched since: leaving such a form leaves nothing behind. */
const fresh = new Set<string>();

export const markFresh = (draft: string): unknown => fresh.add(draft);

/** Something was filled in: from now on the draft is the person's. True: it was untouched until now. */
export const touch = (draft: string): boolean => fresh.delete(draft);
