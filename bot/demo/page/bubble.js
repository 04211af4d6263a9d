/** One bubble: a message, or an album of several. An edit touches only the parts which changed. */

import { fileUrl } from "/page/api.js";
import { avatar, hueOf } from "/page/avatar.js";
import { entitiesOf, isPhoto, serviceOf, summary, textOf } from "/page/content.js";
import { el, setAttr, setText } from "/page/dom.js";
import { richText } from "/page/entities.js";
import { clock, dayKey, dayLabel } from "/page/format.js";
import { icon } from "/page/icons.js";
import { keyboard } from "/page/keyboard.js";
import { chips, meta, metaWidth } from "/page/marks.js";
import { Media } from "/page/media.js";
import { T } from "/page/texts.js";

const ANNOUNCED_MS = 2000;

export class Bubble {
  #hands;
  #parts = new Map();
  #slots = {};
  #media;
  #day;
  #stack;

  /**
   * @param {object} message
   * @param {object} hands what a bubble can ask of its chat: see chat.js
   */
  constructor(message, hands) {
    this.#hands = hands;
    this.messages = [message];
    this.#media = new Media(
      (shown) => hands.open(shown.message_id),
      (shown) => hands.nameOf(shown.from),
      () => this.#showMedia(),
    );
    this.#build();
    this.#show();
    // New bubbles are read out by the log around them; what changes later should not be.
    setTimeout(() => this.row.setAttribute("aria-live", "off"), ANNOUNCED_MS);
  }

  get first() {
    return this.messages[0];
  }

  get id() {
    return this.first.message_id;
  }

  /** Takes a new or changed message of this bubble. */
  put(message) {
    const keys = this.#keyboard();
    const place = this.messages.findIndex((known) => known.message_id >= message.message_id);
    const known = place >= 0 && this.messages[place].message_id === message.message_id;
    this.messages.splice(place < 0 ? this.messages.length : place, known ? 1 : 0, message);
    if (known) this.row.setAttribute("aria-live", "off");
    this.#show();
    // Of the many edits of a job, this is the one that tells how it ended.
    if (known && keys && !this.#keyboard()) this.#hands.announce(summary(this.#worded()));
  }

  /** @returns {boolean} whether nothing is left of it */
  drop(id) {
    this.messages = this.messages.filter((message) => message.message_id !== id);
    if (this.messages.length) this.#show();
    return !this.messages.length;
  }

  /** Sets how it stands among its neighbours. */
  arrange(before, after) {
    const newDay = !before || dayKey(before.first.date) !== dayKey(this.first.date);
    this.#day.hidden = !newDay;
    if (newDay) setText(this.#day.firstChild, dayLabel(this.first.date));
    this.row.classList.toggle("joined-above", !newDay && belongs(before, this));
    this.row.classList.toggle("joined-below", Boolean(after) && belongs(this, after));
  }

  focus() {
    this.row.setAttribute("tabindex", "-1");
    this.row.focus({ preventScroll: true });
  }

  flash() {
    this.row.classList.remove("flash");
    void this.row.offsetWidth;
    this.row.classList.add("flash");
  }

  #build() {
    const slot = (name, tag = "div") =>
      (this.#slots[name] = el(tag, { class: name, hidden: true }));
    const frame = el(
      "div",
      { class: "bubble" },
      slot("author"),
      slot("quote"),
      this.#media.node,
      slot("words"),
      slot("reactions"),
      slot("meta"),
    );
    this.#slots.author.dir = "auto";
    this.#stack = el("div", { class: "stack" }, frame, slot("keys"));
    this.#day = el("div", { class: "day", hidden: true }, el("span"));
    const more = el(
      "button",
      {
        class: "more",
        type: "button",
        // The bubble itself opens the menu by Enter: no second stop for each of many messages.
        tabindex: "-1",
        "aria-label": T.messageMenu,
        "aria-haspopup": "menu",
        data: { testid: "message-menu" },
      },
      icon("more"),
    );
    more.addEventListener("click", () => this.#hands.menu(this.messages, more));
    this.row = el(
      "div",
      { class: "row", role: "article", data: { testid: "message" } },
      slot("face"),
      this.#stack,
      more,
    );
    this.node = el("div", {}, this.#day, this.row);
  }

  #show() {
    const { row, first } = this;
    const from = this.#hands.sideOf(first);
    setAttr(row, "data-id", this.id);
    setAttr(row, "data-ids", this.messages.map((message) => message.message_id).join(" "));
    setAttr(row, "data-from", from);
    row.classList.toggle("service", Boolean(serviceOf(first)));
    this.#showAuthor(from);
    this.#part("quote", this.#quoteKey(), () => [this.#quote(first.reply_to_message)]);
    this.#showMedia();
    this.#showWords();
    this.#part("reactions", first.reactions, (reactions) => chips(reactions));
    this.#showMeta(from);
    this.#showKeys();
    setAttr(row, "aria-label", this.#label());
  }

  #label() {
    const { from, date } = this.first;
    return T.message(this.#hands.nameOf(from), summary(this.#worded()), clock(date));
  }

  /** Whoever is at a button stays at one when others take their place. */
  #showKeys() {
    const { keys } = this.#slots;
    const buttons = () => [...keys.querySelectorAll(".key")];
    const place = buttons().indexOf(document.activeElement);
    this.#part("keys", this.#keyboard(), (rows) => [
      keyboard(rows, this.#hands.keys(this.#withKeys())),
    ]);
    if (place < 0 || keys.contains(document.activeElement)) return;
    const next = buttons()[place] ?? buttons()[0];
    if (next) next.focus({ preventScroll: true });
    else this.focus();
  }

  /** Fills a part anew only if its key changed; an empty key hides it. */
  #part(name, value, build) {
    const key = value && value.length !== 0 ? JSON.stringify(value) : "";
    if (this.#parts.get(name) === key) return;
    this.#parts.set(name, key);
    this.#slots[name].hidden = !key;
    this.#slots[name].replaceChildren(...(key ? build(value) : []));
  }

  #showAuthor(from) {
    const named = this.#hands.isGroup && from !== "me" && !serviceOf(this.first);
    const user = this.first.from;
    this.#part("author", named && [user.id, this.#hands.nameOf(user)], ([, name]) => [name]);
    const face = named && [user.id, this.#hands.nameOf(user), this.#hands.photoOf(user)];
    this.#part("face", face, ([id, name, photo]) => [
      avatar(name, id, { isBot: user.is_bot, photo }),
    ]);
    this.#slots.author.style.setProperty("--hue", hueOf(user?.id ?? 0));
  }

  #showMeta(from) {
    this.#part("meta", [this.first.date, Boolean(this.first.edit_date), from], () =>
      meta(this.first, from),
    );
    this.#stack.style.setProperty("--meta", `${metaWidth(this.#slots.meta.textContent, from)}px`);
  }

  #showMedia() {
    const service = serviceOf(this.first);
    if (service) return;
    const width = this.#media.show(this.messages);
    const full = width !== null;
    this.#stack.style.width = full ? `${width}px` : "";
    this.#stack.classList.toggle("with-picture", full);
    this.#stack.classList.toggle("bare", Boolean(this.first.sticker));
  }

  #showWords() {
    const worded = this.#worded();
    const service = serviceOf(this.first);
    if (service) this.#part("words", [service, this.id], () => [T.service[service](this.first)]);
    else
      this.#part(
        "words",
        textOf(worded) && [textOf(worded), entitiesOf(worded)],
        ([text, entities]) => [
          el(
            "div",
            { class: "text", dir: "auto", data: { testid: "text" } },
            richText(text, entities, this.#hands),
          ),
        ],
      );
  }

  /** The message of an album which holds its caption. */
  #worded() {
    return this.messages.find(textOf) ?? this.first;
  }

  #withKeys() {
    return this.messages.find((message) => message.reply_markup?.inline_keyboard) ?? this.first;
  }

  #keyboard() {
    return this.#withKeys().reply_markup?.inline_keyboard;
  }

  #quoteKey() {
    const { reply_to_message: original, quote } = this.first;
    return (
      original && [
        original.message_id,
        this.#hands.nameOf(original.from),
        summary(original),
        quote?.text,
        original.photo?.[0].file_id,
      ]
    );
  }

  #quote(original) {
    const words = this.first.quote?.text ?? summary(original);
    const button = el(
      "button",
      { class: "quote-button", type: "button", data: { testid: "quote" } },
      isPhoto(original) && el("img", { src: fileUrl(original.photo[0].file_id), alt: "" }),
      el(
        "span",
        { class: "quote-words" },
        el("span", { class: "quote-name", dir: "auto" }, this.#hands.nameOf(original.from)),
        el("span", { class: "quote-text", dir: "auto" }, words),
      ),
    );
    button.addEventListener("click", () => this.#hands.reveal(original.message_id));
    return button;
  }
}

const JOIN_SECONDS = 600;

function belongs(above, below) {
  return (
    above.first.from?.id === below.first.from?.id &&
    !serviceOf(above.first) &&
    !serviceOf(below.first) &&
    dayKey(above.first.date) === dayKey(below.first.date) &&
    below.first.date - above.first.date < JOIN_SECONDS
  );
}
