// The web chat: joins its parts and starts it, or starts it again from the menu.

import "./composer.js";
import { press, start, startAgain } from "./exchange.js";
import { markPressed, part } from "./thread.js";

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
  if (dialog.returnValue === "restart") startAgain();
});

part("scroller").addEventListener("click", (event) => {
  const button = event.target.closest(".choices button");
  if (!button || button.hasAttribute("aria-disabled")) return;
  markPressed(button);
  press({ text: button.textContent, payload: button.dataset.payload });
});

start();
