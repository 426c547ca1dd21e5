/** How much goes into one request and one answer: grows with every success, halves with every failure. */
import { BATCH_OPS_FIRST, BODY_BYTES_MAX, REQUEST_BYTES_MAX, REQUEST_OPS_MAX } from "../core/limits.ts";

const PAGE_FIRST = 60_000;
const PAGE_LEAST = 4_000;
const PAGE_MOST = 500_000;
const CHUNK_LEAST = 16 * 1024;
const CHUNK_MOST = 256 * 1024;
/** Room for cursors, keys and the rest of a request. */
const REST_BYTES = 100_000;

export class Pace {
  /** Ops of the next request. */
  ops = BATCH_OPS_FIRST;
  /** Bytes of the ops of the next answer. */
  page = PAGE_FIRST;
  /** Bytes of the next piece of a photo. */
  chunk = CHUNK_MOST / 2;

  /** Bytes of the ops of the next request: on the worst link one op, or what fits into 32 KiB. */
  get bytes(): number {
    return Math.min(REQUEST_BYTES_MAX - REST_BYTES, this.ops * BODY_BYTES_MAX);
  }

  grow(): void {
    this.ops = Math.min(REQUEST_OPS_MAX, this.ops * 2);
    this.page = Math.min(PAGE_MOST, this.page * 2);
  }
  shrink(): void {
    this.ops = Math.max(1, Math.floor(this.ops / 2));
    this.page = Math.max(PAGE_LEAST, Math.floor(this.page / 2));
  }
  growChunk(): void {
    this.chunk = Math.min(CHUNK_MOST, this.chunk * 2);
  }
  shrinkChunk(): void {
    this.chunk = Math.max(CHUNK_LEAST, Math.floor(this.chunk / 2));
  }
}
