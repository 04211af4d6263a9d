/** The line above the text box: which message is being answered or edited. */

import { iconButton } from "/page/buttons.js";
import { summary } from "/page/content.js";
import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

export class ContextBar {
  /** @param {() => void} cancel */
  constructor(cancel) {
    this.face = el("span", { class: "context-icon" });
    this.name = el("span", { class: "quote-name", dir: "auto" });
    this.text = el("span", { class: "quote-text", dir: "auto" });
    this.node = el(
      "div",
      { class: "context", hidden: true, data: { testid: "context" } },
      this.face,
      el("div", { class: "context-words" }, this.name, this.text),
      iconButton("close", T.cancel, cancel),
    );
  }

  /**
   * @param {{kind: "reply"|"edit", message: object}|null} context
   * @param {(user: object) => string} nameOf
   */
  show(context, nameOf) {
    this.node.hidden = !context;
    if (!context) return;
    const { kind, message } = context;
    this.face.replaceChildren(icon(kind));
    this.name.textContent = kind === "edit" ? T.editing : T.replyTo(nameOf(message.from));
    this.text.textContent = summary(message);
  }
}
