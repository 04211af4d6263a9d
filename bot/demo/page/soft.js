/** The soft bubble in which the bot is seen at work. */

import { el, setText } from "/page/dom.js";
import { T } from "/page/texts.js";

export class Soft {
  constructor() {
    this.words = el("span");
    const dots = el("span", { class: "dots" }, el("i"), el("i"), el("i"));
    const bubble = el("div", { class: "bubble" }, dots, this.words);
    // The head of the pane says the same to those who do not see.
    const props = { class: "row soft", hidden: true, "aria-hidden": "true" };
    this.node = el(
      "div",
      { ...props, data: { from: "bot" } },
      el("div", { class: "stack" }, bubble),
    );
  }

  /** @param {string|null} action */
  show(bot, action) {
    this.node.hidden = !action;
    setText(this.words, action ? T.action(bot.name, action) : "");
  }
}
