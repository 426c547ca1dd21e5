/** Reminders: what a person switches on and off here, against the real server and a browser that is played. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadFarm } from "../../../pwa/src/app/farm.ts";
import { makeMine } from "../../../pwa/src/app/mine.ts";
import { loadPeople } from "../../../pwa/src/app/people.ts";
import { makeReminders } from "../../../pwa/src/app/reminders.ts";
import { addDays, msToDate } from "../../../pwa/src/core/civil.ts";
import type { Permission, Waker } from "../../../pwa/src/net/web_push.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import { House } from "../house.ts";
import { joined, type Phone } from "../phone.ts";
import { allForms } from "./desk.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

const HOST = "https://fcm.googleapis.com/fcm/send/";
const later = (day: string, days: number) => String(addDays(day, days));

/** A browser that can be woken, once its person lets it. */
class Browser implements Waker {
  allowed: Permission = "default";
  answer: Permission = "granted";
  address: string | null = null;
  keys: string[] = [];
  permission = async () => this.allowed;
  ask = async () => {
    if (this.allowed === "default") this.allowed = this.answer;
    return this.allowed;
  };
  subscribe = async (key: string) => {
    if (!this.keys.includes(key)) this.keys.push(key);
    this.address ??= `${HOST}${this.keys.length}`;
    return this.address;
  };
  drop = async () => {
    this.address = null;
  };
}

let count = 0;
let phone: Phone;
let browser: Browser;
beforeEach(async () => {
  count += 1;
  phone = await joined(house, `Bà Lụa ${count}`, `Nhà Lụa ${count}`);
  await phone.sync();
  phone.context.forms.value = allForms();
  await loadPeople(phone.context);
  browser = new Browser();
});
const reminders = () => makeReminders(phone.context, phone.engine, browser);
const rows = async () =>
  house.rows("SELECT endpoint, days FROM push_subscriptions WHERE device = :device", {
    device: (await phone.who()).device,
  });
const told = async () => (await rows()).map(([endpoint, days]) => [endpoint, JSON.parse(String(days))]);
const today = () => String(msToDate(house.now));

/** A running season whose plot was sprayed today, to be harvested after so many days. */
async function sprayed(days: number): Promise<void> {
  const plot = await phone.save({ kind: "field", name: "Đồng Rọc" }, `plot:${phone.uuid()}`);
  const crop = { sector: "crop", product_name: "Cà chua", standard: "vietgap", plots: [plot] };
  const season = await phone.save({ ...crop, started_on: later(today(), -30) }, `season:${phone.uuid()}`);
  const line = { product: "Emamectin 5WG", phi_kind: "days", phi_days: days };
  const fields = Object.entries(line).map(([name, value]) => [`line.aaaaaaaa.${name}`, value]);
  const spray = { form: "CT-10", happened_on: today(), season, plots: [plot] };
  await phone.save({ ...spray, ...Object.fromEntries(fields) });
  await loadFarm(phone.context);
  phone.context.bell();
}

test("a tap switches on: the person agrees, the server has the address and no reason", async () => {
  expect(await reminders().state()).toBe("off");
  expect(await reminders().on()).toBeNull();
  expect(await reminders().state()).toBe("on");
  expect(await told()).toEqual([[`${HOST}1`, []]]);
  await loadPeople(phone.context);
  const mine = makeMine(phone.context, phone.engine, async () => undefined);
  const push = (await mine.consents())?.find((one) => one.purpose === "push");
  expect(push?.state).toBe("given");
});

test("a tap switches off, here and at the server", async () => {
  await reminders().on();
  await reminders().off();
  expect([await reminders().state(), browser.address, await told()]).toEqual(["off", null, []]);
});

test("without coverage it stays off and is said so; switched off there, nobody is woken any more", async () => {
  phone.link.fault = () => ({ kind: "request_lost" });
  expect(await reminders().on()).toBe("offline");
  expect(await reminders().state()).toBe("off");
  phone.link.heal();
  expect(await reminders().on()).toBeNull();
  phone.link.fault = () => ({ kind: "request_lost" });
  await reminders().off();
  expect([await reminders().state(), browser.address]).toEqual(["off", null]);
  phone.link.heal();
});

test("who says no to the browser, or has one that can't, is told, and nothing is sent", async () => {
  browser.answer = "denied";
  expect(await reminders().on()).toBe("denied");
  expect(await reminders().state()).toBe("denied");
  browser.allowed = "none";
  expect([await reminders().state(), await reminders().on()]).toEqual(["none", "not_here"]);
  expect(await told()).toEqual([]);
});

test("the phone is woken the day before a harvest and before a fault is due; what is past is left out", async () => {
  await sprayed(7);
  await reminders().on();
  expect(await told()).toEqual([[`${HOST}1`, [later(today(), 6)]]]);
  const item = "item.training.";
  const made = { of: "farm", checklist: "annex_d", happened_on: later(today(), -3) };
  const failed = { [`${item}result`]: "fail", [`${item}due_on`]: later(today(), 4) };
  const scope = await phone.farm();
  const staff = await phone.who();
  const doc = `inspection:${phone.uuid()}`;
  await saveOps(phone.store, staff, [{ scope, doc, after: [], set: { ...made, ...failed }, private: {} }]);
  phone.context.bell();
  await reminders().renew();
  expect(await told()).toEqual([[`${HOST}1`, [later(today(), 3), later(today(), 6)]]]);
});

test("the server hears again only what changed: days, or the browser's address; and once a week", async () => {
  await sprayed(9);
  await reminders().on();
  phone.link.seen = [];
  await reminders().renew();
  expect(phone.link.seen).toEqual([]);
  browser.address = `${HOST}anew`;
  await reminders().renew();
  expect(await told()).toEqual([[`${HOST}anew`, [later(today(), 8)]]]);
  await house.change("DELETE FROM push_subscriptions"); // a push service said that it is over
  house.now += 8 * 86_400_000;
  await house.tick();
  await reminders().renew();
  expect(await told()).toEqual([[`${HOST}anew`, []]]); // the harvest is tomorrow: no day before it is left
});

test("a permission that was taken back switches off, and a phone that is off tells nothing", async () => {
  await reminders().on();
  browser.allowed = "denied";
  await reminders().renew();
  expect(await reminders().state()).toBe("denied");
  browser.allowed = "granted";
  phone.link.seen = [];
  await reminders().renew();
  expect([await reminders().state(), phone.link.seen]).toEqual(["off", []]);
});

test("it is offered once, and not where it is on", async () => {
  expect(await reminders().mayOffer()).toBe(true);
  await reminders().skip();
  expect(await reminders().mayOffer()).toBe(false);
  await reminders().on();
  await reminders().off();
  expect(await reminders().mayOffer()).toBe(false);
});
