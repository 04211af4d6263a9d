/** The way down to the newest message, and how many wait there. */

import { el, setText } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

export class Jump {
  #count = 0;

  /** @param {() => void} go */
  constructor(go) {
    this.badge = el("span", { class: "badge", hidden: true });
    const props = { class: "jump", type: "button", title: T.jumpDown, hidden: true };
    this.node = el("button", { ...props, data: { testid: "jump-down" } }, icon("down"), this.badge);
    this.node.addEventListener("click", go);
    this.#show();
  }

  /** More messages that the reader has not come to. */
  add(count = 1) {
    this.#count += count;
    this.#show();
  }

  /** @param {boolean} down whether the reader is at the bottom */
  arrived(down) {
    this.node.hidden = down;
    if (down) this.#count = 0;
    this.#show();
  }

  #show() {
    this.badge.hidden = !this.#count;
    setText(this.badge, String(this.#count));
    const label = this.#count ? `${T.jumpDown}, ${T.unread(this.#count)}` : T.jumpDown;
    this.node.setAttribute("aria-label", label);
  }
}
