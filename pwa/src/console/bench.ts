/** Where an act begins: the person whose browser this is, and the one line that says how it stands. */
import { type Desk, type Person, Shelf } from "./desk.ts";
import { all, one, showOnly } from "./page.ts";

export interface Bench {
  readonly desk: Desk;
  readonly shelf: Shelf;
  readonly person: Person;
}

/** The bench of the person that the page was drawn for; null where this browser has not their key. */
export async function benchOf(desk: Desk): Promise<Bench | null> {
  const device = document.body.dataset.device ?? "";
  const shelf = await Shelf.open(desk.indexedDB).catch(() => null);
  const person = await shelf?.person(device);
  return shelf && person ? { desk, shelf, person } : null;
}

/** Show the sentence of a name; none for an empty one. */
export function say(name: string): void {
  showOnly("data-say", name, one("#loi") ?? document);
}

/** Keep a form from being pressed twice. */
export function still(form: HTMLFormElement, is: boolean): void {
  for (const button of all<HTMLButtonElement>("button", form)) button.disabled = is;
}
