/** The bubbles of everything that is on its way in one chat. */

import { el } from "/page/dom.js";
import { Pending } from "/page/pending.js";

export class Parcels {
  #outbox;
  #room;
  #bubbles = new Map();

  /**
   * @param {import("/page/outbox.js").Outbox} outbox
   * @param {import("/page/room.js").Room} room
   */
  constructor(outbox, room) {
    this.#outbox = outbox;
    this.#room = room;
    this.node = el("div");
  }

  get empty() {
    return this.#bubbles.size === 0;
  }

  show() {
    const parcels = this.#outbox.of(this.#room);
    for (const parcel of [...this.#bubbles.keys()]) {
      if (!parcels.includes(parcel)) this.#remove(parcel);
    }
    for (const parcel of parcels) this.#showOne(parcel);
  }

  close() {
    for (const parcel of [...this.#bubbles.keys()]) this.#remove(parcel);
  }

  #showOne(parcel) {
    const known = this.#bubbles.get(parcel);
    if (known) {
      known.show();
      return;
    }
    const bubble = new Pending(parcel, this.#outbox);
    this.#bubbles.set(parcel, bubble);
    this.node.append(bubble.node);
  }

  #remove(parcel) {
    this.#bubbles.get(parcel).remove();
    this.#bubbles.delete(parcel);
  }
}
