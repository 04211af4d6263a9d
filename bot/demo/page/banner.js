/** One line at the top that says what stands in the way, if anything does. */

import { el, setText } from "/page/dom.js";
import { T } from "/page/texts.js";

const RESTORED_MS = 2500;

export class Banner {
  #store;
  #restored = false;

  /** @param {import("/page/store.js").Store} store */
  constructor(store) {
    this.#store = store;
    this.node = el("div", {
      class: "banner",
      role: "status",
      hidden: true,
      data: { testid: "banner" },
    });
    store.on("link", (change) => this.#linked(change));
    for (const type of ["loaded", "bot"]) store.on(type, () => this.#show());
  }

  #linked({ up, before }) {
    this.#restored = up && before === false;
    if (this.#restored) setTimeout(() => this.#settle(), RESTORED_MS);
    this.#show();
  }

  #settle() {
    this.#restored = false;
    this.#show();
  }

  #show() {
    const state = this.#state();
    this.node.hidden = !state;
    this.node.dataset.state = state ?? "";
    setText(this.node, state ? this.#words(state) : "");
  }

  #state() {
    const { link, bot } = this.#store;
    if (link === false) return "lost";
    if (link === null) return null;
    if (!bot) return "nobot";
    if (bot.status !== "online") return bot.status;
    return this.#restored ? "restored" : null;
  }

  #words(state) {
    const { bot } = this.#store;
    const words = { lost: T.lost, nobot: T.noBotBanner, restored: T.restored };
    return words[state] ?? T[state]?.(bot.name) ?? "";
  }
}
