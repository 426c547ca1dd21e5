/** The name of the phone's one database. */
export const NAME = "so-nha-nong";
