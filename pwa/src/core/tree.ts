/**
 * The tree of heads: a Merkle tree whose proofs anyone can check (RFC 6962 hashing).
 *
 * Twin of `sync/tree.py`, for the one who verifies: a phone, a trace page. Proofs are made by the server alone.
 * Source: RFC 6962 §2.1; RFC 9162 §2.1.3.2 and §2.1.4.2; WIRE "Leaf".
 */

import { b64Encode } from "./ids.ts";
import { sha256 } from "./sha256.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export const EMPTY_ROOT: Bytes = sha256(new Uint8Array());
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The bytes of a leaf. */
export function leafText(scope: string, seq: number, digest: Uint8Array): Bytes {
  return new TextEncoder().encode(`so-nha-nong/1/head\n${scope}\n${seq}\n${b64Encode(digest)}\n`);
}

/** SHA-256(0x00 ‖ leaf). */
export const leafHash = (leaf: Uint8Array): Bytes => sha256(LEAF, leaf);

/** SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Bytes => sha256(NODE, left, right);

/** Whether two hashes are the same bytes. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** Where a walk from a leaf to the root stands; halves instead of shifts, for indexes above 2³². */
class Walk {
  private at: number;
  private last: number;

  constructor(at: number, last: number) {
    this.at = at;
    this.last = last;
  }

  get isOver(): boolean {
    return this.last === 0;
  }

  up(): void {
    this.at = Math.floor(this.at / 2);
    this.last = Math.floor(this.last / 2);
  }

  /** Go up while the node is a right child: the subtree that ends here is whole. */
  skipWhole(): void {
    while (this.at % 2 === 1) this.up();
  }

  /** Whether the next hash of a proof stands at the left; goes up over a last leaf that has no neighbour. */
  takesLeft(): boolean {
    if (this.at % 2 !== 1 && this.at !== this.last) return false;
    while (this.at % 2 === 0 && this.at !== 0) this.up();
    return true;
  }
}

/** The root that a path leads to from a leaf's hash, or null where it has not the right length. */
export function pathRoot(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Bytes | null {
  if (!(index >= 0 && index < size)) return null;
  const walk = new Walk(index, size - 1);
  let found = leaf;
  for (const step of path) {
    if (walk.isOver) return null;
    found = walk.takesLeft() ? nodeHash(step, found) : nodeHash(found, step);
    walk.up();
  }
  return walk.isOver ? found : null;
}

/** Whether a leaf's hash stands at `index` of the tree of `size` leaves with that root. */
export function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Bytes[],
  expected: Uint8Array,
): boolean {
  const found = pathRoot(leaf, index, size, path);
  return found !== null && isSame(found, expected);
}

/** Whether the tree of `newSize` leaves begins with the one of `oldSize`. */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  proof: readonly Bytes[],
  oldRoot: Bytes,
  newRoot: Bytes,
): boolean {
  if (!(oldSize >= 0 && oldSize <= newSize)) return false;
  if (oldSize === newSize) return proof.length === 0 && isSame(oldRoot, newRoot);
  if (oldSize === 0) return proof.length === 0 && isSame(oldRoot, EMPTY_ROOT);
  const [first, ...steps] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  const walk = new Walk(oldSize - 1, newSize - 1);
  walk.skipWhole();
  let before = first;
  let after = first;
  for (const step of steps) {
    if (walk.isOver) return false;
    if (walk.takesLeft()) {
      before = nodeHash(step, before);
      after = nodeHash(step, after);
    } else {
      after = nodeHash(after, step);
    }
    walk.up();
  }
  return walk.isOver && isSame(before, oldRoot) && isSame(after, newRoot);
}

function isPowerOfTwo(size: number): boolean {
  let left = size;
  while (left % 2 === 0) left /= 2;
  return left === 1;
}
