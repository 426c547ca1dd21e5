/** The chart of a sensor's page: which measure, which span; the columns come from the server. */
import type { Columns } from "../shared/chart.ts";
import { all, one } from "./page.ts";

const HEIGHT = 340;

/** Wire the chart where the page has one. */
export function charting(): void {
  const card = one("[data-chart]");
  if (card === null || one("[data-measure]", card) === null) return;
  let end = (): void => undefined;
  let asked = 0;
  const draw = async (): Promise<void> => {
    asked += 1;
    const mine = asked;
    const { columns, drawChart } = await load(card);
    const into = one("[data-drawing]", card);
    if (mine !== asked || into === null) return; // another was chosen meanwhile
    end();
    const none = one("[data-none]", card);
    const isEmpty = columns === null || columns.at.length === 0;
    if (none !== null) none.hidden = !isEmpty;
    if (columns === null || isEmpty) return;
    const { unit = "", decimals = "1", low = "", high = "" } = pressed(card, "measure").dataset;
    end = drawChart(into, {
      columns,
      unit,
      decimals: Number(decimals),
      low: low === "" ? null : Number(low),
      high: high === "" ? null : Number(high),
      language: card.dataset.lang === "en" ? "en" : "vi",
      width: into.clientWidth,
      height: HEIGHT,
    });
  };
  for (const name of ["measure", "span"]) {
    for (const button of all(`[data-${name}]`, card)) {
      button.addEventListener("click", () => {
        for (const other of all(`[data-${name}]`, card)) other.ariaPressed = String(other === button);
        void draw();
      });
    }
  }
  void draw();
}

async function load(card: HTMLElement): Promise<{ columns: Columns | null; drawChart: Draw }> {
  const measure = pressed(card, "measure").dataset.measure ?? "";
  const span = pressed(card, "span").dataset.span ?? "";
  const answer = fetch(`/htx/may-do/${card.dataset.sensor ?? ""}/${measure}/${span}`).catch(() => null);
  const [{ drawChart }, came] = await Promise.all([import("../shared/chart.ts"), answer]);
  const columns = came?.ok ? ((await came.json()) as Columns) : null; // the server wrote it
  return { columns, drawChart };
}

type Draw = typeof import("../shared/chart.ts").drawChart;

function pressed(card: HTMLElement, name: string): HTMLElement {
  return one(`[data-${name}][aria-pressed="true"]`, card) ?? card;
}
