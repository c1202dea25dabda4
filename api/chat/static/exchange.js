// A queue that sends in order and repeats safely; a poll for what the assistant says later.

import { ask, isReturning, keep, leave, randomText, recall, untilLeft } from "./connection.js";
import * as thread from "./thread.js";

const SEND_PAUSES = [1, 2, 4, 8, 16, 30]; // seconds before each repetition of a send
const POLL_BRISK = 4; // seconds
const POLL_CALM = 15;
const CALM_AFTER = 5 * 60;
const POLL_SLOWEST = 30;
const UNSENT_KEY = "torogoz.unsent";
const banner = thread.part("offline");

let queue = []; // what has yet to reach the server, oldest first
let isPumping = false;
let sentCount = 0;
let wake = () => {};
let isReachable = true;
let cursor = null; // null until the history is known
let lastActivity = Date.now();
let pollTimer = 0;
let pollMisses = 0;
let isPolling = false;

// --- the queue

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

function unsentBefore() {
  try {
    const kept = JSON.parse(recall(UNSENT_KEY));
    return Array.isArray(kept) ? kept : [];
  } catch (absentOrDamaged) {
    return [];
  }
}

function enqueue({ id = randomText(16), text = "", payload, file }) {
  const files = file ? [{ name: file.name }] : [];
  const element = thread.draw({ from: "person", text, files });
  const item = { id, text, payload, file, element, state: "queued" };
  element.querySelector(".retry").addEventListener("click", () => {
    thread.focus();
    sendAgain();
  });
  thread.mark(element, "queued");
  queue.push(item);
  thread.append(element);
  return item;
}

/** Sends a message: its text, the payload of a button with that text, or a file. */
export function say(message) {
  noteActivity();
  enqueue(message).element.classList.add("is-new");
  rememberUnsent();
  thread.toBottom();
  sendAgain();
  schedulePoll();
}

/** A pressed button. Impatient second taps on one that is still on its way change nothing. */
export function press({ text, payload }) {
  const isUnderWay = (item) => item.text === text && item.payload === payload;
  if (queue.some(isUnderWay)) sendAgain();
  else say({ text, payload });
}

function setState(item, state, reason) {
  item.state = state;
  thread.mark(item.element, state, reason);
}

function sendAgain() {
  for (const item of queue) if (item.state === "failed") setState(item, "sending");
  pump();
}

async function pump() {
  // The history comes first, so that what it already holds is not shown twice.
  if (isPumping || (cursor === null && pollMisses < 3)) return;
  isPumping = true;
  const signal = untilLeft();
  while (!signal.aborted && queue.length && queue[0].state !== "failed") {
    await deliver(queue[0], signal);
  }
  if (!signal.aborted) isPumping = false;
}

/** Sends one message, repeating with the same id, until it is sent, refused or given up. */
async function deliver(item, signal) {
  for (let misses = 0; ; ) {
    setState(item, "sending");
    if (!item.file && misses === 0) thread.typingSoon();
    const { status, data, retryAfter } = await post(item);
    if (signal.aborted) return;
    setReachable(status > 0);
    thread.setTyping(status === 202);
    if (status >= 200 && status < 300) {
      finish(item, "sent");
      takeReplies(data.replies);
      return;
    }
    const mayPass = [0, 408, 429].includes(status) || status >= 500;
    if (!mayPass) return finish(item, "refused", data.error || "El mensaje no se pudo recibir.");
    if (status || navigator.onLine) misses += 1;
    if (misses > SEND_PAUSES.length) {
      for (const waiting of queue) setState(waiting, "failed");
      setState(item, "failed", data.error);
      item.isCutOff = status === 0;
      thread.stayAtBottom();
      return;
    }
    const wait = navigator.onLine ? SEND_PAUSES[Math.max(0, misses - 1)] : 30;
    await pause(Math.max(wait, Math.min(retryAfter, 120)) + Math.random());
    if (signal.aborted) return;
  }
}

function post({ id, text, payload, file }) {
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
  thread.stayAtBottom();
}

// --- the poll

export function noteActivity() {
  lastActivity = Date.now();
}

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
  const signal = untilLeft();
  const isWhole = cursor === null;
  const after = encodeURIComponent(cursor);
  const sentBefore = sentCount;
  const { status, data } = await ask(isWhole ? "?all=1" : `?after=${after}`, {}, 30);
  if (signal.aborted) return;
  setReachable(status > 0);
  isPolling = false;
  if (isWhole && sentCount !== sentBefore) {
    schedulePoll(0); // this history may lack what was sent meanwhile
    return;
  }
  if (status === 200) {
    pollMisses = 0;
    if (isWhole) takeHistory(data.messages);
    else takeReplies(data.replies);
    if (isWhole || cursor !== null) cursor = String(data.after || "");
  } else {
    pollMisses = Math.min(pollMisses + 1, 4);
  }
  pump();
  schedulePoll();
}

function takeReplies(replies) {
  if (thread.showReplies(replies)) noteActivity();
}

function takeHistory(messages) {
  const received = thread.showHistory(messages, queue);
  queue = queue.filter((item) => item.state === "sending" || !received.has(item.id));
  rememberUnsent();
}

// --- interruption, start and return

function setReachable(now) {
  if (now === isReachable) return;
  isReachable = now;
  banner.textContent = now ? "" : "Sin conexión; tu mensaje sale solo cuando vuelva";
  if (!now) return;
  wake();
  if (queue.some((item) => item.isCutOff)) sendAgain();
}

window.addEventListener("offline", () => setReachable(false));
window.addEventListener("online", () => {
  wake();
  schedulePoll(0);
});
document.addEventListener("visibilitychange", () => schedulePoll(0));

/** Begins to poll, with what an earlier visit could not send in the queue. */
export function start() {
  setReachable(navigator.onLine);
  if (isReturning) {
    thread.showLoading(true);
    for (const message of unsentBefore()) enqueue(message).isRestored = true;
  }
  poll();
}

/** Leaves the conversation for a new one. */
export function startAgain() {
  leave();
  queue = [];
  isPumping = isPolling = false;
  cursor = null;
  pollMisses = 0;
  wake();
  thread.setTyping(false);
  takeHistory([]);
  thread.toTop();
  schedulePoll(0);
}
