/** Which chats are open, side by side; the address keeps them, so that back, forward and reload do as one thinks. */

import { Chat } from "/page/chat.js";
import { el } from "/page/dom.js";

const PHONE = matchMedia("(max-width: 719px)");
const SIDEBAR_PIXELS = 320;
const PANE_PIXELS = 380;
const MOST = 3;

export class Panes {
  #app;
  #chats = [];
  #onChange;

  /** @param {() => void} onChange called when other chats are open than before */
  constructor(app, onChange) {
    this.#app = app;
    this.#onChange = onChange;
    this.node = el("main", { class: "panes" });
    addEventListener("hashchange", () => this.show());
    addEventListener("resize", () => this.show());
    PHONE.addEventListener("change", () => this.show());
  }

  get chats() {
    return this.#chats;
  }

  has(room) {
    return this.#chats.some((chat) => chat.room === room);
  }

  /** @returns {Chat|undefined} */
  of(room) {
    return this.#chats.find((chat) => chat.room === room);
  }

  open(room) {
    this.#go([room.id]);
    this.of(room)?.rest();
  }

  openBeside(room) {
    const others = this.#chats.map((chat) => chat.room.id).filter((id) => id !== room.id);
    this.#go([...others.slice(-(this.#fitting() - 1)), room.id]);
    this.of(room)?.rest();
  }

  /** Makes the open panes those which the address names, as far as they exist and fit. */
  show() {
    const rooms = this.#wanted();
    for (const chat of this.#chats.filter((open) => !rooms.includes(open.room))) chat.close();
    this.#chats = rooms.map((room) => this.of(room) ?? this.#build(room));
    this.#place();
    document.documentElement.classList.toggle("in-chat", rooms.length > 0);
    document.documentElement.classList.toggle("one-pane", this.#fitting() === 1);
    this.node.classList.toggle("several", rooms.length > 1);
    this.#onChange();
  }

  #wanted() {
    const { rooms } = this.#app.store;
    const named = [...new Set(ids())]
      .map((id) => rooms.get(id))
      .filter(Boolean)
      .slice(-this.#fitting());
    if (named.length || PHONE.matches) return named;
    return [...rooms.values()].slice(0, 1);
  }

  #fitting() {
    if (PHONE.matches) return 1;
    return Math.max(1, Math.min(MOST, Math.floor((innerWidth - SIDEBAR_PIXELS) / PANE_PIXELS)));
  }

  #go(chats) {
    const hash = `#${chats.join("+")}`;
    if (location.hash !== hash) history.pushState(null, "", hash);
    this.show();
  }

  #build(room) {
    return new Chat(this.#app, room, {
      back: () => this.#leave(),
      close: (chat) => this.#close(chat),
    });
  }

  #place() {
    this.#chats.forEach((chat, place) => {
      if (this.node.children[place] === chat.node) return;
      this.node.insertBefore(chat.node, this.node.children[place] ?? null);
      chat.opened();
    });
  }

  #leave() {
    const [chat] = this.#chats;
    this.#go([]);
    this.#app.sidebar.focus(chat?.room);
  }

  #close(chat) {
    this.#go(this.#chats.filter((open) => open !== chat).map((open) => open.room.id));
    this.#chats.at(-1)?.rest();
  }
}

function ids() {
  return location.hash.slice(1).split("+").filter(Boolean).map(Number);
}
