/** The list of messages in a pane: keeps order, neighbours and the place where one reads. */

import { Bubble } from "/page/bubble.js";
import { calm, el } from "/page/dom.js";
import { onLongPress } from "/page/longpress.js";
import { T } from "/page/texts.js";

const NEAR_BOTTOM = 60;
const NEAR_TOP = 600;
const PAGE = 200;
const ROW_KEYS = { ArrowUp: -1, ArrowDown: 1 };

export class Log {
  #room;
  #hands;
  #bubbles = [];
  #byMessage = new Map();
  #onMove;
  #top = 0;
  #height = 0;
  /** What is older than this message is built only when one scrolls up to it. */
  #floor;

  /**
   * @param {import("/page/room.js").Room} room
   * @param {object} hands see chat.js
   * @param {() => void} onMove called when the reader came to, or left, the bottom
   */
  constructor(room, hands, onMove) {
    this.#room = room;
    this.#hands = hands;
    this.#onMove = onMove;
    this.#floor = this.#newest();
    this.following = true;
    this.fromTop = false;
    this.list = el("div", { class: "list" });
    this.tail = el("div", { class: "tail", "aria-live": "off" });
    this.content = el("div", { class: "log-content" }, this.list, this.tail);
    this.node = el(
      "div",
      {
        class: "log",
        role: "log",
        "aria-live": "polite",
        "aria-relevant": "additions",
        tabindex: "0",
        "aria-label": T.messages(room.title),
        data: { testid: "messages" },
      },
      this.content,
    );
    this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.node.addEventListener("keydown", (event) => this.#keyed(event));
    onLongPress(this.node, (event) => this.#pressed(event));
    this.#watchSize();
    this.sync();
  }

  /** Makes the list what the room holds, touching only what differs. */
  sync() {
    this.#floor = Math.min(this.#floor, this.#newest());
    const held = new Set(this.#room.messages.map((message) => message.message_id));
    for (const id of [...this.#byMessage.keys()]) if (!held.has(id)) this.drop(id);
    for (const message of this.#room.messages) this.put(message);
    this.settle();
  }

  /** Builds everything anew: another person looks at the same messages. */
  rebuild() {
    this.#bubbles = [];
    this.#byMessage.clear();
    this.list.replaceChildren();
    this.sync();
  }

  /** Draws a message; one that cannot be drawn must not take the others with it. */
  put(message) {
    if (message.message_id < this.#floor && !this.#byMessage.has(message.message_id)) return;
    try {
      this.#draw(message);
    } catch (error) {
      console.error(error);
      this.#draw(bare(message));
    }
  }

  #draw(message) {
    const id = message.message_id;
    const bubble = this.#byMessage.get(id) ?? this.#albumOf(message);
    if (bubble) {
      this.#byMessage.set(id, bubble);
      bubble.put(message);
    } else {
      this.#insert(new Bubble(message, this.#hands));
    }
  }

  drop(id) {
    const bubble = this.#byMessage.get(id);
    if (!bubble) return;
    this.#byMessage.delete(id);
    if (!bubble.drop(id)) return;
    const place = this.#bubbles.indexOf(bubble);
    const focused = bubble.node.contains(document.activeElement);
    this.#bubbles.splice(place, 1);
    bubble.node.remove();
    this.#arrange(place - 1, place);
    if (focused) (this.#bubbles[place] ?? this.#bubbles[place - 1] ?? this).focus();
  }

  focus() {
    this.node.focus({ preventScroll: true });
  }

  /** Another day has begun: what was today is yesterday. */
  showDays() {
    this.#arrange(0, this.#bubbles.length);
  }

  /** Scrolls to a message and makes it blink once. */
  reveal(id) {
    if (this.#room.message(id)) while (!this.#byMessage.has(id) && this.#extend());
    const bubble = this.#byMessage.get(id);
    if (!bubble) return false;
    this.#follow(false);
    bubble.row.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    bubble.flash();
    return true;
  }

  toBottom({ smooth = false } = {}) {
    this.#follow(true);
    const behavior = smooth && !calm() ? "smooth" : "instant";
    this.node.scrollTo({ top: this.fromTop ? 0 : this.node.scrollHeight, behavior });
  }

  /** Stays at the bottom if that is where the reader was. */
  settle() {
    if (this.following) this.toBottom();
  }

  get empty() {
    return this.#bubbles.length === 0;
  }

  #newest() {
    return this.#room.messages.at(-PAGE)?.message_id ?? 0;
  }

  /** Shows some more of what is older; the reader stays at the same words. */
  #extend() {
    const older = this.#room.messages.filter((message) => message.message_id < this.#floor);
    const { node } = this;
    const below = node.scrollHeight - node.scrollTop;
    this.#floor = older.at(-PAGE)?.message_id ?? 0;
    for (const message of older.slice(-PAGE)) this.put(message);
    if (older.length) node.scrollTop = node.scrollHeight - below;
    return older.length > 0;
  }

  #albumOf(message) {
    const group = message.media_group_id;
    if (!group) return null;
    const place = this.#placeOf(message.message_id);
    return [this.#bubbles[place - 1], this.#bubbles[place]].find(
      (near) => near?.first.media_group_id === group,
    );
  }

  #insert(bubble) {
    const place = this.#placeOf(bubble.id);
    this.list.insertBefore(bubble.node, this.#bubbles[place]?.node ?? null);
    this.#bubbles.splice(place, 0, bubble);
    this.#byMessage.set(bubble.id, bubble);
    this.#arrange(place - 1, place + 1);
  }

  /** Almost always at the end: look from there. */
  #placeOf(id) {
    let place = this.#bubbles.length;
    while (place > 0 && this.#bubbles[place - 1].id > id) place -= 1;
    return place;
  }

  #arrange(from, to) {
    for (
      let place = Math.max(0, from);
      place <= Math.min(to, this.#bubbles.length - 1);
      place += 1
    ) {
      this.#bubbles[place].arrange(this.#bubbles[place - 1], this.#bubbles[place + 1]);
    }
  }

  #watchSize() {
    const observer = new ResizeObserver(() => {
      this.settle();
      this.#fill();
    });
    observer.observe(this.content);
    observer.observe(this.node);
  }

  #fill() {
    const { clientHeight, scrollTop } = this.node;
    if (this.#floor && clientHeight && scrollTop < NEAR_TOP) this.#extend();
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    const near = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
    // A list that has shrunk pushes its reader up, too; one that has grown is followed in a moment.
    const upwards = scrollTop < this.#top && scrollHeight === this.#height;
    this.#top = scrollTop;
    this.#height = scrollHeight;
    if (near || this.fromTop) this.#follow(true);
    else if (upwards) this.#follow(false);
    this.#fill();
  }

  #follow(following) {
    if (this.following === following) return;
    this.following = following;
    this.#onMove();
  }

  /** Arrow keys walk over the bubbles, the menu key and Enter open a bubble's menu. */
  #keyed(event) {
    const { target, key } = event;
    const row = target.closest?.(".row");
    if (target !== this.node && target !== row) return;
    if (key in ROW_KEYS) this.#walk(row, ROW_KEYS[key], event);
    else if (row && (key === "Enter" || key === "ContextMenu")) this.#openMenu(row, event);
  }

  #walk(row, step, event) {
    const place = row
      ? this.#bubbles.indexOf(this.#bubbleOf(row)) + step
      : this.#bubbles.length - 1;
    const next = this.#bubbles[place];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.row.scrollIntoView({ block: "nearest" });
  }

  #openMenu(row, event) {
    event.preventDefault();
    this.#hands.menu(this.#bubbleOf(row).messages, row.querySelector(".bubble"));
  }

  #pressed(event) {
    const row = event.target.closest(".row[data-id]");
    if (!row) return false;
    const photo = event.target.closest(".photo");
    const { messages } = this.#bubbleOf(row);
    const meant = photo
      ? messages.filter((message) => String(message.message_id) === photo.dataset.id)
      : messages;
    this.#hands.menu(meant, { x: event.clientX, y: event.clientY });
    return true;
  }

  #bubbleOf(row) {
    return this.#byMessage.get(Number(row.dataset.id));
  }
}

/** What is left of a message when nothing is known of its kind. */
function bare({ message_id, from, date }) {
  return { message_id, from, date };
}
