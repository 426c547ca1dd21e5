/**
 * A QR code as modules: the link of an invitation, drawn where its secret was made and sent nowhere.
 *
 * Byte mode, error correction M, versions 1 to 12 (up to 287 bytes): more than any link of ours. It does not read
 * codes.
 * Source: ISO/IEC 18004:2015 §7.4 (byte mode), §7.5 and Annex A (Reed–Solomon), §7.7 (placement), §7.8 (masks),
 * §7.9 and Annexes C, D (format, version); Table 9 (blocks of level M), Annex E (alignment patterns).
 */

/** Rows of modules from the top, true for dark; without the quiet zone. */
export type Modules = readonly (readonly boolean[])[];

/** Level M of each version from 1: check codewords of a block, number of blocks. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [10, 1],
  [16, 1],
  [26, 1],
  [18, 2],
  [24, 2],
  [16, 4],
  [18, 4],
  [22, 4],
  [22, 5],
  [26, 5],
  [30, 5],
  [22, 8],
];
/** Centres of the alignment patterns behind the first, which is always 6. */
const CENTRES: readonly (readonly number[])[] = [
  [],
  [18],
  [22],
  [26],
  [30],
  [34],
  [22, 38],
  [24, 42],
  [26, 46],
  [28, 50],
  [30, 54],
  [32, 58],
];
const QUIET = 4;
const LEVEL_M = 0;

/** Return the code of a text. Raises: Error above 287 bytes. */
export function makeQr(text: string): Modules {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, at) => roomOf(at + 1) >= bytes.length) + 1;
  if (version === 0) throw new Error("too long for a code");
  const grid = new Grid(version);
  grid.write(interleave(version, codewords(version, bytes)));
  return grid.best();
}

/** The dark modules as the path of an SVG with `viewBox="0 0 side side"`, the quiet zone of 4 included. */
export function qrPath(modules: Modules): { side: number; path: string } {
  const path = modules.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])),
  );
  return { side: modules.length + 2 * QUIET, path: path.join("") };
}

/** Codewords that a version holds, check codewords included. */
function capacity(version: number): number {
  const side = 17 + 4 * version;
  const patterns = version === 1 ? 0 : (CENTRES[version - 1]?.length ?? 0) + 1;
  const aligned = patterns === 0 ? 0 : 25 * (patterns * patterns - 3) - 10 * (patterns - 2);
  const known = 3 * 64 + 2 * (side - 16) + 31 + (version < 7 ? 0 : 36);
  return (side * side - known - aligned) >> 3;
}

function dataOf(version: number): number {
  const [check, blocks] = BLOCKS[version - 1] ?? [0, 0];
  return capacity(version) - check * blocks;
}

const countBits = (version: number): number => (version < 10 ? 8 : 16);

/** Bytes of text that fit into a version. */
function roomOf(version: number): number {
  return (dataOf(version) * 8 - 4 - countBits(version)) >> 3;
}

/** Mode, count, text and padding. */
function codewords(version: number, bytes: Uint8Array): number[] {
  const bits: number[] = [];
  const put = (value: number, width: number) => {
    for (let at = width - 1; at >= 0; at--) bits.push((value >> at) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, countBits(version));
  for (const byte of bytes) put(byte, 8);
  const room = dataOf(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let odd = false; bits.length < room; odd = !odd) put(odd ? 0x11 : 0xec, 8);
  return Array.from({ length: room / 8 }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0),
  );
}

/** A product in GF(256) with the polynomial x⁸ + x⁴ + x³ + x² + 1. */
function times(a: number, b: number): number {
  let sum = 0;
  for (let at = 7; at >= 0; at--) {
    sum = (sum << 1) ^ (sum >> 7 ? 0x11d : 0);
    if ((b >> at) & 1) sum ^= a;
  }
  return sum;
}

/** The generator polynomial of a degree, without its leading 1. */
function generator(degree: number): number[] {
  let poly = [1];
  for (let i = 0, root = 1; i < degree; i++, root = times(root, 2)) {
    const next = [...poly, 0];
    poly.forEach((factor, at) => {
      next[at + 1] = (next[at + 1] ?? 0) ^ times(factor, root);
    });
    poly = next;
  }
  return poly.slice(1);
}

/** The remainder of a block: its check codewords. */
function check(block: readonly number[], divisor: readonly number[]): number[] {
  let rest: number[] = divisor.map(() => 0);
  for (const word of block) {
    const factor = word ^ (rest[0] ?? 0);
    rest = [...rest.slice(1), 0].map((one, at) => one ^ times(divisor[at] ?? 0, factor));
  }
  return rest;
}

/** Words of all blocks in turn, then their check words in turn. */
function interleave(version: number, words: readonly number[]): number[] {
  const [degree, count] = BLOCKS[version - 1] ?? [0, 1];
  const short = Math.floor(words.length / count);
  const long = words.length % count;
  const starts = Array.from({ length: count }, (_, at) => at * short + Math.max(0, at - (count - long)));
  const blocks = starts.map((start, at) => words.slice(start, starts[at + 1] ?? words.length));
  const divisor = generator(degree);
  const checks = blocks.map((block) => check(block, divisor));
  const inTurn = (lists: readonly (readonly number[])[], length: number) =>
    Array.from({ length }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
  return [...inTurn(blocks, short + (long > 0 ? 1 : 0)), ...inTurn(checks, degree)];
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => ((x / 3 + 0) | 0) % 2 === (y >> 1) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** A number with its BCH check bits behind it. */
function bch(value: number, polynomial: number, degree: number): number {
  let rest = value;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) & 1 ? polynomial : 0);
  return (value << degree) | rest;
}

class Grid {
  readonly side: number;
  private readonly dark: boolean[][];
  /** Modules that no mask touches. */
  private readonly fixed: boolean[][];

  constructor(version: number) {
    this.side = 17 + 4 * version;
    const empty = () => Array.from({ length: this.side }, () => Array<boolean>(this.side).fill(false));
    this.dark = empty();
    this.fixed = empty();
    this.patterns(version);
  }

  /** Lay the bits in columns of two, upwards and downwards in turn, past the vertical timing pattern. */
  write(words: readonly number[]): void {
    let bit = 0;
    for (let right = this.side - 1, up = true; right > 0; right -= 2, up = !up) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.side; step++) {
        const y = up ? this.side - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.fixed[y]?.[x]) continue;
          this.put(x, y, (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1);
          bit += 1;
        }
      }
    }
  }

  /** The code under the mask that leaves the fewest patterns which could mislead a reader. */
  best(): Modules {
    const all = MASKS.map((_, mask) => this.masked(mask));
    const marks = all.map(penalty);
    return all[marks.indexOf(Math.min(...marks))] ?? [];
  }

  private put(x: number, y: number, dark: boolean, fixed = false): void {
    const row = this.dark[y];
    const kept = this.fixed[y];
    if (row === undefined || kept === undefined || x < 0 || x >= this.side) return;
    row[x] = dark;
    if (fixed) kept[x] = true;
  }

  /** Rings around a centre: `light` are the distances that stay light. */
  private rings(cx: number, cy: number, reach: number, light: readonly number[]): void {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++)
        this.put(cx + dx, cy + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))), true);
  }

  private patterns(version: number): void {
    const last = this.side - 1;
    for (let at = 0; at < this.side; at++) {
      this.put(6, at, at % 2 === 0, true);
      this.put(at, 6, at % 2 === 0, true);
    }
    const corners = [[3, 3] as const, [last - 3, 3] as const, [3, last - 3] as const];
    for (const [x, y] of corners) this.rings(x, y, 4, [2, 4]);
    const centres = version === 1 ? [] : [6, ...(CENTRES[version - 1] ?? [])];
    const far = centres.at(-1);
    for (const x of centres)
      for (const y of centres)
        if (!((x === 6 && y === 6) || (x === 6 && y === far) || (x === far && y === 6)))
          this.rings(x, y, 2, [1]);
    this.format(0);
    if (version < 7) return;
    const bits = bch(version, 0x1f25, 12);
    for (let i = 0; i < 18; i++) {
      const [a, b] = [last - 10 + (i % 3), Math.floor(i / 3)];
      this.put(a, b, ((bits >> i) & 1) === 1, true);
      this.put(b, a, ((bits >> i) & 1) === 1, true);
    }
  }

  /** Level and mask, twice, and the module that is always dark. */
  private format(mask: number): void {
    const bits = bch((LEVEL_M << 3) | mask, 0x537, 10) ^ 0x5412;
    const last = this.side - 1;
    for (let i = 0; i < 15; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const near = i < 6 ? i : i < 8 ? i + 1 : 14 - i;
      if (i < 8) {
        this.put(8, near, dark, true);
        this.put(last - i, 8, dark, true);
      } else {
        this.put(i === 8 ? 7 : near, 8, dark, true);
        this.put(8, last - 14 + i, dark, true);
      }
    }
    this.put(8, last - 7, true, true);
  }

  private masked(mask: number): boolean[][] {
    this.format(mask);
    const flips = MASKS[mask] ?? (() => false);
    return this.dark.map((row, y) =>
      row.map((dark, x) => (this.fixed[y]?.[x] ? dark : dark !== flips(x, y))),
    );
  }
}

/** §7.8.3.1: runs of five, squares of one colour, what looks like a finder, and too much of one colour. */
function penalty(grid: boolean[][]): number {
  const columns = grid.map((_, x) => grid.map((row) => row[x] === true));
  let sum = 0;
  for (const line of [...grid, ...columns]) {
    const text = line.map(Number).join("");
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    for (const part of ["10111010000", "00001011101"])
      for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) sum += 40;
  }
  grid.forEach((row, y) => {
    const above = y === 0 ? undefined : grid[y - 1];
    row.forEach((dark, x) => {
      const square = [row[x - 1], above?.[x], above?.[x - 1]];
      if (x > 0 && square.every((one) => one === dark)) sum += 3;
    });
  });
  const share = grid.flat().filter(Boolean).length / grid.length ** 2;
  return sum + 10 * Math.floor(Math.abs(share - 0.5) * 20);
}
