/** The lasting word that the public log does not fit: above every screen, until the phone is set up anew. */
import { Note } from "../pieces/basic.tsx";
import { treeWords } from "../words/tree.ts";

export function ForkBanner() {
  const w = treeWords.value;
  return (
    <Note halt>
      <b>{w.fork}</b> {w.fork_how}
    </Note>
  );
}
