/** The core of the phone: twin of `sync`, without DOM, clock or storage. */

export * from "./answer.ts";
export * from "./erasure.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./log.ts";
export * from "./merge.ts";
export * from "./ops.ts";
export { sha256 } from "./sha256.ts";
export * from "./signing.ts";
export * from "./values.ts";
export * from "./wire.ts";
