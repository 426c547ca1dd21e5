/** Where: the position of the entry, and the boundary of a plot (drawn in its own lazy part). */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Value } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note } from "../pieces/basic.tsx";
import { openSheet } from "../pieces/overlay.tsx";
import { words } from "../words/index.ts";
import { mine } from "../words/mine.ts";
import { recordWords } from "../words/record.ts";
import type { FieldProps } from "./fields.tsx";
import { Lazy } from "./lazy.tsx";

const POSITION_WAIT_MS = 20_000;

/** Only when the person asks for it: a position is private and costs battery. */
export function PositionField({ name, value, set }: FieldProps) {
  const trouble = useSignal<string | null>(null);
  const finding = useSignal(false);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  const w = words.value;
  const r = recordWords.value;
  const take = async () => {
    if (!(await (await app().mine()).mayLocate())) {
      trouble.value = mine.value.position_taken_back;
      return;
    }
    trouble.value = null;
    finding.value = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        finding.value = false;
        if (gone.current) return; // it may come when the form is left
        set(name, {
          lat: Math.round(coords.latitude * 1e7),
          lng: Math.round(coords.longitude * 1e7),
          accuracy_m: Math.round(coords.accuracy),
        });
      },
      () => {
        finding.value = false;
        trouble.value = r.position_none;
      },
      { enableHighAccuracy: true, timeout: POSITION_WAIT_MS, maximumAge: 0 },
    );
  };
  const accuracy =
    typeof value === "object" && value !== null && !Array.isArray(value) ? value.accuracy_m : null;
  return (
    <>
      {typeof accuracy === "number" ? (
        <div class="row">
          <span class="okline grow">
            <Icon name="pin" />
            {w.position_taken(accuracy)}
          </span>
          <Btn kind="fit" onClick={() => set(name, null)}>
            {w.remove}
          </Btn>
        </div>
      ) : (
        <Btn icon="pin" disabled={finding.value} onClick={() => void take()}>
          {w.position_take}
        </Btn>
      )}
      <p class="help" role="status">
        {finding.value && r.position_finding}
      </p>
      {trouble.value !== null && <Note>{trouble.value}</Note>}
    </>
  );
}

/** Points of a boundary as stored: pairs of 1e-7 degrees. */
export function pointsOf(value: Value | undefined): [number, number][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): [number, number][] =>
    Array.isArray(one) && typeof one[0] === "number" && typeof one[1] === "number" ? [[one[0], one[1]]] : [],
  );
}

const loadBoundary = () => import("./boundary.tsx").then((part) => part.Boundary);

export function BoundaryField({ name, value, set }: FieldProps) {
  const w = words.value;
  const r = recordWords.value;
  const points = pointsOf(value);
  const open = () =>
    openSheet(
      w.boundary,
      (close) => (
        <Lazy
          load={loadBoundary}
          props={{
            points,
            done: (next: [number, number][]) => {
              set(name, next.length === 0 ? null : next);
              close();
            },
          }}
        />
      ),
      true,
    );
  return (
    <Btn icon="walk" onClick={open}>
      {points.length === 0 ? r.boundary_draw : `${w.boundary}: ${w.boundary_points(points.length)}`}
    </Btn>
  );
}
