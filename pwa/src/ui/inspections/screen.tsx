/** Đánh giá nội bộ: the farm's inspections, one with what failed in it, and how the household puts it right. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DraftResult, Inspection } from "../../app/types.ts";
import { ANNEX_D, type Item, itemField } from "../../core/checklists.ts";
import type { Due } from "../../core/rules/due.ts";
import { app } from "../app.ts";
import { Behalf, Do, Dock, Icon, Leaf, Mark, Note, State, Top } from "../pieces/basic.tsx";
import { warn } from "../pieces/overlay.tsx";
import { go, makeHash, place } from "../router.ts";
import { draftHash } from "../screens/rows.tsx";
import { dayWithin, seasonNameOf, today } from "../show.ts";
import { say, words } from "../words/index.ts";
import { inspectionWords } from "../words/inspections.ts";
import { seasonWords } from "../words/season.ts";

/** All of them, or one by its document. */
export function InspectionsScreen({ doc }: { doc: string }) {
  const found = useSignal<readonly Inspection[] | null>(null);
  const may = useSignal(false);
  const due = useSignal<Due | undefined>(undefined);
  const changed = app().diary.changed.value;
  const load = async () => {
    const own = await app().inspections();
    may.value = own.mayBegin();
    const tasks = await (await app().noticing()).inspected(today());
    due.value = tasks.find((one) => one.kind === "inspection");
    found.value = await own.list();
  };
  useEffect(() => void load(), [changed]);
  if (found.value === null) return <p class="help phone">{words.value.loading}</p>;
  if (doc === "") return <All found={found.value} may={may.value} due={due.value} />;
  const one = found.value.find((row) => row.doc === doc);
  return <One found={one} may={may.value} />;
}

function open(result: DraftResult): void {
  if (result.ok) go(draftHash(result.draft.id));
  else warn(result.problem === "read_only" ? words.value.not_saved_right : words.value.not_saved);
}

interface AllProps {
  found: readonly Inspection[];
  may: boolean;
  due: Due | undefined;
}

function All({ found, may, due }: AllProps) {
  const w = inspectionWords.value;
  const season = place.value.query.vu ?? null;
  const begin = async () => open(await (await app().inspections()).begin(season));
  return (
    <>
      <main class="phone">
        <Top title={words.value.inspections} />
        <Behalf />
        {due !== undefined && (
          <Note halt={due.when === "late"}>
            {due.day === ""
              ? seasonWords.value.due_never
              : due.when === "late"
                ? seasonWords.value.due_late(dayWithin(due.day))
                : seasonWords.value.due_soon(dayWithin(due.day))}
          </Note>
        )}
        {found.length === 0 && due === undefined && (
          <p class="card">
            <b>{w.none}</b> {w.none_how}
          </p>
        )}
        <div class="stack">
          {found.map((one) => (
            <a key={one.doc} class="card tap row plot" href={makeHash("kiem-tra", [one.doc])}>
              <Leaf date={one.happened_on} />
              <span class="grow">
                <b>{aboutOf(one)}</b>
                <span class="under">{w.seen(one.stand.seen, ANNEX_D.items.length)}</span>
                <Open one={one} />
              </span>
              <Icon name="next" />
            </a>
          ))}
        </div>
        {!may && <p class="help">{w.who}</p>}
      </main>
      <Dock bar>
        {may && (
          <Do icon="plus" onClick={() => void begin()}>
            {w.begin}
          </Do>
        )}
      </Dock>
    </>
  );
}

const aboutOf = (one: Inspection): string => seasonNameOf(one.of) || words.value.inspections;

function Open({ one }: { one: Inspection }) {
  const w = inspectionWords.value;
  const left = one.stand.open.length;
  if (left > 0) return <Mark icon="warn" text={w.open(left)} />;
  return <span class="under">{w.good}</span>;
}

function One({ found, may }: { found: Inspection | undefined; may: boolean }) {
  const w = inspectionWords.value;
  if (found === undefined) {
    return (
      <>
        <main class="phone">
          <Top title={words.value.inspections} />
          <Note>{words.value.no_entry}</Note>
        </main>
        <Dock bar />
      </>
    );
  }
  const { stand, values } = found;
  const closed = stand.failed.filter((item) => !stand.open.includes(item));
  const edit = async () => open(await (await app().inspections()).edit(found.doc));
  return (
    <>
      <main class="phone">
        <Top title={aboutOf(found)} />
        <section class="row headline">
          <Leaf date={found.happened_on} />
          <div class="grow">
            <p>{w.seen(stand.seen, ANNEX_D.items.length)}</p>
            <p class="small">{w.passed(stand.passed)}</p>
            <State row={{ state: found.state, conflict: found.conflict, deleted: false }} />
          </div>
        </section>
        {stand.open.length > 0 ? <h2>{w.to_do}</h2> : <p class="card good">{w.good}</p>}
        <div class="stack">
          {stand.open.map((item) => (
            <Failed key={item.code} item={item} values={values} />
          ))}
        </div>
        {closed.length > 0 && <h2>{w.done}</h2>}
        <div class="stack">
          {closed.map((item) => (
            <Failed key={item.code} item={item} values={values} />
          ))}
        </div>
      </main>
      <Dock bar>
        {(may || stand.failed.length > 0) && (
          <Do icon="draft" onClick={() => void edit()}>
            {may ? w.go_on : w.repair}
          </Do>
        )}
      </Dock>
    </>
  );
}

/** One item that failed: why, what is done about it, until when. */
function Failed({ item, values }: { item: Item; values: Inspection["values"] }) {
  const w = inspectionWords.value;
  const text = (field: string): string => {
    const value = values[itemField(item.code, field)];
    return typeof value === "string" ? value : "";
  };
  const [due, closed] = [text("due_on"), text("closed_on")];
  return (
    <section class="card stack">
      <b>
        {item.clause} {say(item.criterion)}
      </b>
      <span>{say(item.requirement)}</span>
      {text("cause") !== "" && (
        <span>
          {w.cause}: <b>{text("cause")}</b>
        </span>
      )}
      <span>
        {text("action") === "" ? (
          w.no_action
        ) : (
          <>
            {w.action}: <b>{text("action")}</b>
          </>
        )}
      </span>
      {closed !== "" && <span>{w.closed(dayWithin(closed))}</span>}
      {closed === "" && due !== "" && (
        <Note halt={due < today()}>{due < today() ? w.late(dayWithin(due)) : w.due(dayWithin(due))}</Note>
      )}
    </section>
  );
}
