/** What the phone says of itself, as far as screens differ by it. */

export const isInstalled = (): boolean =>
  matchMedia("(display-mode: standalone)").matches || Reflect.get(navigator, "standalone") === true;

/** An iPad calls itself a Mac; no Mac has a touch screen. */
export const isIos = (): boolean =>
  /iPhone|iPad/.test(navigator.userAgent) ||
  (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

/** Says whether a text is in the clipboard now. Browsers inside other apps lack today's way, or refuse it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}

/** What the phone calls itself: its model where the browser tells, else its system; "" for neither. */
export async function phoneName(): Promise<string> {
  const data: unknown = Reflect.get(navigator, "userAgentData");
  const ask: unknown = Reflect.get(Object(data), "getHighEntropyValues");
  if (typeof ask === "function") {
    const told: unknown = await Promise.resolve(Reflect.apply(ask, data, [["model"]])).catch(() => null);
    const model: unknown = Reflect.get(Object(told), "model");
    if (typeof model === "string" && model.trim() !== "") return model.trim().slice(0, 40);
  }
  if (isIos()) return "iPhone";
  return /Android/.test(navigator.userAgent) ? "Android" : "";
}
