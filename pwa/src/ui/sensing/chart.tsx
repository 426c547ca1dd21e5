/** A measure over two days to a year: fetched where there is coverage, else as it came last. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Measured, Series, Span } from "../../app/types.ts";
import { app } from "../app.ts";
import { moment } from "../show.ts";
import { language } from "../words/index.ts";
import { sensingWords } from "../words/sensing.ts";
import { shownName } from "./show.ts";

const SPANS: readonly Span[] = ["day", "week", "month", "year"];
const HEIGHT = 260;

export function Chart({ sensor, one }: { sensor: string; one: Measured }) {
  const w = sensingWords.value;
  const span = useSignal<Span>("week");
  const series = useSignal<Series | null | "waiting">("waiting");
  const into = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    series.value = "waiting";
    void app()
      .around()
      .then(({ sensing }) => sensing.series(sensor, one.code, span.value))
      .then((found) => {
        if (!gone) series.value = found;
      });
    return () => {
      gone = true;
    };
  }, [sensor, one.code, span.value]);
  const found = series.value;
  useEffect(() => {
    const element = into.current;
    if (element === null || found === null || found === "waiting" || found.columns.at.length === 0) return;
    let end: (() => void) | undefined;
    let gone = false;
    void import("../../shared/chart.ts").then(({ drawChart }) => {
      if (gone) return;
      const { unit, decimals, low, high } = one;
      const size = { width: element.clientWidth, height: HEIGHT };
      end = drawChart(element, {
        columns: found.columns,
        unit,
        decimals,
        low,
        high,
        language: language.value,
        ...size,
      });
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [found, language.value]);
  return (
    <section class="card chart">
      <div class="picks" role="group">
        {SPANS.map((name) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={span.value === name}
            onClick={() => {
              span.value = name;
            }}
          >
            {w[`span_${name}`]}
          </button>
        ))}
      </div>
      <div ref={into} class="drawing" role="img" aria-label={w.chart_of(shownName(one))} />
      {found === "waiting" && <p class="help">{w.loading}</p>}
      {found === null && <p class="help">{w.no_chart}</p>}
      {found !== null && found !== "waiting" && (
        <p class="help">{found.columns.at.length === 0 ? w.chart_empty : w.chart_at(moment(found.at))}</p>
      )}
    </section>
  );
}
