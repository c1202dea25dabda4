"use strict";
// Two phones: each asks for its conversation once a second and shows what changed.

const KINDS = {
  image: "Foto", photo: "Foto", audio: "Audio", voice: "Nota de voz", video: "Video",
  document: "Documento", media: "Archivo", sticker: "Sticker", location: "Ubicación",
  contact: "Contacto", contacts: "Contacto",
};
const STATUSES = {
  queued: "en cola", sent: "enviado", delivered: "entregado", read: "leído",
  failed: "no salió", undelivered: "no llegó", received: "",
};
const notice = document.getElementById("notice");

function say(text) { notice.textContent = text; }

async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || answer.status);
  return body;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function asBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

class Phone {
  constructor(section) {
    this.channel = section.dataset.channel;
    this.address = section.querySelector("[name=address]");
    this.list = section.querySelector(".messages");
    this.people = section.querySelector("datalist");
    this.write = section.querySelector(".write");
    this.shown = "";
    section.querySelector(".person").addEventListener("submit", (event) => event.preventDefault());
    this.address.addEventListener("change", () => this.refresh());
    this.write.file.addEventListener("change", () => {
      const chosen = this.write.file.files.length > 0;
      this.write.querySelector(".file").classList.toggle("chosen", chosen);
      if (chosen) say(`Vas a enviar: ${this.write.file.files[0].name}`);
    });
    this.write.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
  }

  // The person's address as the stand-in knows it.
  who() {
    const typed = this.address.value.replace(/\s/g, "");
    return this.channel === "whatsapp" && !typed.startsWith("whatsapp:") ? `whatsapp:${typed}` : typed;
  }

  async send() {
    const text = this.write.text.value.trim();
    const file = this.write.file.files[0];
    if (!text && !file) return;
    const message = { text };
    if (file) {
      const type = file.type || "application/octet-stream";
      message.files = [{ name: file.name, content_type: type, base64: await asBase64(file) }];
    }
    this.write.reset();
    this.write.querySelector(".file").classList.remove("chosen");
    await this.post(message);
  }

  async post(message) {
    const body = { channel: this.channel, from: this.who(), ...message };
    try {
      const done = await ask("inbound", { method: "POST", body: JSON.stringify(body) });
      const taken = done.delivered === true || (done.webhook && done.webhook.status === 200);
      say(taken ? "El asistente ya lo tiene." :
        "El asistente no contestó. Revisá que esté encendido y con la dirección del webhook.");
    } catch (error) {
      say(`No se pudo enviar: ${error.message}`);
    }
    await this.refresh();
  }

  async refresh() {
    const query = new URLSearchParams({ channel: this.channel, address: this.who() });
    const { messages } = await ask(`messages?${query}`);
    const seen = JSON.stringify(messages);
    if (seen === this.shown) return;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
    this.shown = seen;
    this.list.replaceChildren(...messages.map((message) => this.bubble(message)));
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  bubble(message) {
    const failed = message.status === "failed" || message.status === "undelivered";
    const bubble = element("li", `${message.direction}${failed ? " failed" : ""}`);
    bubble.append(message.text);
    message.files.forEach((file, index) => {
      const query = new URLSearchParams({ channel: this.channel, number: message.number, index });
      const link = element("a", "note", `${KINDS[message.kind] || "Archivo"}: ${file.name || file.content_type}`);
      link.href = `file?${query}`;
      link.target = "_blank";
      link.rel = "noopener";
      bubble.append(link);
    });
    if (message.details.location) {
      bubble.append(element("span", "note", `Ubicación: ${message.details.location.join(", ")}`));
    }
    if (message.buttons.length) bubble.append(this.buttons(message));
    const time = new Date(message.at * 1000).toLocaleTimeString("es-SV", { timeStyle: "short" });
    const reason = message.error_code ? ` (código ${message.error_code})` : "";
    const status = STATUSES[message.status] ? ` · ${STATUSES[message.status]}${reason}` : "";
    bubble.append(element("span", "note", `${time}${status}`));
    return bubble;
  }

  buttons(message) {
    const row = element("div", "buttons");
    for (const button of message.buttons) {
      if (/^https?:/.test(button.payload)) {
        const link = element("a", "", button.title);
        link.href = button.payload;
        link.target = "_blank";
        link.rel = "noopener";
        row.append(link);
        continue;
      }
      const made = element("button", "", button.title);
      made.type = "button";
      made.addEventListener("click", () =>
        this.post({ press: { message: message.provider_id, button: button.title } }));
      row.append(made);
    }
    return row;
  }

  know(people) {
    if (this.people.children.length === people.length) return;
    this.people.replaceChildren(...people.map((person) => {
      const option = document.createElement("option");
      option.value = person.address.replace("whatsapp:", "");
      return option;
    }));
  }
}

const phones = [...document.querySelectorAll(".phone")].map((section) => new Phone(section));

async function refresh() {
  try {
    const people = await ask("people");
    for (const phone of phones) {
      phone.know(people[phone.channel]);
      await phone.refresh();
    }
  } catch (error) {
    say(`Sin conexión con los teléfonos de prueba: ${error.message}`);
  }
  setTimeout(refresh, 1000);
}

refresh();
