// Messages as elements. Texts come from people and from the server: they only ever become text.

const STATE_NAMES = {
  queued: "Pendiente",
  sending: "Enviando",
  sent: "Enviado",
  failed: "No enviado",
  refused: "No enviado",
};

export const part = (id) => document.getElementById(id);

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

function choice({ title, payload }) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  if (payload) button.dataset.payload = payload;
  return button;
}

/** The element of {from, text, files, links, buttons}. */
export function draw(message) {
  const element = copyOf(message.from === "person" ? "person-message" : "assistant-message");
  fillText(element.querySelector(".text"), String(message.text || ""));
  const attachments = element.querySelector(".attachments");
  const attach = (name, url, isLink) => attachments.append(attachment(name, url, isLink));
  for (const { name, url } of message.files || []) attach(name, url, false);
  for (const { title, url } of message.links || []) attach(title, url, true);
  const choices = element.querySelector(".choices");
  if (choices) choices.append(...(message.buttons || []).map(choice));
  return element;
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
