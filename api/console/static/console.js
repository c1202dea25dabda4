// The one script of the console: parts that stay fresh, questions before what cannot be undone,
// texts that survive an expired session, choices that take effect at once, and the way back to a
// list as it was left. Every page works without it.
"use strict";

const lost = document.getElementById("sin-conexion");

/** Keeps one part fresh: asks for it again and again, and swaps it only when it changed. */
function follow(part) {
  const wait = Number(part.dataset.every || 1500);
  let tag = part.dataset.tag || "";
  let failures = 0;

  async function look() {
    if (document.hidden) return wait;
    const headers = { "X-Parte": "1" };
    if (tag) headers["If-None-Match"] = tag;
    let response;
    try {
      response = await fetch(part.dataset.live, { headers, cache: "no-store", redirect: "manual" });
    } catch {
      failures += 1;
      if (failures > 1 && lost) lost.hidden = false;
      return Math.min(wait * 2 ** failures, 30000);
    }
    if (lost) lost.hidden = true;
    failures = 0;
    if (response.type === "opaqueredirect" || response.status === 401) {
      // The session is over: the login leads back to this page.
      window.location.reload();
      return 60000;
    }
    if (response.status === 200) {
      tag = response.headers.get("ETag") || "";
      swap(part, await response.text());
    }
    return response.status >= 500 ? wait * 4 : wait;
  }

  async function next() {
    const pause = await look();
    window.setTimeout(next, pause);
  }
  window.setTimeout(next, wait);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}

/** Puts new content in, and leaves the focus, and the end of a thread that was in view. */
function swap(part, html) {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  if (active && active.matches("input, textarea, select")) return;
  const focused = active && active.id;
  const scroller = part.closest("[data-end]") || part.querySelector("[data-end]") || part;
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const top = scroller.scrollTop;
  const open = new Set([...part.querySelectorAll("details[open][id]")].map((one) => one.id));
  const fresh = new DOMParser().parseFromString(html, "text/html");
  part.replaceChildren(...fresh.body.childNodes);
  for (const id of open) { const one = document.getElementById(id); if (one) one.open = true; }
  if (focused) { const one = document.getElementById(focused); if (one) one.focus(); }
  const again = part.closest("[data-end]") || part.querySelector("[data-end]") || part;
  again.scrollTop = atEnd ? again.scrollHeight : top;
}

/** Where what is typed into a field is kept until the server has taken it. */
function place(field) {
  return `texto ${window.location.pathname} ${field.form ? field.form.getAttribute("action") : ""} ${field.name}`;
}

function keep(field) {
  const kept = window.sessionStorage.getItem(place(field));
  const sent = window.sessionStorage.getItem("enviado");
  // Fields that say what the text began from: they are kept, and come back, with it.
  const beside = (field.dataset.beside || "").split(" ").filter(Boolean).map((name) => field.form.elements[name]);
  const save = () => {
    window.sessionStorage.setItem(place(field), field.value);
    for (const one of beside) window.sessionStorage.setItem(place(one), one.value);
  };
  if (field.dataset.keep === "given") {
    // The page answers what was sent just now: what it shows is the newest there is.
    save();
  } else if (kept !== null && kept !== field.value && field.value === field.defaultValue
      && (field.value === "" || sent === place(field))) {
    field.value = kept;
    for (const one of beside) one.value = window.sessionStorage.getItem(place(one)) || "";
  }
  field.addEventListener("input", save);
  if (field.form) {
    field.form.addEventListener("submit", () => {
      save();
      window.sessionStorage.setItem("enviado", place(field));
      window.sessionStorage.setItem("recien", place(field));
    });
  }
}

/** Asks before what cannot be undone. */
function ask(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.agreed) return;
    // Of several choices only one may need the question.
    const [name, value] = (form.dataset.sureIf || "").split("=");
    if (name && new FormData(form).get(name) !== value) return;
    event.preventDefault();
    const dialog = document.createElement("dialog");
    const words = document.createElement("p");
    words.textContent = form.dataset.sure;
    const yes = document.createElement("button");
    yes.textContent = "Sí, seguir";
    yes.className = "bad";
    const no = document.createElement("button");
    no.textContent = "No";
    no.className = "plain";
    const row = document.createElement("div");
    row.className = "row";
    row.append(yes, no);
    dialog.append(words, row);
    document.body.append(dialog);
    const submitter = event.submitter;
    yes.addEventListener("click", () => {
      form.dataset.agreed = "1";
      dialog.close();
      form.requestSubmit(submitter);
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    no.focus();
  });
}

for (const part of document.querySelectorAll("[data-live]")) follow(part);
// What was sent just before this page has been taken where the page says so, wherever it led.
const justSent = window.sessionStorage.getItem("recien");
if (justSent && document.querySelector(".notice.good[role=status]")) window.sessionStorage.removeItem(justSent);
window.sessionStorage.removeItem("recien");
for (const field of document.querySelectorAll("textarea[data-keep]")) keep(field);
for (const form of document.querySelectorAll("form[data-sure]")) ask(form);
for (const field of document.querySelectorAll("select[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
for (const choice of document.querySelectorAll("select[data-fills]")) {
  // A prepared text goes into the field, where it can still be changed.
  choice.addEventListener("change", () => {
    const field = document.getElementById(choice.dataset.fills);
    const text = choice.selectedOptions[0].dataset.text;
    if (field && text) {
      field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${text}` : text;
      field.dispatchEvent(new Event("input"));
      field.focus();
    }
    choice.selectedIndex = 0;
  });
}
for (const field of document.querySelectorAll("textarea[data-count]")) {
  const told = document.getElementById(field.dataset.count);
  const tell = () => { told.textContent = `${field.value.length} de ${field.maxLength}`; };
  field.addEventListener("input", tell);
  tell();
}
for (const end of document.querySelectorAll("[data-end]")) end.scrollTop = end.scrollHeight;
for (const link of document.querySelectorAll("#errores a[data-field]")) {
  // The sentence with the name of its field, which it leads into.
  const name = link.dataset.field;
  const field = document.getElementById(`c-${name}`) || document.querySelector(`main [name="${CSS.escape(name)}"]`);
  if (!field) continue;
  const group = field.closest("fieldset.options");
  const label = group ? group.querySelector("legend") : field.labels && field.labels[0];
  if (label) link.textContent = `${label.textContent.trim()}: ${link.textContent}`;
  link.addEventListener("click", (event) => { event.preventDefault(); field.focus(); });
}
for (const shown of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "Copiar";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(shown.textContent.trim());
      button.textContent = "Copiado";
    } catch {
      // Not over plain HTTP: then it stands selected, to be copied by hand.
      window.getSelection().selectAllChildren(shown);
      button.textContent = "Quedó marcado: cópielo";
    }
  });
  shown.after(button);
}
// The way back to a list leads to it as it was left: searched, narrowed, and on its page.
const listed = document.querySelector("form.narrow");
if (listed && new URL(listed.action).pathname === window.location.pathname) {
  window.sessionStorage.setItem(`lista ${window.location.pathname}`, window.location.search);
}
for (const link of document.querySelectorAll(".actions a")) {
  const left = window.sessionStorage.getItem(`lista ${link.pathname}`);
  if (left !== null && link.textContent.startsWith("Volver") && link.pathname !== window.location.pathname) link.search = left;
}
const errors = document.getElementById("errores");
if (errors) errors.focus();
for (const form of document.querySelectorAll('form[action="/consola/salir"]')) {
  // Whoever sits here next finds nothing that was typed.
  form.addEventListener("submit", () => window.sessionStorage.clear());
}
// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  // A form whose answer is a file leaves its page as it is: it may be sent again.
  if (form.method !== "post" || "again" in form.dataset) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
