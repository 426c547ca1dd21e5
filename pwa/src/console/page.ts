/** Small helpers of the console's pages: every word is in the page already; the script only shows and hides. */

/** The first element that fits, or null. */
export function one<T extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** Write text into the parts of `root` that ask for it (`data-fill`). */
export function fill(root: ParentNode, texts: Readonly<Record<string, string>>): void {
  for (const part of all("[data-fill]", root)) part.textContent = texts[part.dataset.fill ?? ""] ?? "";
}

/** Show exactly one of the elements that share an attribute. */
export function showOnly(attribute: string, name: string, root: ParentNode = document): void {
  for (const part of all(`[${attribute}]`, root)) part.hidden = part.getAttribute(attribute) !== name;
}

/** The object that an attribute holds as JSON. */
export function objectIn(text: string | undefined): Record<string, unknown> {
  const found: unknown = JSON.parse(text === undefined || text === "" ? "{}" : text);
  return typeof found === "object" && found !== null ? { ...found } : {};
}
