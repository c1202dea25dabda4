// This browser's conversation, and requests to its door.

const CONVERSATION_KEY = "torogoz.conversation";

let leaving = new AbortController();

// --- what this browser remembers

export function recall(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch (refused) {
    return "";
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (refused) {
    // The chat then lives as long as the page.
  }
}

export function randomText(bytes) {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  const encoded = btoa(String.fromCharCode(...raw));
  return encoded.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

let conversation = recall(CONVERSATION_KEY);
export const isReturning = /^[A-Za-z0-9_-]{43}$/.test(conversation);
if (!isReturning) newConversation();

function newConversation() {
  conversation = randomText(32);
  keep(CONVERSATION_KEY, conversation);
}

/** Names a new conversation, and ends the requests of the one before. */
export function leave() {
  leaving.abort();
  leaving = new AbortController();
  newConversation();
}

/** The signal that is aborted when the present conversation is left. */
export const untilLeft = () => leaving.signal;

// --- requests

/** One request to the door: {status, data, retryAfter in seconds}; status 0 = no answer. */
export async function ask(query, options, seconds) {
  const { signal } = leaving;
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, seconds * 1000);
  signal.addEventListener("abort", stop);
  try {
    const url = `/chat/${conversation}/messages${query}`;
    const response = await fetch(url, { cache: "no-store", ...options, signal: limit.signal });
    const body = await response.text();
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    // A proxy's own error page is not JSON; its status says enough.
    const data = body.startsWith("{") ? JSON.parse(body) : {};
    return { status: response.status, data, retryAfter };
  } catch (error) {
    return { status: 0, data: {}, retryAfter: 0 };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
