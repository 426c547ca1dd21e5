/** What a person was told last, kept for days without coverage; read by `app/news`. */
export const newsKey = (device: string): string => `news ${device}`;
