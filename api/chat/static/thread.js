// The messages on the screen: drawn, in order, in view. Their texts only ever become text nodes.

const BOLD = /(?<![\p{L}\p{N}*])(\*\*?)(?![\s\u2060*])([^*\n]*[^*\s])\1(?![\p{L}\p{N}*])/gu;
const TYPING_AFTER = 0.6; // seconds; an answer that comes sooner needs no indicator
const TYPING_GIVE_UP = 90;
const TAP_PAUSE = 500; // milliseconds

const STATE_NAMES = {
  queued: "Pendiente",
  sending: "Enviando",
  sent: "Enviado",
  failed: "No enviado",
  refused: "No enviado",
};

export const part = (id) => document.getElementById(id);
const scroller = part("scroller");
const log = part("log");
const jump = part("jump");
const typing = part("typing");
const shownReplies = new Set();
let isAtBottom = true;
let restTimer = 0;
let typingTimer = 0;

// --- drawing

const copyOf = (id) => part(id).content.firstElementChild.cloneNode(true);

/** The address if it is plain http or https, else null. */
function webAddress(text) {
  try {
    const url = new URL(text, location.href);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch (malformed) {
    return null;
  }
}

function anchorTo(href, ...content) {
  const anchor = document.createElement("a");
  Object.assign(anchor, { href, target: "_blank", rel: "noreferrer" });
  anchor.append(...content);
  return anchor;
}

/** The text, with what stands between asterisks in bold. */
function fillText(element, text) {
  let from = 0;
  for (const match of text.matchAll(BOLD)) {
    fillPlain(element, text.slice(from, match.index));
    const strong = document.createElement("strong");
    fillPlain(strong, match[2]);
    element.append(strong);
    from = match.index + match[0].length;
  }
  fillPlain(element, text.slice(from));
}

function fillPlain(element, text) {
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"“”«»]+/gi)) {
    let found = match[0].replace(/[.,;:!?…'*_]+$/, "");
    while (/[)\]]$/.test(found) && !/[([]/.test(found)) found = found.slice(0, -1);
    const address = webAddress(found);
    if (!address) continue;
    element.append(text.slice(from, match.index), anchorTo(address, found));
    from = match.index + found.length;
  }
  element.append(text.slice(from));
}

function attachment(name, url, isLink) {
  const plain = copyOf("attachment");
  plain.classList.toggle("is-link", isLink);
  plain.querySelector(".attachment-name").textContent = name || url;
  const address = url ? webAddress(url) : null;
  if (!address) return plain;
  const anchor = anchorTo(address, ...plain.childNodes);
  anchor.className = plain.className;
  return anchor;
}

function choice({ title, payload }) {
  const button = document.createElement("button");
  button.textContent = title;
  if (payload) button.dataset.payload = payload;
  return button;
}

/** The element of {from, text, files, links, buttons}. */
export function draw(message) {
  const element = copyOf(message.from === "person" ? "person-message" : "assistant-message");
  const fill = message.from === "person" ? fillPlain : fillText; // as it was typed
  fill(element.querySelector(".text"), String(message.text || ""));
  const attachments = element.querySelector(".attachments");
  const attach = (name, url, isLink) => attachments.append(attachment(name, url, isLink));
  for (const { name, url } of message.files || []) attach(name, url, false);
  for (const { title, url } of message.links || []) attach(title, url, true);
  const choices = element.querySelector(".choices");
  if (choices) choices.append(...(message.buttons || []).map(choice));
  return element;
}

/** Lets no tap hit a choice for a moment: a double tap would answer the next question as well. */
function restTaps() {
  clearTimeout(restTimer);
  scroller.classList.add("is-resting");
  restTimer = setTimeout(() => scroller.classList.remove("is-resting"), TAP_PAUSE);
}

/** Marks a choice as pressed until something is said to it. */
export function markPressed(button) {
  button.setAttribute("aria-disabled", "true"); // it keeps the focus, which "disabled" would take
  restTaps();
}

/** Shows how far a person's message has come, and the reason if it was not taken. */
export function mark(element, state, reason) {
  for (const name in STATE_NAMES) element.classList.toggle(`is-${name}`, name === state);
  element.querySelector(".state-name").textContent = STATE_NAMES[state];
  element.querySelector(".retry").hidden = state !== "failed";
  const line = element.querySelector(".reason");
  line.textContent = reason || "";
  line.hidden = !reason;
}

// --- order

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
  for (const pressed of scroller.querySelectorAll(".choices [aria-disabled]")) {
    pressed.removeAttribute("aria-disabled");
  }
  if (fresh.some((element) => element.querySelector(".choices button"))) restTaps();
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
if (window.ResizeObserver) new ResizeObserver(stayAtBottom).observe(scroller);

// --- who writes

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
