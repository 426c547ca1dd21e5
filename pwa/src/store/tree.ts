/** What this phone keeps of the tree of heads. */

/** The newest checkpoint that was verified, and the key that was given with the first one. */
export interface Tree {
  readonly key: string;
  readonly note: string;
  readonly size: number;
  readonly root: string;
  readonly askedAt: number;
}

/** Two checkpoints that can't be one history; `told`: the server has them. */
export interface Fork {
  readonly held: string;
  readonly given: string;
  readonly at: number;
  readonly told: boolean;
}

/** What an op's anchor says of the tree. */
export interface Verified {
  readonly size: number;
  readonly root: string;
}

export const VERIFIED = "anchor";
export const TREE = "tree";
export const FORK = "tree fork";
