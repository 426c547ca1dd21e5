/** What stands beside the diary, as its screens see it. */

// biome-ignore lint/suspicious/noEmptyInterface: its parts come one by one
export interface Around {}
