/** The list of chats, and what brings new ones. */

import { avatar } from "/page/avatar.js";
import { iconButton } from "/page/buttons.js";
import { summary } from "/page/content.js";
import { el, setAttr, setText } from "/page/dom.js";
import { shortMoment } from "/page/format.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";
import { currentTheme, turnTheme } from "/page/theme.js";

const THEME_ICONS = { system: "theme", light: "light", dark: "dark" };

export class Sidebar {
  #store;
  #hands;
  #items = new Map();

  /**
   * @param {import("/page/store.js").Store} store
   * @param {{open: Function, beside: Function, isOpen: Function, person: Function, group: Function, bot: Function}} hands
   */
  constructor(store, hands) {
    this.#store = store;
    this.#hands = hands;
    this.#build();
    this.#listen();
  }

  focus(room) {
    this.#items.get(room?.id)?.button.focus();
  }

  /** Other chats are open than before. */
  mark() {
    for (const [id, item] of this.#items) {
      const room = this.#store.rooms.get(id);
      setAttr(item.button, "aria-current", room && this.#hands.isOpen(room) ? "true" : null);
    }
  }

  #build() {
    this.theme = iconButton("theme", "", () => this.#turnTheme(), { testid: "theme" });
    this.list = el("ul", { class: "chats", "aria-label": T.chats, data: { testid: "chat-list" } });
    this.bots = el("select", {
      class: "bots",
      "aria-label": T.bots,
      hidden: true,
      data: { testid: "bots" },
    });
    this.bots.addEventListener("change", () => this.#hands.bot(this.bots.value));
    this.makers = el(
      "div",
      { class: "makers" },
      maker("person", T.newPerson, "new-person", this.#hands.person),
      maker("group", T.newGroup, "new-group", this.#hands.group),
    );
    const brand = el(
      "div",
      { class: "brand" },
      el("img", { src: "/page/favicon.svg", alt: "", width: 36, height: 36 }),
      el("div", { class: "brand-words" }, el("h1", {}, T.brand), el("p", {}, T.place)),
      this.theme,
    );
    this.node = el(
      "nav",
      { class: "sidebar", "aria-label": T.chats },
      brand,
      this.bots,
      this.list,
      this.makers,
    );
    this.#showTheme(currentTheme());
  }

  #listen() {
    const one = ({ room }) => this.#showOne(room);
    for (const type of ["chat", "message", "removed", "unread", "action"])
      this.#store.on(type, one);
    for (const type of ["loaded", "people", "bot", "day"])
      this.#store.on(type, () => this.#showAll());
  }

  #showAll() {
    const { rooms, bot, bots } = this.#store;
    for (const [id, item] of this.#items) {
      if (rooms.has(id)) continue;
      item.node.remove();
      this.#items.delete(id);
    }
    for (const room of rooms.values()) this.#fill(room);
    this.#order();
    this.mark();
    this.makers.hidden = !bot;
    this.bots.hidden = bots.length < 2;
    this.bots.replaceChildren(
      ...bots.map(
        (other) =>
          new Option(`${other.name} @${other.username}`, other.id, false, other.id === bot?.id),
      ),
    );
  }

  #showOne(room) {
    this.#fill(room);
    this.#order();
  }

  #fill(room) {
    const item = this.#items.get(room.id) ?? this.#add(room);
    const { last } = room;
    const photo = this.#store.photoOf(room.id);
    if (item.titled !== room.title || item.photo !== photo) {
      Object.assign(item, { titled: room.title, photo });
      item.face.replaceChildren(
        avatar(room.title, room.id, { photo }),
        ...(room.isGroup ? [icon("group")] : []),
      );
      item.beside.setAttribute("aria-label", T.openBeside(room.title));
      item.beside.title = T.openBeside(room.title);
    }
    setText(item.title, room.isGroup ? room.title : this.#store.bot.name);
    setText(item.as, room.isGroup ? "" : T.as(room.title));
    setText(item.preview, this.#preview(room));
    item.preview.classList.toggle("acting", Boolean(room.action));
    setText(item.time, last ? shortMoment(last.date) : "");
    item.badge.hidden = !room.unread;
    setText(item.badge, String(room.unread));
    setAttr(item.badge, "aria-label", T.unread(room.unread));
  }

  #preview(room) {
    if (room.action) return T.action(this.#store.bot.name, room.action);
    if (!room.last) return T.noMessages;
    const { from } = room.last;
    const words = summary(room.last);
    return room.isGroup && from
      ? T.you(this.#store.personName(from.id) || from.first_name, words)
      : words;
  }

  #add(room) {
    const part = (tag, name) => el(tag, { class: name });
    const item = {
      face: part("span", "item-face"),
      title: el("span", { class: "item-title", dir: "auto" }),
      as: el("span", { class: "item-as", dir: "auto" }),
      preview: el("span", { class: "item-preview", dir: "auto" }),
      time: part("time", "item-time"),
      badge: part("span", "badge"),
    };
    item.button = el(
      "button",
      { class: "chat-item", type: "button", data: { testid: "chat-item", chat: room.id } },
      item.face,
      el(
        "span",
        { class: "item-words" },
        el("span", { class: "item-names" }, item.title, item.as),
        item.time,
        item.preview,
        item.badge,
      ),
    );
    // A room may be replaced by another of the same id, with another bot: ask the store.
    item.button.addEventListener("click", () => this.#hands.open(this.#store.rooms.get(room.id)));
    item.beside = iconButton(
      "beside",
      "",
      () => this.#hands.beside(this.#store.rooms.get(room.id)),
      { testid: "open-beside" },
    );
    item.beside.classList.add("beside");
    item.beside.dataset.chat = room.id;
    item.node = el("li", {}, item.button, item.beside);
    this.#items.set(room.id, item);
    this.list.append(item.node);
    return item;
  }

  /** The latest first; nodes move only if they must, for a moved node loses its focus. */
  #order() {
    const latest = (room) => Math.max(room.last?.date ?? 0, room.born);
    const rooms = [...this.#store.rooms.values()].sort((a, b) => latest(b) - latest(a));
    const nodes = rooms.map((room) => this.#items.get(room.id)?.node).filter(Boolean);
    if (nodes.every((node, place) => this.list.children[place] === node)) return;
    const focused = document.activeElement;
    this.list.append(...nodes);
    if (this.list.contains(focused)) focused.focus();
  }

  #turnTheme() {
    this.#showTheme(turnTheme());
  }

  #showTheme(theme) {
    this.theme.replaceChildren(icon(THEME_ICONS[theme]));
    this.theme.setAttribute("aria-label", T.themes[theme]);
    this.theme.title = T.themes[theme];
    this.theme.dataset.theme = theme;
  }
}

function maker(face, label, testid, act) {
  return el(
    "button",
    { class: "maker", type: "button", data: { testid }, on: { click: act } },
    icon(face),
    el("span", {}, label),
  );
}
