// Where the person writes and attaches.

import { noteActivity, say } from "./exchange.js";
import { part, stayAtBottom } from "./thread.js";

const MOST_CHARACTERS = 4000;
const COUNT_FROM = 3600;
const MOST_BYTES = 10 * 1024 * 1024;

const input = part("text");
const send = part("send");
const counter = part("counter");
const fileInput = part("file");
const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)");
let chosenFile = null;

const characters = () => Array.from(input.value.trim()).length; // as the server counts them

function refresh() {
  const style = getComputedStyle(input);
  const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  input.rows = 1;
  const lines = Math.round((input.scrollHeight - padding) / parseFloat(style.lineHeight));
  input.rows = Math.max(1, Math.min(lines, innerHeight < 420 ? 2 : 6));

  const count = characters();
  const isOver = count > MOST_CHARACTERS;
  const figures = [count, MOST_CHARACTERS].map((figure) => figure.toLocaleString("es-SV"));
  counter.textContent = count < COUNT_FROM ? "" : figures.join(" / ");
  counter.classList.toggle("is-over", isOver);
  input.setAttribute("aria-invalid", String(isOver));
  send.setAttribute("aria-disabled", String(!count && !chosenFile));
  stayAtBottom();
}

function complain(sentence) {
  part("problem").textContent = sentence;
}

function choose(file) {
  const isTooBig = file && file.size > MOST_BYTES;
  complain(isTooBig ? "Ese archivo pesa más de 10 MB. Probá con uno más liviano." : "");
  chosenFile = isTooBig ? null : file;
  part("attached").hidden = !chosenFile;
  part("attached-name").textContent = chosenFile ? chosenFile.name : "";
  fileInput.value = ""; // so that the same file can be chosen again
  refresh();
}

function submit() {
  const text = input.value.trim();
  if (!text && !chosenFile) return;
  if (characters() > MOST_CHARACTERS) {
    complain("Tu mensaje es muy largo. Mandalo en dos partes.");
    return;
  }
  const file = chosenFile;
  input.value = "";
  choose(null);
  say({ text, file });
}

part("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  if (hasKeyboard.matches) input.focus();
});
// Else the phone's keyboard would close and open again with each message.
send.addEventListener("mousedown", (event) => event.preventDefault());
input.addEventListener("input", () => {
  noteActivity();
  if (characters() <= MOST_CHARACTERS) complain("");
  refresh();
});
input.addEventListener("keydown", (event) => {
  const isPlainEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (isPlainEnter && hasKeyboard.matches) {
    event.preventDefault();
    submit();
  }
});
part("attach").addEventListener("click", () => fileInput.click());
fileInput.addEventListener("change", () => {
  if (fileInput.files.length) choose(fileInput.files[0]);
  input.focus();
});
part("detach").addEventListener("click", () => {
  choose(null);
  part("attach").focus();
});

refresh();
if (hasKeyboard.matches) input.focus({ preventScroll: true });
