// The thread of messages on the screen: their order, what is in view, and who is writing.

import { draw, mark, part } from "./drawing.js";

const TYPING_AFTER = 0.6; // seconds; an answer that comes sooner needs no indicator
const TYPING_GIVE_UP = 90;

const scroller = part("scroller");
const log = part("log");
const jump = part("jump");
const typing = part("typing");
const shownReplies = new Set();
let isAtBottom = true;
let typingTimer = 0;

// --- messages

/** Adds what the person says, at the end. */
export const append = (element) => log.append(element);

/** Puts replies in the order of their ids, but above what the person has yet to send. */
function place(element, id) {
  element.dataset.reply = id;
  const comesLater = (other) =>
    other.dataset.reply
      ? Number(other.dataset.reply) > Number(id)
      : other.classList.contains("is-queued");
  log.insertBefore(element, Array.from(log.children).find(comesLater) || null);
}

/** Shows those replies that are not there yet; whether there were any. */
export function showReplies(replies) {
  const fresh = [];
  for (const reply of replies || []) {
    if (shownReplies.has(String(reply.id))) continue;
    shownReplies.add(String(reply.id));
    const element = draw(reply);
    element.classList.add("is-new");
    place(element, reply.id);
    fresh.push(element);
  }
  if (!fresh.length) return false;
  setTyping(false);
  follow(fresh[0]);
  return true;
}

/** Shows the history and, after it, of {id, element} what it lacks; the ids that it holds. */
export function showHistory(messages, unsent) {
  const isFirst = scroller.classList.contains("is-loading");
  log.setAttribute("aria-busy", "true"); // else a screen reader would read it all aloud
  log.textContent = "";
  shownReplies.clear();
  const received = new Set();
  for (const message of messages || []) {
    const element = draw(message);
    if (message.from === "person") {
      mark(element, "sent");
      received.add(String(message.id));
    } else {
      element.dataset.reply = message.id;
      shownReplies.add(String(message.id));
    }
    log.append(element);
  }
  for (const { id, element } of unsent) {
    if (!received.has(id)) log.append(element);
  }
  showLoading(false);
  isAtBottom = isAtBottom || isFirst;
  stayAtBottom();
  setTimeout(() => log.removeAttribute("aria-busy"), 100);
  return received;
}

export function showLoading(now) {
  scroller.classList.toggle("is-loading", now);
  part("loading").hidden = !now;
}

// --- what is in view

/** Takes the focus from a button that is about to go. */
export const focus = () => scroller.focus({ preventScroll: true });

export function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
  isAtBottom = true;
  jump.hidden = true;
}

/** Shows an empty conversation from its beginning. */
export function toTop() {
  toBottom();
  scroller.scrollTop = 0;
}

export function stayAtBottom() {
  if (isAtBottom && log.children.length) toBottom(); // a welcome alone is read from its top
}

/** Shows what was added at the bottom, but never past the first line of a long answer. */
function follow(first) {
  if (!isAtBottom) {
    jump.hidden = false;
    return;
  }
  toBottom();
  const above = scroller.getBoundingClientRect().top - first.getBoundingClientRect().top + 12;
  if (above > 0) {
    scroller.scrollTop -= above;
    isAtBottom = false;
    jump.hidden = false;
  }
}

scroller.addEventListener("scroll", () => {
  const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  isAtBottom = below < 60 || !log.children.length;
  if (isAtBottom) jump.hidden = true;
});
jump.addEventListener("click", () => {
  toBottom();
  focus();
});
if (window.ResizeObserver) {
  new ResizeObserver(stayAtBottom).observe(scroller);
}

// --- who is writing

export function setTyping(now) {
  clearTimeout(typingTimer);
  typing.hidden = !now;
  if (now) {
    typingTimer = setTimeout(() => setTyping(false), TYPING_GIVE_UP * 1000);
    stayAtBottom();
  }
}

export function typingSoon() {
  if (!typing.hidden) return;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => setTyping(true), TYPING_AFTER * 1000);
}
