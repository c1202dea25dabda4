// The web chat's page: a queue that sends in order and repeats safely, a poll that collects
// what the assistant says later, and the drawing of both. Texts come from people and from the
// server; they only ever become text nodes.

const MOST_CHARACTERS = 4000;
const COUNT_FROM = 3600;
const MOST_BYTES = 10 * 1024 * 1024;
const SEND_PAUSES = [1, 2, 4, 8, 16, 30]; // seconds before each repetition of a send
const POLL_BRISK = 4; // seconds
const POLL_CALM = 15;
const CALM_AFTER = 5 * 60;
const POLL_SLOWEST = 30;
const TYPING_AFTER = 0.6; // an answer that comes sooner needs no indicator
const TYPING_GIVE_UP = 90;

const CONVERSATION_KEY = "torogoz.conversation";
const UNSENT_KEY = "torogoz.unsent";
const STATE_NAMES = {
  queued: "Pendiente",
  sending: "Enviando",
  sent: "Enviado",
  failed: "No enviado",
  refused: "No enviado",
};

const part = (id) => document.getElementById(id);
const scroller = part("scroller");
const log = part("log");
const input = part("text");
const fileInput = part("file");
const jump = part("jump");
const menuButton = part("menu-button");
const hasKeyboard = window.matchMedia("(hover: hover) and (pointer: fine)");

// --- what this browser remembers

function recall(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch (refused) {
    return "";
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (refused) {
    // The chat then lives as long as the page.
  }
}

function randomText(bytes) {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  const encoded = btoa(String.fromCharCode(...raw));
  return encoded.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const newMessageId = () => (crypto.randomUUID ? crypto.randomUUID() : randomText(16));

function newConversation() {
  const id = randomText(32);
  keep(CONVERSATION_KEY, id);
  return id;
}

const remembered = recall(CONVERSATION_KEY);
const isKnown = /^[A-Za-z0-9_-]{43}$/.test(remembered);
let conversation = isKnown ? remembered : newConversation();

// --- the connection

let leaving = new AbortController(); // aborted when the person starts a new conversation
let reachable = true;

/** One request to the door: {status, data, retryAfter in seconds}; status 0 = no answer. */
async function ask(query, options, seconds) {
  const { signal } = leaving;
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, seconds * 1000);
  signal.addEventListener("abort", stop);
  try {
    const url = `/chat/${conversation}/messages${query}`;
    const response = await fetch(url, { cache: "no-store", ...options, signal: limit.signal });
    const body = await response.text();
    showReachable(true);
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    // A proxy's own error page is not JSON; its status says enough.
    const data = body.startsWith("{") ? JSON.parse(body) : {};
    return { status: response.status, data, retryAfter };
  } catch (error) {
    if (!signal.aborted) showReachable(false);
    return { status: 0, data: {}, retryAfter: 0 };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function showReachable(now) {
  const returned = now && !reachable;
  reachable = now;
  const banner = now ? "" : "Sin conexión; tu mensaje sale solo cuando vuelva";
  if (part("offline").textContent !== banner) part("offline").textContent = banner;
  if (returned) {
    wake();
    if (queue.some((item) => item.isCutOff)) sendAgain();
  }
}

// --- drawing

const shownReplies = new Set();

const copyOf = (id) => part(id).content.firstElementChild.cloneNode(true);

/** The address if it is plain http or https, else null. */
function webAddress(text) {
  try {
    const url = new URL(text, location.href);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch (malformed) {
    return null;
  }
}

function anchorTo(address) {
  return Object.assign(document.createElement("a"), {
    href: address,
    target: "_blank",
    rel: "noopener noreferrer",
  });
}

function fillText(element, text) {
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"“”«»]+/gi)) {
    let found = match[0].replace(/[.,;:!?…'*_]+$/, "");
    while (/[)\]]$/.test(found) && !/[([]/.test(found)) found = found.slice(0, -1);
    const address = webAddress(found);
    if (!address) continue;
    element.append(text.slice(from, match.index));
    const anchor = anchorTo(address);
    anchor.textContent = found;
    element.append(anchor);
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
  const anchor = anchorTo(address);
  anchor.className = plain.className;
  anchor.append(...plain.childNodes);
  return anchor;
}

function draw(message) {
  const element = copyOf(message.from === "person" ? "person-message" : "assistant-message");
  fillText(element.querySelector(".text"), String(message.text || ""));
  const attachments = element.querySelector(".attachments");
  const attach = (name, url, isLink) => attachments.append(attachment(name, url, isLink));
  for (const { name, url } of message.files || []) attach(name, url, false);
  for (const { title, url } of message.links || []) attach(title, url, true);
  const choices = element.querySelector(".choices");
  if (choices) {
    for (const { title, payload } of message.buttons || []) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title;
      button.addEventListener("click", () => press({ text: title, payload }));
      choices.append(button);
    }
  }
  return element;
}

function mark(element, state, reason) {
  for (const name in STATE_NAMES) element.classList.toggle(`is-${name}`, name === state);
  element.querySelector(".state-name").textContent = STATE_NAMES[state];
  element.querySelector(".retry").hidden = state !== "failed";
  const line = element.querySelector(".reason");
  line.textContent = reason || "";
  line.hidden = !reason;
}

/** Puts replies in the order of their ids, but above what the person has yet to send. */
function place(element, id) {
  element.dataset.reply = id;
  const comesLater = (other) =>
    other.dataset.reply
      ? Number(other.dataset.reply) > Number(id)
      : other.classList.contains("is-queued");
  log.insertBefore(element, Array.from(log.children).find(comesLater) || null);
}

function showReplies(replies) {
  const fresh = [];
  for (const reply of replies || []) {
    if (shownReplies.has(String(reply.id))) continue;
    shownReplies.add(String(reply.id));
    const element = draw(reply);
    element.classList.add("is-new");
    place(element, reply.id);
    fresh.push(element);
  }
  if (fresh.length) {
    lastActivity = Date.now();
    setTyping(false);
    follow(fresh[0]);
  }
}

function showHistory(messages) {
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
  queue = queue.filter((item) => item.state === "sending" || !received.has(item.id));
  for (const item of queue) {
    if (!received.has(item.id)) log.append(item.element);
  }
  rememberUnsent();
  showLoading(false);
  isAtBottom = isAtBottom || isFirst;
  stayAtBottom();
  setTimeout(() => log.removeAttribute("aria-busy"), 100);
}

function showLoading(now) {
  scroller.classList.toggle("is-loading", now);
  part("loading").hidden = !now;
}

// --- scrolling

let isAtBottom = true;

const gapBelow = () => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;

function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
  isAtBottom = true;
  jump.hidden = true;
}

function stayAtBottom() {
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
  isAtBottom = gapBelow() < 60 || !log.children.length;
  if (isAtBottom) jump.hidden = true;
});
jump.addEventListener("click", () => {
  toBottom();
  scroller.focus({ preventScroll: true }); // the button that had the focus is gone
});
if (window.ResizeObserver) {
  new ResizeObserver(stayAtBottom).observe(scroller);
}

let typingTimer = 0;

function setTyping(now) {
  clearTimeout(typingTimer);
  part("typing").hidden = !now;
  if (now) {
    typingTimer = setTimeout(() => setTyping(false), TYPING_GIVE_UP * 1000);
    stayAtBottom();
  }
}

function typingSoon() {
  if (!part("typing").hidden) return;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => setTyping(true), TYPING_AFTER * 1000);
}

// --- sending

let queue = []; // what has yet to reach the server, oldest first
let isPumping = false;
let sentCount = 0;
let wake = () => {};

function pause(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function rememberUnsent() {
  const kept = queue.filter((item) => !item.file);
  keep(UNSENT_KEY, JSON.stringify(kept.map(({ id, text, payload }) => ({ id, text, payload }))));
}

function enqueue({ id = newMessageId(), text = "", payload, file }) {
  const files = file ? [{ name: file.name }] : [];
  const element = draw({ from: "person", text, files });
  const item = { id, text, payload, file, element, state: "queued" };
  element.querySelector(".retry").addEventListener("click", () => {
    scroller.focus({ preventScroll: true });
    sendAgain();
  });
  mark(element, "queued");
  queue.push(item);
  log.append(element);
  return item;
}

function say(message) {
  lastActivity = Date.now();
  enqueue(message).element.classList.add("is-new");
  rememberUnsent();
  toBottom();
  sendAgain();
  schedulePoll();
}

/** A pressed button. Impatient second taps on one that is still on its way change nothing. */
function press({ text, payload }) {
  const isUnderWay = (item) => item.text === text && item.payload === payload;
  if (queue.some(isUnderWay)) sendAgain();
  else say({ text, payload });
}

function setState(item, state, reason) {
  item.state = state;
  mark(item.element, state, reason);
}

function sendAgain() {
  const failed = queue.filter((item) => item.state === "failed");
  for (const item of failed) setState(item, "sending");
  pump();
}

async function pump() {
  // The history comes first, so that what it already holds is not shown twice.
  if (isPumping || (cursor === null && pollMisses < 3)) return;
  isPumping = true;
  const { signal } = leaving;
  while (!signal.aborted && queue.length && queue[0].state !== "failed") {
    await deliver(queue[0], signal);
  }
  if (!signal.aborted) isPumping = false;
}

/** Sends one message, repeating with the same id, until it is sent, refused or given up. */
async function deliver(item, signal) {
  for (let misses = 0; ; ) {
    setState(item, "sending");
    if (!item.file && misses === 0) typingSoon();
    const { status, data, retryAfter } = await post(item);
    if (signal.aborted) return;
    setTyping(status === 202);
    if (status >= 200 && status < 300) {
      finish(item, "sent");
      showReplies(data.replies);
      return;
    }
    const mayPass = status === 0 || status === 408 || status === 429 || status >= 500;
    if (!mayPass) {
      finish(item, "refused", data.error || "El mensaje no se pudo recibir.");
      return;
    }
    if (status || navigator.onLine) misses += 1;
    if (misses > SEND_PAUSES.length) {
      for (const waiting of queue) setState(waiting, "failed");
      setState(item, "failed", data.error);
      item.isCutOff = status === 0;
      stayAtBottom();
      return;
    }
    const wait = navigator.onLine ? SEND_PAUSES[Math.max(0, misses - 1)] : 30;
    await pause(Math.max(wait, Math.min(retryAfter, 120)) + Math.random());
    if (signal.aborted) return;
  }
}

function post(item) {
  const { id, text, payload, file } = item;
  if (file) {
    const body = new FormData();
    body.append("id", id);
    if (text) body.append("text", text);
    body.append("file", file, file.name);
    return ask("", { method: "POST", body }, 15 * 60);
  }
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(payload ? { id, payload } : { id, text });
  return ask("", { method: "POST", headers, body }, 45);
}

function finish(item, state, reason) {
  setState(item, state, reason);
  sentCount += 1;
  queue = queue.filter((other) => other !== item);
  rememberUnsent();
  if (item.isRestored && !queue.some((other) => other.isRestored)) {
    cursor = null; // the history may hold it already: draw it anew from there
    schedulePoll(0);
  }
  stayAtBottom();
}

// --- polling

let cursor = null; // null until the history is known
let lastActivity = Date.now();
let pollTimer = 0;
let pollMisses = 0;
let isPolling = false;

function schedulePoll(seconds) {
  clearTimeout(pollTimer);
  if (document.hidden) return;
  const idle = (Date.now() - lastActivity) / 1000;
  const pace = cursor === null ? 1 : idle > CALM_AFTER ? POLL_CALM : POLL_BRISK;
  const wait = seconds === undefined ? Math.min(POLL_SLOWEST, pace * 2 ** pollMisses) : seconds;
  pollTimer = setTimeout(poll, wait * 1000);
}

async function poll() {
  if (isPolling) return;
  isPolling = true;
  const { signal } = leaving;
  const isWhole = cursor === null;
  const after = encodeURIComponent(cursor);
  const sentBefore = sentCount;
  const { status, data } = await ask(isWhole ? "?all=1" : `?after=${after}`, {}, 30);
  if (signal.aborted) return;
  isPolling = false;
  if (isWhole && sentCount !== sentBefore) {
    schedulePoll(0); // this history may lack what was sent meanwhile
    return;
  }
  if (status === 200) {
    pollMisses = 0;
    if (isWhole) showHistory(data.messages);
    else showReplies(data.replies);
    if (isWhole || cursor !== null) cursor = String(data.after || "");
  } else {
    pollMisses = Math.min(pollMisses + 1, 4);
  }
  pump();
  schedulePoll();
}

document.addEventListener("visibilitychange", () => schedulePoll(0));
window.addEventListener("offline", () => showReachable(false));
window.addEventListener("online", () => {
  wake();
  schedulePoll(0);
});

// --- composer

let chosenFile = null;

const characters = () => Array.from(input.value.trim()).length; // as the server counts them

function refreshComposer() {
  const style = getComputedStyle(input);
  const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  input.rows = 1;
  const lines = Math.round((input.scrollHeight - padding) / parseFloat(style.lineHeight));
  input.rows = Math.max(1, Math.min(lines, window.innerHeight < 420 ? 2 : 6));

  const count = characters();
  const isOver = count > MOST_CHARACTERS;
  const figures = [count, MOST_CHARACTERS].map((figure) => figure.toLocaleString("es-SV"));
  part("counter").textContent = count < COUNT_FROM ? "" : figures.join(" / ");
  part("counter").classList.toggle("is-over", isOver);
  input.setAttribute("aria-invalid", String(isOver));
  part("send").setAttribute("aria-disabled", String(!count && !chosenFile));
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
  refreshComposer();
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
part("send").addEventListener("mousedown", (event) => event.preventDefault());
input.addEventListener("input", () => {
  lastActivity = Date.now();
  if (characters() <= MOST_CHARACTERS) complain("");
  refreshComposer();
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
part("starters").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) press({ text: button.textContent });
});

// --- menu and starting again

function openMenu(now) {
  part("menu-list").hidden = !now;
  menuButton.setAttribute("aria-expanded", String(now));
}

menuButton.addEventListener("click", () => openMenu(part("menu-list").hidden));
document.addEventListener("click", (event) => {
  if (!event.target.closest(".menu")) openMenu(false);
});
document.querySelector(".menu").addEventListener("focusout", (event) => {
  if (event.relatedTarget && !event.relatedTarget.closest(".menu")) openMenu(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !part("menu-list").hidden) {
    openMenu(false);
    menuButton.focus();
  }
});

part("restart").addEventListener("click", () => {
  openMenu(false);
  menuButton.focus(); // where the dialog gives the focus back
  part("confirm").returnValue = "";
  part("confirm").showModal();
});
part("confirm").addEventListener("close", () => {
  if (part("confirm").returnValue === "restart") startAgain();
});

function startAgain() {
  leaving.abort();
  leaving = new AbortController();
  conversation = newConversation();
  queue = [];
  isPumping = false;
  isPolling = false;
  cursor = null;
  pollMisses = 0;
  wake();
  setTyping(false);
  showHistory([]);
  toBottom();
  scroller.scrollTop = 0;
  schedulePoll(0);
}

// --- start

function unsentBefore() {
  try {
    const kept = JSON.parse(recall(UNSENT_KEY));
    return Array.isArray(kept) ? kept : [];
  } catch (absentOrDamaged) {
    return [];
  }
}

if (isKnown) {
  showLoading(true);
  for (const message of unsentBefore()) enqueue(message).isRestored = true;
}
showReachable(navigator.onLine);
refreshComposer();
poll();
if (hasKeyboard.matches) input.focus({ preventScroll: true });
