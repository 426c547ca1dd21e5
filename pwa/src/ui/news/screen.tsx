/** Bản tin: what the commune and the cooperative tell, market prices with their last days, one bulletin in full. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Bulletin, PriceLine } from "../../app/types.ts";
import { UNITS } from "../../core/units.ts";
import { app } from "../app.ts";
import type { PlaceProps } from "../around/places.ts";
import { Dock, Icon, Mark, Note, Top } from "../pieces/basic.tsx";
import { makeHash } from "../router.ts";
import { dayWithin, moment } from "../show.ts";
import { language, words } from "../words/index.ts";
import { newsWords } from "../words/news.ts";
import "../news/news.css";

const ICONS: Readonly<Record<string, string>> = {
  prices: "scale",
  weather: "water",
  pest: "scout",
  notice: "calendar",
  story: "person",
  answer: "message",
};
const iconOf = (kind: string): string => ICONS[kind] ?? "message";
const CHART = { width: 120, height: 36 };

const kindWord = (kind: string): string => {
  const w = newsWords.value;
  const key = `kind_${kind}` as keyof typeof w;
  const found = Object.hasOwn(w, key) ? w[key] : w.kind_other;
  return typeof found === "string" ? found : w.kind_other;
};

export function NewsScreen({ first }: PlaceProps) {
  const told = useSignal<readonly Bulletin[] | null>(null);
  const prices = useSignal<readonly PriceLine[]>([]);
  const heard = useSignal<number | null>(null);
  const changed = app().diary.changed.value;
  const load = async () => {
    const { news } = await app().around();
    prices.value = await news.prices();
    heard.value = await news.heardAt();
    told.value = await news.bulletins();
  };
  useEffect(() => void load(), [changed]);
  if (told.value === null) return <p class="help phone">{words.value.loading}</p>;
  if (first !== "") return <One found={told.value.find((one) => one.id === first)} />;
  const w = newsWords.value;
  return (
    <>
      <main class="phone">
        <Top title={w.title} />
        {told.value.length === 0 && (
          <p class="card">
            <b>{w.none}</b> {w.none_how}
          </p>
        )}
        <div class="stack">
          {told.value.map((one) => (
            <Card key={one.id} one={one} />
          ))}
        </div>
        {prices.value.length > 0 && <h2>{w.prices}</h2>}
        <div class="stack">
          {prices.value.map((one) => (
            <Price key={`${one.product} ${one.market}`} one={one} />
          ))}
        </div>
        <p class="help">{heard.value === null ? w.never : w.heard(moment(heard.value))}</p>
      </main>
      <Dock bar />
    </>
  );
}

function Card({ one }: { one: Bulletin }) {
  const w = newsWords.value;
  return (
    <a class={one.urgent ? "card tap row halt" : "card tap row"} href={makeHash("ban-tin", [one.id])}>
      <Icon name={one.urgent ? "warn" : iconOf(one.kind)} size="l" />
      <span class="grow">
        <b>{one.title}</b>
        <span class="under">
          {one.urgent ? w.urgent : kindWord(one.kind)}, {one.by}
        </span>
        {!one.isRead && <Mark icon="message" text={w.fresh} />}
      </span>
      <Icon name="next" />
    </a>
  );
}

function One({ found }: { found: Bulletin | undefined }) {
  const w = newsWords.value;
  const id = found?.id ?? "";
  useEffect(() => {
    if (id !== "")
      void app()
        .around()
        .then(({ news }) => news.read(id));
  }, [id]);
  return (
    <>
      <main class="phone">
        <Top title={found === undefined ? w.title : kindWord(found.kind)} />
        {found === undefined ? (
          <Note>{w.gone}</Note>
        ) : (
          <article class="stack">
            {found.urgent && <Note halt>{w.urgent}</Note>}
            <h2>{found.title}</h2>
            <p class="plain-text">{found.text}</p>
            <p class="help">
              {found.by}, {moment(found.published_at)}. {w.until(dayWithin(found.ends_on))}
            </p>
          </article>
        )}
      </main>
      <Dock bar />
    </>
  );
}

const dong = (n: number): string => n.toLocaleString(language.value === "en" ? "en" : "vi");

function nameOf(code: string): string {
  const row = app()
    .reference("products")
    ?.find((one) => one.code === code);
  const name: unknown = Object(row?.name)[language.value];
  return typeof name === "string" ? name : code;
}

function Price({ one }: { one: PriceLine }) {
  const w = newsWords.value;
  const unit = UNITS.get(one.unit)?.label[language.value] ?? one.unit;
  const said = ([, low, high]: PriceLine["days"][number]) => w.price_of(dong(low), dong(high), unit);
  const last = one.days.at(-1);
  const before = one.days.at(-2);
  if (last === undefined) return null;
  return (
    <section class="card">
      <p class="row">
        <b class="grow">{nameOf(one.product)}</b>
        {one.days.length > 2 && <Chart days={one.days} />}
      </p>
      <p>
        <b class="big">{said(last)}</b>
      </p>
      <p class="under">
        {[one.market, dayWithin(last[0]), before === undefined ? "" : w.price_before(said(before))]
          .filter(Boolean)
          .join(". ")}
      </p>
      {one.source !== "" && <p class="under">{w.prices_by(one.source)}</p>}
    </section>
  );
}

/** The middle of each day's price as a line, the days in their true distance. */
function Chart({ days }: Pick<PriceLine, "days">) {
  const w = newsWords.value;
  const points = days.map(([day, low, high]) => [Date.parse(day), (low + high) / 2] as const);
  const [at, price] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [first, last] = [Math.min(...at), Math.max(...at)];
  const [least, most] = [Math.min(...price), Math.max(...price)];
  const drawn = points.map(([x, y]) => {
    const left = last === first ? 0 : ((x - first) / (last - first)) * (CHART.width - 6);
    const top = most === least ? CHART.height / 2 : ((most - y) / (most - least)) * (CHART.height - 8);
    return `${Math.round(left) + 3},${Math.round(top) + 4}`;
  });
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${CHART.width} ${CHART.height}`}
      role="img"
      aria-label={w.prices_days(days.length)}
    >
      <polyline points={drawn.join(" ")} />
    </svg>
  );
}
