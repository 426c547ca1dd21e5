/** The trace page's script: the page is whole without it. What it adds is checking the lot's bundle in the browser. */
import "./trace.css";
import { verify } from "./verify.ts";
import { words } from "./words.ts";

const place = document.querySelector<HTMLElement>("[data-verify]");
if (place !== null) offer(place, place.dataset.verify ?? "");

/** Put the button into its place; the worker that checks is fetched when somebody asks. */
function offer(into: HTMLElement, code: string): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = words().check;
  const told = document.createElement("div");
  told.setAttribute("role", "status");
  button.addEventListener("click", () => {
    button.disabled = true;
    told.textContent = words().checking;
    verify(code, told)
      .catch(() => {
        told.textContent = words().trouble;
      })
      .finally(() => {
        button.disabled = false;
      });
  });
  into.append(button, told);
}
