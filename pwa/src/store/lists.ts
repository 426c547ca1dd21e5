/** Where the phone keeps the reference lists of an organisation: as the server gave them, and which they are. */

/** The key of the object itself, a megabyte: read only by whoever asks the lists something. */
export const listsKey = (org: string): string => `lists ${org}`;
export const listsVersionKey = (org: string): string => `lists-version ${org}`;
