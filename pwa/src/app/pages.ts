/** A page of the diary: which entries, in which order, a page at a time. Ten thousand of them are no trouble. */
import type { Database } from "../store/db.ts";
import { plain } from "../store/plain.ts";
import type { DocRow } from "../store/rows.ts";
import { type Names, readNames } from "./beside.ts";
import { type Context, textsOf } from "./context.ts";
import { mayBeIn, readBeside, toEntries } from "./entries.ts";
import type { DiaryPage, DiaryQuery, EntryRow } from "./types.ts";
import { byNewest, keyOf, newestFirst } from "./walk.ts";

/** So few finds of a word are read at once; more of them, and walking the diary fills a page sooner. */
const FINDS_MAX = 400;

/** The words that are looked for, and the names that may answer them; none where nothing is looked for. */
interface Sought {
  words: readonly string[];
  names: Names | null;
}

function fits(row: DocRow, q: DiaryQuery, { words, names }: Sought): boolean {
  const v = row.values;
  if (q.season !== undefined && v.season !== q.season) return false;
  if (q.plot !== undefined && !textsOf(v.plots).includes(q.plot)) return false;
  if (q.form !== undefined && v.form !== q.form) return false;
  if (q.from !== undefined && row.sort < q.from) return false;
  if (q.to !== undefined && row.sort > `${q.to}~`) return false;
  return words.every(
    (word) => row.tokens.some((token) => token.startsWith(word)) || names?.has(row, word) === true,
  );
}

/** The documents that a rare word names, through the index; null where too many have it, or a name may answer. */
async function findByWord(db: Database, scope: string, sought: Sought): Promise<DocRow[] | null> {
  const written = sought.words.filter((word) => sought.names?.any(word) !== true);
  const longest = written.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return null;
  const keys = await db.docs.where("tokens").startsWith(longest).primaryKeys();
  const docs = [...new Set(keys.filter(([at]) => at === scope).map(([, doc]) => doc))];
  if (docs.length > FINDS_MAX) return null;
  const rows = await db.docs.bulkGet(docs.map((doc): [string, string] => [scope, doc]));
  return rows.filter((row) => row !== undefined).sort(byNewest);
}

async function* candidates(
  db: Database,
  scope: string,
  q: DiaryQuery,
  sought: Sought,
  next: string | null,
): AsyncGenerator<DocRow[]> {
  const found = await findByWord(db, scope, sought);
  if (found !== null) yield found.filter((row) => next === null || keyOf(row) < next);
  else yield* newestFirst(db, { scope, type: "entry", from: q.from, to: q.to, after: next });
}

/** The entries of a scope that a person asks for, `size` of them behind `next`. */
export async function readPage(
  c: Context,
  db: Database,
  scope: string,
  q: DiaryQuery,
  next: string | null,
  size: number,
): Promise<DiaryPage> {
  const words = plain(q.text ?? "")
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const sought = { words, names: words.length > 0 ? await readNames(c, db, scope) : null };
  const states = q.states ? new Set(q.states) : null;
  const beside = states ? await readBeside(db, scope) : null;
  const rows: EntryRow[] = [];
  let last: DocRow | null = null;
  for await (const chunk of candidates(db, scope, q, sought, next)) {
    let left = chunk.filter(
      (row) => fits(row, q, sought) && (!beside || !states || mayBeIn(row, states, beside)),
    );
    while (left.length > 0) {
      // One more than the page holds was found: there is a next one.
      if (rows.length >= size && last !== null) return { rows, next: keyOf(last) };
      const some = left.slice(0, size - rows.length);
      left = left.slice(some.length);
      for (const [i, entry] of (await toEntries(db, some)).entries()) {
        if (states && !states.has(entry.state)) continue;
        rows.push(entry);
        last = some[i] ?? last;
      }
    }
  }
  return { rows, next: null };
}
