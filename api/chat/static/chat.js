// The web chat: joins its parts and starts it, or starts it again from the menu.

import "./composer.js";
import { leave, setReachable, whenReachable } from "./connection.js";
import { part } from "./drawing.js";
import { press, resume, retry, start, startAgain } from "./exchange.js";

const menuButton = part("menu-button");
const menu = part("menu-list");
const dialog = part("confirm");

function openMenu(now) {
  menu.hidden = !now;
  menuButton.setAttribute("aria-expanded", String(now));
}

menuButton.addEventListener("click", () => openMenu(menu.hidden));
document.addEventListener("click", (event) => {
  if (!event.target.closest(".menu")) openMenu(false);
});
document.querySelector(".menu").addEventListener("focusout", (event) => {
  if (event.relatedTarget && !event.relatedTarget.closest(".menu")) openMenu(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !menu.hidden) {
    openMenu(false);
    menuButton.focus();
  }
});

part("restart").addEventListener("click", () => {
  openMenu(false);
  menuButton.focus(); // where the dialog gives the focus back
  dialog.returnValue = "";
  dialog.showModal();
});
dialog.addEventListener("close", () => {
  if (dialog.returnValue !== "restart") return;
  leave();
  startAgain();
});

part("scroller").addEventListener("click", (event) => {
  const button = event.target.closest(".choices button");
  if (button) press({ text: button.textContent, payload: button.dataset.payload });
});

whenReachable((now) => {
  part("offline").textContent = now ? "" : "Sin conexión; tu mensaje sale solo cuando vuelva";
  if (now) resume();
});
window.addEventListener("offline", () => setReachable(false));
window.addEventListener("online", retry);

setReachable(navigator.onLine);
start();
