/** Short words that come and go. */

import { el } from "/page/dom.js";

const SHOWN_MS = 4000;
const LEAVING_MS = 250;
const MOST = 3;

export class Toaster {
  constructor() {
    // A popover lies above dialogs too.
    this.node = el("div", { class: "toaster", role: "status", popover: "manual" });
    document.body.append(this.node);
  }

  /** @param {string} text */
  say(text) {
    const toast = el("div", { class: "toast", data: { testid: "toast" } }, text);
    toast.addEventListener("click", () => this.#leave(toast));
    this.#raise();
    this.node.append(toast);
    if (this.node.childElementCount > MOST) this.node.firstElementChild.remove();
    setTimeout(() => this.#leave(toast), SHOWN_MS);
  }

  #raise() {
    if (this.node.matches(":popover-open")) this.node.hidePopover();
    this.node.showPopover();
  }

  #leave(toast) {
    toast.classList.add("leaving");
    setTimeout(() => {
      toast.remove();
      if (!this.node.childElementCount && this.node.matches(":popover-open"))
        this.node.hidePopover();
    }, LEAVING_MS);
  }
}
