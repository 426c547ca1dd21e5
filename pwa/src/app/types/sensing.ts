/** Sensors of the farms on this phone, as their screen sees them. Values are thousandths of the unit. */
import type { DraftResult } from "./drafts.ts";

export interface Measured {
  readonly code: string;
  readonly name: { readonly vi: string; readonly en: string };
  readonly unit: string;
  readonly decimals: number;
  /** The field of form TS-07 that takes it; "" for none. */
  readonly field: string;
  readonly unitCode: string;
  readonly at: number;
  readonly value: number;
  readonly verdict: "low" | "high" | "good" | "";
  readonly low: number | null;
  readonly high: number | null;
  /** Civil date, lowest, mean, highest; the oldest first. */
  readonly days: readonly (readonly [day: string, low: number, mean: number, high: number])[];
}

export interface SensorRow {
  readonly id: string;
  readonly farm: string;
  readonly plot: string;
  readonly plotName: string;
  readonly kind: string;
  readonly name: string;
  /** For how long nobody had heard of it when the server was asked; 0: it was heard of. */
  readonly silentMs: number;
  readonly measures: readonly Measured[];
}

export type Span = "day" | "week" | "month" | "year";

/** `at`: when the server gave them; columns as `shared/chart` draws them. */
export interface Series {
  readonly at: number;
  readonly columns: {
    readonly step: number;
    readonly at: readonly number[];
    readonly mean: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  };
}

export interface Sensing {
  /** Of the farm at hand; for who looks after several: of the one that is open. */
  list(): Promise<readonly SensorRow[]>;
  /** Newest values outside their limits, and sensors that are silent, in words' order: one line each. */
  alarms(): Promise<readonly { sensor: SensorRow; measured: Measured | null }[]>;
  /** Asked anew where there is coverage, else as it came last; null: never had. */
  series(sensor: string, measure: string, span: Span): Promise<Series | null>;
  /** When the server was heard last about sensors; null: never. */
  heardAt(): Promise<number | null>;
  mayTake(): boolean;
  /** The newest readings of a sensor as the beginning of a line of the diary. */
  take(sensor: SensorRow): Promise<DraftResult>;
}
