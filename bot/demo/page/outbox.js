/** What people send, until the server has it: in order, with progress, and never lost in silence. */

import { isPhoto } from "/page/content.js";

/** Something on its way; `state` is "waiting", "sending" or "failed". */
class Parcel {
  constructor(world, room, content) {
    this.world = world;
    this.room = room;
    this.content = content;
    this.files = content.files ?? [];
    this.landed = false;
    this.after = room.last?.message_id ?? 0;
    this.ready();
  }

  ready() {
    this.state = "waiting";
    this.progress = 0;
    this.error = "";
    this.lost = false;
    this.stop = new AbortController();
  }

  /** Whether this new message is what we sent, though the server has not answered us yet. */
  is(message) {
    if (this.state !== "sending" || this.landed || message.from?.id !== this.content.from)
      return false;
    if (!this.files.length) return this.says(message);
    return (
      this.progress === 1 &&
      (isPhoto(message) || Boolean(message.document ?? message.animation ?? message.sticker))
    );
  }

  says({ from, text }) {
    return from?.id === this.content.from && text === this.content.text;
  }

  /** Whether the server may have it, though its answer was lost. */
  get arrived() {
    const { messages } = this.room;
    return messages.some((message) => message.message_id > this.after && this.says(message));
  }
}

export class Outbox {
  #store;
  #world;
  #wordLanes = new WeakMap();
  #fileLanes = new WeakMap();
  #rooms = new WeakMap();
  #all = new Set();
  #watchers = new Set();

  /**
   * @param {import("/page/store.js").Store} store
   * @param {() => import("/page/api.js").World} world
   */
  constructor(store, world) {
    this.#store = store;
    this.#world = world;
    store.on("message", ({ room, message, fresh }) => fresh && this.#land(room, message));
    for (const type of ["link", "loaded"]) store.on(type, () => this.#again());
  }

  /** Whether something would be lost with the page. */
  get busy() {
    return this.#all.size > 0;
  }

  /** @param {(room: object) => void} watcher called when a room's parcels changed */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** @returns {Parcel[]} what is still to be shown as on its way */
  of(room) {
    return (this.#rooms.get(room) ?? []).filter((parcel) => !parcel.landed);
  }

  /** @param {{from: number, text?: string, files?: File[], kind?: string, reply_to?: number}} content */
  send(room, content) {
    const parcel = new Parcel(this.#world(), room, content);
    this.#rooms.set(room, [...(this.#rooms.get(room) ?? []), parcel]);
    this.#all.add(parcel);
    this.#queue(parcel);
  }

  /** @param {object} [changes] to what is sent, such as another `kind` */
  retry(parcel, changes = {}) {
    Object.assign(parcel.content, changes);
    parcel.ready();
    this.#queue(parcel);
  }

  /** Words that did not get through go once more when the line is back; files wait to be asked for. */
  #again() {
    const { link, bot, rooms } = this.#store;
    if (!link || !bot) return;
    for (const parcel of this.#all) {
      const here = rooms.get(parcel.room.id) === parcel.room;
      if (!here || !parcel.lost || parcel.files.length) continue;
      if (parcel.arrived) this.#remove(parcel);
      else this.retry(parcel);
    }
  }

  /** Stops a parcel on its way, or throws away one that failed. */
  discard(parcel) {
    parcel.stop.abort();
    this.#remove(parcel);
  }

  /** Words go one after another, and files too; but words do not wait for files. */
  #queue(parcel) {
    const lanes = parcel.files.length ? this.#fileLanes : this.#wordLanes;
    const before = lanes.get(parcel.room) ?? Promise.resolve();
    lanes.set(
      parcel.room,
      before.then(() => this.#carry(parcel)),
    );
    this.#tell(parcel.room);
  }

  async #carry(parcel) {
    if (parcel.stop.signal.aborted) return;
    parcel.state = "sending";
    // What it was to answer may have been deleted in the meantime.
    if (!parcel.room.message(parcel.content.reply_to)) delete parcel.content.reply_to;
    this.#tell(parcel.room);
    try {
      const messages = await parcel.world.send(parcel.room.id, parcel.content, {
        signal: parcel.stop.signal,
        onProgress: (part) => this.#progress(parcel, part),
      });
      this.#remove(parcel);
      for (const message of messages) this.#store.takeMessage({ chat: parcel.room.id, message });
    } catch (error) {
      this.#failed(parcel, error);
    }
  }

  #progress(parcel, part) {
    parcel.progress = part;
    this.#tell(parcel.room);
  }

  #failed(parcel, error) {
    if (error.name === "AbortError") return;
    if (parcel.landed) {
      this.#remove(parcel);
      return;
    }
    parcel.state = "failed";
    parcel.error = error.message;
    parcel.lost = error.status === 0;
    this.#tell(parcel.room);
  }

  #land(room, message) {
    const parcel = this.of(room).find((candidate) => candidate.is(message));
    if (!parcel) return;
    parcel.landed = true;
    this.#tell(room);
  }

  #remove(parcel) {
    this.#all.delete(parcel);
    const rest = (this.#rooms.get(parcel.room) ?? []).filter((other) => other !== parcel);
    this.#rooms.set(parcel.room, rest);
    this.#tell(parcel.room);
  }

  #tell(room) {
    for (const watcher of this.#watchers) watcher(room);
  }
}
