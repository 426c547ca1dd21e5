/** What Home shows beside the diary, fetched when its first screen stands: what is urgent, and the tiles. */
export { Tiles } from "./tiles.tsx";
export { Urgent } from "./urgent.tsx";
