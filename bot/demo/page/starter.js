/** The button that starts the bot with what a link handed over, where there is a conversation already. */

import { actionButton } from "/page/buttons.js";
import { el } from "/page/dom.js";
import { T } from "/page/texts.js";

export class Starter {
  #start;

  /** @param {() => void} start */
  constructor(start) {
    this.#start = start;
    this.node = el("div", { class: "starter", hidden: true });
  }

  /** @param {boolean} wanted */
  show(wanted) {
    if (this.node.hidden === !wanted) return;
    this.node.hidden = !wanted;
    const button = actionButton(T.start, "primary start", this.#start, "start");
    this.node.replaceChildren(...(wanted ? [button] : []));
  }
}
