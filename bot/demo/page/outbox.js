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
    this.ready();
  }

  ready() {
    this.state = "waiting";
    this.progress = 0;
    this.error = "";
    this.stop = new AbortController();
  }

  /** Whether this new message is what we sent, though the server has not answered us yet. */
  is(message) {
    if (this.state !== "sending" || this.landed || message.from?.id !== this.content.from)
      return false;
    if (!this.files.length) return message.text === this.content.text;
    return (
      this.progress === 1 && (isPhoto(message) || Boolean(message.document ?? message.animation))
    );
  }
}

export class Outbox {
  #store;
  #world;
  #wordLanes = new WeakMap();
  #fileLanes = new WeakMap();
  #rooms = new WeakMap();
  #watchers = new Set();

  /**
   * @param {import("/page/store.js").Store} store
   * @param {() => import("/page/api.js").World} world
   */
  constructor(store, world) {
    this.#store = store;
    this.#world = world;
    store.on("message", ({ room, message, fresh }) => fresh && this.#land(room, message));
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
    this.#queue(parcel);
  }

  /** @param {object} [changes] to what is sent, such as another `kind` */
  retry(parcel, changes = {}) {
    Object.assign(parcel.content, changes);
    parcel.ready();
    this.#queue(parcel);
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
    this.#tell(parcel.room);
  }

  #land(room, message) {
    const parcel = this.of(room).find((candidate) => candidate.is(message));
    if (!parcel) return;
    parcel.landed = true;
    this.#tell(room);
  }

  #remove(parcel) {
    const rest = (this.#rooms.get(parcel.room) ?? []).filter((other) => other !== parcel);
    this.#rooms.set(parcel.room, rest);
    this.#tell(parcel.room);
  }

  #tell(room) {
    for (const watcher of this.#watchers) watcher(room);
  }
}
