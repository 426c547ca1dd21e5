/** What the rules notice, in plain words: a stop says what to do and still lets the line be written. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Draft, EntryDetail, Form, SeasonWait, Values } from "../../app/types.ts";
import { daysBetween } from "../../core/civil.ts";
import type { Finding } from "../../core/rules/shape.ts";
import { ruleOf, sentence } from "../../core/rules/words.ts";
import { app } from "../app.ts";
import { whenIdle } from "../idle.ts";
import { Icon, Leaf } from "../pieces/basic.tsx";
import { dayMonth, today } from "../show.ts";
import { language } from "../words/index.ts";
import { reviewWords } from "../words/review.ts";

const DAYS_SHOWN_MAX = 14;
/** What the form says itself, in its own words, beside the fields. */
const SAID_BY_FORM = new Set(["field_missing", "value_odd", "dated_ahead", "check_failed"]);

/** Return what is noticed of the form as it stands; asked anew whenever it changes and the page has time. */
export function useDraftFindings(draft: Draft, form: Form, values: Values): readonly Finding[] {
  const found = useSignal<readonly Finding[]>([]);
  useEffect(
    () =>
      whenIdle(async () => {
        const noticing = await app().noticing();
        const asked = { doc: draft.doc, document: draft.document, form: form.form, values };
        const noticed = await noticing.draft(asked);
        // A screen of advice is read by nobody: only what a person should stop or look at.
        found.value = noticed.filter((one) => one.severity !== "note" && !SAID_BY_FORM.has(one.rule));
      }),
    [draft.doc, values],
  );
  return found.value;
}

/** What is noticed of a stored entry, once the page has time. */
export function EntryFindings({ entry }: { entry: EntryDetail }) {
  const found = useSignal<readonly Finding[]>([]);
  useEffect(
    () =>
      whenIdle(async () => {
        found.value = await (await app().noticing()).about(entry.doc);
      }),
    [entry.doc, app().diary.changed.value],
  );
  return <Findings findings={found.value} />;
}

export const isStop = (finding: Finding): boolean => finding.severity === "stop";

export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <>
      {findings.map((one) => (
        <Noticed
          key={`${one.rule} ${one.about} ${one.field} ${String(one.facts.plot ?? "")}`}
          finding={one}
        />
      ))}
    </>
  );
}

function Noticed({ finding }: { finding: Finding }) {
  const r = reviewWords.value;
  const say = (part: "farmer" | "todo") => sentence(finding, part, language.value);
  const rule = ruleOf(finding.rule);
  if (rule === null) return null;
  const halts = isStop(finding);
  const { until } = finding.facts;
  const { standard, clause, mark } = rule.source;
  return (
    <section class={halts ? "card halt stack" : "finding"} role="status">
      {halts ? (
        <p class="row">
          <Icon name="stop" size="l" />
          <b class="answer">{r.hold_on}</b>
        </p>
      ) : (
        <Icon name="warn" />
      )}
      <div class="stack">
        {halts && typeof until === "string" && (
          <div class="row">
            <Leaf date={until} kind="safe" />
            <p class="grow">{r.safe_from(dayMonth(until))}</p>
          </div>
        )}
        <p>{say("farmer")}</p>
        <p>
          <b>{say("todo")}</b>
        </p>
        <p class="help">
          {[standard, clause].filter(Boolean).join(", ")}
          {mark === "V" ? "" : ` (${r.not_verified})`}
        </p>
      </div>
    </section>
  );
}

/** How long a season waits: the day as a leaf, the days as a strip; what is not known is drawn as not known. */
export function WaitShown({ wait, verb }: { wait: SeasonWait; verb: string }) {
  const r = reviewWords.value;
  const left = wait.until === "" ? 0 : daysBetween(today(), wait.until);
  const days = typeof left === "number" ? left : 0;
  if (wait.state !== "days")
    return (
      <div class="stack">
        <p class="answer">{r.wait_unknown}</p>
        <div class="strip">
          <div class="cells">
            {Array.from({ length: 7 }, (_, at) => (
              <i key={String(at)} class="gap" />
            ))}
          </div>
        </div>
        <p class="small">{r.wait_unknown_how(wait.product)}</p>
      </div>
    );
  if (days <= 0) return <p class="answer g">{r.wait_over(verb)}</p>;
  return (
    <div class="stack">
      <div class="row">
        <Leaf date={wait.until} kind="wait" />
        <p class="answer grow">{r.wait_days(days, verb)}</p>
      </div>
      <Strip since={wait.since} until={wait.until} left={days} />
      <p class="small">{r.wait_why(wait.product, dayMonth(wait.since), dayMonth(wait.until), verb)}</p>
    </div>
  );
}

function Strip({ since, until, left }: { since: string; until: string; left: number }) {
  const all = daysBetween(since, until);
  if (typeof all !== "number" || all < 1 || all > DAYS_SHOWN_MAX) return null;
  return (
    <div class="strip" aria-hidden="true">
      <div class="cells">
        {Array.from({ length: all }, (_, at) => (
          <i key={String(at)} class={at < all - left ? "past" : ""}>
            {at < all - left && <Icon name="check" />}
          </i>
        ))}
        <i class="cut">
          <Icon name="harvest" />
        </i>
      </div>
    </div>
  );
}
