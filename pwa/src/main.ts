/** Wire the phone together: the app, the screens, the service worker. Nothing else. */
import "./net/waken.ts"; // first of all: the database opens while the rest is read
import { createApp } from "./app/app.ts";
import { mount } from "./ui/mount.tsx";
import { startWorker } from "./ui/worker.ts";

const place = document.getElementById("app");
if (place === null) throw new Error("index.html has no #app");

const app = createApp();
void app.start(); // the database opens while the page is drawn
mount(app, place);
void startWorker(app);
