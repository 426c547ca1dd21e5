/** Wire the phone together: the app, the screens, the service worker. Nothing else. */
import "./net/waken.ts"; // first of all: the database opens while the rest is read
import { createApp } from "./app/app.ts";
import { mount } from "./ui/mount.tsx";
import { startWorker } from "./ui/worker.ts";

const place = document.getElementById("app");
if (place === null) throw new Error("index.html has no #app");

/** What keeps the app on the phone is asked for when the first screen stands: it would only take its time away. */
const WORKER_MS = 1000;

const app = createApp();
setTimeout(() => void startWorker(app), WORKER_MS);
void app.start(); // the database opens while the page is drawn
mount(app, place);
