/** What sensors measured as the server told it last, kept for days without coverage; read by `app/sensing`. */
export const sensorsKey = (device: string): string => `sensors ${device}`;
/** A chart's columns as they came last. */
export const seriesKey = (device: string, of: string): string => `series ${device} ${of}`;
