/**
 * The boundary of a plot: by walking round it, or corner by corner, with a sketch of what was taken.
 *
 * Points are kept in 1e-7 degrees; a walked point counts when it is 3 m from the one before and known within 30 m.
 * At most 200 points (protocol); longer walks lose every second point, never their shape's ends.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { app } from "../app.ts";
import { Btn, Do, Note } from "../pieces/basic.tsx";
import { amountText } from "../show.ts";
import { words } from "../words/index.ts";
import { mine } from "../words/mine.ts";
import { recordWords } from "../words/record.ts";

export type Point = [number, number];
const POINTS_MAX = 200;
const STEP_M = 3;
const ACCURACY_M_MAX = 30;
/** Metres of 1e-7 degree of latitude (mean earth radius 6,371,009 m). */
const METRE = (6_371_009 * Math.PI) / 180 / 1e7;

/** Return points in metres east and north of the first one. */
export function toMetres(points: readonly Point[]): [number, number][] {
  const [origin] = points;
  if (origin === undefined) return [];
  const shrink = Math.cos((origin[0] / 1e7) * (Math.PI / 180));
  return points.map(([lat, lng]) => [(lng - origin[1]) * METRE * shrink, (lat - origin[0]) * METRE]);
}

/** Return the area inside the points in whole square metres (shoelace on a flat sketch; plots are small). */
export function areaM2(points: readonly Point[]): number {
  const flat = toMetres(points);
  let twice = 0;
  flat.forEach(([x, y], index) => {
    const [nextX, nextY] = flat[(index + 1) % flat.length] ?? [0, 0];
    twice += x * nextY - nextX * y;
  });
  return Math.round(Math.abs(twice) / 2);
}

/** Return the points with one more, if it is far enough from the last. */
export function addWalked(points: readonly Point[], next: Point, accuracy: number): Point[] {
  if (accuracy > ACCURACY_M_MAX) return [...points];
  const last = points.at(-1);
  if (last !== undefined) {
    const [, far = [0, 0]] = toMetres([last, next]);
    if (Math.hypot(far[0], far[1]) < STEP_M) return [...points];
  }
  const kept = points.length < POINTS_MAX ? points : points.filter((_, index) => index % 2 === 0);
  return [...kept, next];
}

export function Boundary({ points, done }: { points: Point[]; done: (points: Point[]) => void }) {
  const w = words.value;
  const r = recordWords.value;
  const taken = useSignal<Point[]>(points);
  const walking = useSignal(false);
  const accuracy = useSignal<number | null>(null);
  const trouble = useSignal<string | null>(null);
  const here = useSignal<Point | null>(null);
  useEffect(() => {
    let watch: number | null = null;
    let gone = false;
    const found = ({ coords }: GeolocationPosition) => {
      trouble.value = null;
      accuracy.value = Math.round(coords.accuracy);
      here.value = [Math.round(coords.latitude * 1e7), Math.round(coords.longitude * 1e7)];
      if (walking.value) taken.value = addWalked(taken.value, here.value, coords.accuracy);
    };
    const lost = () => {
      trouble.value = recordWords.value.position_none;
    };
    const begin = async () => {
      const may = await (await app().mine()).mayLocate();
      if (!may) trouble.value = mine.value.position_taken_back;
      else if (!gone) watch = navigator.geolocation.watchPosition(found, lost, { enableHighAccuracy: true });
    };
    void begin();
    return () => {
      gone = true;
      if (watch !== null) navigator.geolocation.clearWatch(watch);
    };
  }, []);
  const mark = () => {
    if (here.value !== null) taken.value = [...taken.value, here.value].slice(-POINTS_MAX);
  };
  const area = areaM2(taken.value);
  const lacking = taken.value.length === 0 ? 0 : Math.max(0, 3 - taken.value.length);
  return (
    <div class="stack scroll drawn">
      <p>{r.boundary_how}</p>
      <Sketch points={taken.value} />
      <p role="status" class="b told">
        {walking.value && accuracy.value !== null
          ? r.boundary_walking(taken.value.length, accuracy.value)
          : w.boundary_points(taken.value.length)}
        {accuracy.value === null && trouble.value === null && ` · ${r.position_finding}`}
        {lacking > 0 && ` · ${r.boundary_lacking(lacking)}`}
        {taken.value.length > 2 && ` · ${r.boundary_area(amountText({ amount: String(area), unit: "m2" }))}`}
      </p>
      {trouble.value !== null && <Note>{trouble.value}</Note>}
      <div class="duo">
        <Btn
          icon="walk"
          onClick={() => {
            walking.value = !walking.value;
          }}
        >
          {walking.value ? r.boundary_stop : r.boundary_walk}
        </Btn>
        <Btn icon="pin" disabled={here.value === null} onClick={mark}>
          {r.boundary_hand}
        </Btn>
        <Btn
          icon="undo"
          disabled={taken.value.length === 0}
          onClick={() => {
            taken.value = taken.value.slice(0, -1);
          }}
        >
          {r.boundary_undo}
        </Btn>
        <Btn
          icon="x"
          disabled={taken.value.length === 0}
          onClick={() => {
            taken.value = [];
          }}
        >
          {r.boundary_clear}
        </Btn>
      </div>
      <Do icon="check" disabled={lacking > 0} onClick={() => done(taken.value)}>
        {w.done}
      </Do>
    </div>
  );
}

/** The plot as drawn so far; the frame always holds it. */
export function Sketch({ points }: { points: readonly Point[] }) {
  const flat = toMetres(points);
  const xs = flat.map(([x]) => x);
  const ys = flat.map(([, y]) => y);
  const left = Math.min(...xs, -10) - 5;
  const top = Math.max(...ys, 10) + 5;
  const side = Math.max(Math.max(...xs, 10) + 5 - left, top - (Math.min(...ys, -10) - 5));
  const path = flat.map(([x, y]) => `${x - left},${top - y}`).join(" ");
  return (
    <svg
      class="sketch"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={words.value.boundary_points(points.length)}
    >
      <polygon points={path} />
      {flat.map(([x, y], index) => (
        <circle key={`${String(index)}-${String(x)}`} cx={x - left} cy={top - y} r={side / 60} />
      ))}
    </svg>
  );
}
