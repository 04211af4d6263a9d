/** All that the page knows, and who wants to hear when it changes. */

import { Room } from "/page/room.js";

const ACTION_MS = 5000;
const MANY_SEEN = 2000;

/**
 * Tells of: "loaded" (a snapshot came), "bot", "people", "chat" {room}, "message" {room, message, fresh},
 * "removed" {room, id}, "action" {room}, "toast" {event}, "unread" {room}, "link" {up}, "day" (another has begun).
 */
export class Store {
  #listeners = new Map();
  #seen = new Set();
  #kept = { bot: null, rooms: new Map() };

  constructor() {
    this.apiUrl = "";
    this.bot = null;
    this.bots = [];
    this.people = new Map();
    this.rooms = new Map();
    this.samples = [];
    this.link = null;
  }

  /** @returns {() => void} call it to hear no more */
  on(type, listener) {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  tell(type, detail = {}) {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) {
      try {
        listener(detail);
      } catch (error) {
        // One part of the page that fails must not keep the news from the others.
        reportError(error);
      }
    }
  }

  setLink(up) {
    if (this.link === up) return;
    const before = this.link;
    this.link = up;
    this.tell("link", { up, before });
  }

  load(state) {
    const before = this.#kept.bot === state.bot?.id ? this.#kept.rooms : new Map();
    this.#seen.clear();
    Object.assign(this, {
      apiUrl: state.api_url,
      bot: state.bot,
      bots: state.bots,
      samples: state.samples,
    });
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.rooms = new Map(
      state.chats.map((chat) => [chat.id, this.#restored(before.get(chat.id), chat, state.cursor)]),
    );
    // A server that begins anew has no bot at first; drafts shall outlast that.
    if (state.bot) this.#kept = { bot: state.bot.id, rooms: this.rooms };
    this.tell("loaded");
  }

  /** Takes one event; the same number twice counts once. */
  apply(event) {
    if (this.#seen.has(event.n)) return;
    this.#remember(event.n);
    this[HANDLERS[event.type]]?.(event);
  }

  takeChat({ chat }) {
    const known = this.rooms.get(chat.id);
    const room = known ?? new Room(chat);
    if (!known) room.born = Date.now() / 1000;
    room.describe(chat);
    this.rooms.set(chat.id, room);
    if (chat.blocked) this.setAction(room, null);
    this.tell("chat", { room });
    return room;
  }

  takePerson({ person }) {
    this.people.set(person.id, person);
    this.tell("people");
  }

  takeBot({ bot }) {
    const others = this.bots.filter((known) => known.id !== bot.id);
    this.bots = [...others, bot].sort((a, b) => a.id - b.id);
    if (this.bot?.id === bot.id) this.bot = { ...this.bot, ...bot };
    if (this.bot?.id === bot.id && bot.status === "offline")
      for (const room of this.rooms.values()) this.setAction(room, null);
    this.tell("bot", { bot });
  }

  /** @param {{chat: number, message: object, n?: number}} news without `n` where it is an answer, not an event */
  takeMessage({ chat, message, n = 0 }) {
    const room = this.rooms.get(chat);
    const news = room?.put(message, n);
    if (!news) return;
    const fresh = news === "new";
    if (fresh && this.isBot(message.from)) this.setAction(room, null);
    this.tell("message", { room, message, fresh });
  }

  takeDeleted({ chat, message_id: id }) {
    const room = this.rooms.get(chat);
    if (room?.drop(id)) this.tell("removed", { room, id });
  }

  takeAction({ chat, action }) {
    const room = this.rooms.get(chat);
    if (room) this.setAction(room, action);
  }

  takeToast(event) {
    this.tell("toast", { event });
  }

  setAction(room, action) {
    clearTimeout(room.actionTimer);
    if (!action && !room.action) return;
    room.action = action;
    if (action) room.actionTimer = setTimeout(() => this.setAction(room, null), ACTION_MS);
    this.tell("action", { room });
  }

  setUnread(room, count) {
    if (room.unread === count) return;
    room.unread = count;
    this.tell("unread", { room });
  }

  isBot(user) {
    return user?.id === this.bot?.id;
  }

  personName(id) {
    return this.people.get(id)?.name ?? "";
  }

  /** @returns {string|undefined} the file of a person's face */
  photoOf(id) {
    return this.people.get(id)?.photo;
  }

  /** The people of a chat, without its bot. */
  peopleOf(room) {
    return room.info.members.map((id) => this.people.get(id)).filter(Boolean);
  }

  /** Who the visitor is in this chat. */
  personaOf(room) {
    const people = this.peopleOf(room);
    const chosen = people.find((person) => person.id === room.persona);
    return (chosen ?? people[0])?.id ?? room.id;
  }

  /** A room as a snapshot has it; what came since the last one was missed. */
  #restored(known, chat, cursor) {
    const room = known ?? new Room(chat);
    const last = known ? (known.last?.message_id ?? 0) : Infinity;
    room.describe(chat);
    room.replace(chat.messages, cursor);
    const own = this.personaOf(room);
    room.missed = room.messages.filter(
      ({ message_id: id, from }) => id > last && from?.id !== own,
    ).length;
    room.unread += room.missed;
    return room;
  }

  #remember(n) {
    this.#seen.add(n);
    if (this.#seen.size > MANY_SEEN) this.#seen.delete(this.#seen.values().next().value);
  }
}

const HANDLERS = {
  message: "takeMessage",
  edited: "takeMessage",
  deleted: "takeDeleted",
  action: "takeAction",
  toast: "takeToast",
  chat: "takeChat",
  person: "takePerson",
  bot: "takeBot",
};
