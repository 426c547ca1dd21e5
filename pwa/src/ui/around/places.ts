/**
 * What stands beside the diary: a tile on Home and a place of its own for each. Not in the first load.
 *
 * A new one is a line in `PLACES` and, where people begin it from Home, one in `TILES`.
 */
import type { ComponentType } from "preact";
import type { App } from "../../app/types.ts";
import type { AroundWord } from "../words/around.ts";

/** What a place gets: the parts of its address behind its name. */
export interface PlaceProps {
  first: string;
  second: string;
}

export const PLACES: { readonly [name: string]: () => Promise<ComponentType<PlaceProps>> } = {
  "ban-tin": () => import("../news/screen.tsx").then((part) => part.NewsScreen),
  hoi: () => import("../asking/screen.tsx").then((part) => part.AskingScreen),
  "may-do": () => import("../sensing/screen.tsx").then((part) => part.SensingScreen),
  "hien-ke": () => import("../news/proposals.tsx").then((part) => part.ProposalsScreen),
  "diem-danh": () => import("../training/attendance.tsx").then((part) => part.AttendancePlace),
  "bai-hoc": () => import("../lessons/screen.tsx").then((part) => part.LessonsPlace),
  "tap-ghi": () => import("../practice/screen.tsx").then((part) => part.PracticePlace),
  "ma-diem-danh": () => import("../training/code.tsx").then((part) => part.CodePlace),
  "mua-ban": () => import("../till/screen.tsx").then((part) => part.TillScreen),
};

/** Whose Home: of a household, of who helps several, of who has no farm on this phone (packing house, clerk). */
export type Whose = "farm" | "team" | "office";

export interface Tile {
  whose: readonly Whose[];
  /** Name of its place, or of another place of the app. */
  place: string;
  icon: string;
  word: AroundWord;
  /** How many things wait for the person there; 0 for none. Asked again when the diary changes. */
  count?: (app: App) => Promise<number>;
  /** What is counted is no news but wrong. */
  isAlarm?: boolean;
  /** Left out where this person has nothing to do there. */
  isOffered?: (app: App) => Promise<boolean>;
}

const unread = async (app: App): Promise<number> =>
  (await (await app.around()).news.bulletins()).filter((one) => !one.isRead).length;
const unanswered = async (app: App): Promise<number> =>
  (await (await app.around()).asking.list()).filter((one) => !one.isAnswered).length;

const records = async (app: App) => (await app.around()).training.records();
const sessionsToday = async (app: App) =>
  (await app.around()).training.sessions().filter((one) => one.today).length;
const trades = async (app: App): Promise<boolean> =>
  (await (await (await app.around()).till()).whose()) !== "";
const hasSensors = async (app: App): Promise<boolean> =>
  (await (await app.around()).sensing.list()).length > 0;
const alarms = async (app: App): Promise<number> => (await (await app.around()).sensing.alarms()).length;

export const TILES: readonly Tile[] = [
  { whose: ["office"], place: "mua-ban", icon: "scale", word: "till", isOffered: trades },
  { whose: ["farm", "team", "office"], place: "ban-tin", icon: "message", word: "news", count: unread },
  {
    whose: ["farm"],
    place: "may-do",
    icon: "waterquality",
    word: "sensors",
    isOffered: hasSensors,
    count: alarms,
    isAlarm: true,
  },
  { whose: ["farm"], place: "hoi", icon: "asked", word: "ask" },
  { whose: ["team"], place: "hoi", icon: "asked", word: "ask", count: unanswered },
  { whose: ["farm", "team"], place: "hien-ke", icon: "hands", word: "propose" },
  {
    whose: ["team", "office"],
    place: "diem-danh",
    icon: "check",
    word: "attendance",
    isOffered: records,
    count: sessionsToday,
  },
  { whose: ["farm", "office"], place: "ma-diem-danh", icon: "qr", word: "attendee_code" },
  { whose: ["farm"], place: "mua-ban", icon: "scale", word: "sold", isOffered: trades },
  { whose: ["farm", "team", "office"], place: "bai-hoc", icon: "play", word: "lessons" },
];
