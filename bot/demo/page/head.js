/** The top of a pane: who one talks with, what the bot is doing, and the chat's menu. */

import { avatar } from "/page/avatar.js";
import { iconButton } from "/page/buttons.js";
import { el, setText } from "/page/dom.js";
import { T } from "/page/texts.js";

export class Head {
  /** @param {{back: () => void, close: () => void, menu: (anchor: Element) => void}} hands */
  constructor(hands) {
    this.face = el("span");
    this.title = el("h2", { class: "head-title", dir: "auto" });
    this.status = el("p", { class: "head-status" });
    this.action = el("p", {
      class: "head-action",
      role: "status",
      hidden: true,
      data: { testid: "action" },
    });
    this.back = iconButton("back", T.back, hands.back, { testid: "back" });
    this.more = iconButton("more", T.chatMenu, () => hands.menu(this.more), {
      testid: "chat-menu",
    });
    this.close = iconButton("close", T.closePane, hands.close, { testid: "close-pane" });
    this.node = el(
      "header",
      { class: "head" },
      this.back,
      this.face,
      el("div", { class: "head-words" }, this.title, this.status, this.action),
      this.more,
      this.close,
    );
  }

  /** @param {import("/page/store.js").Store} store */
  show(store, room) {
    const { bot } = store;
    const people = store.peopleOf(room);
    setText(this.title, room.isGroup ? room.title : bot.name);
    setText(
      this.status,
      room.isGroup
        ? T.members([...people.map((person) => person.name), bot.name])
        : `${T.status[bot.status]} · ${T.as(people[0]?.name ?? room.title)}`,
    );
    this.face.replaceChildren(
      room.isGroup ? avatar(room.title, room.id) : avatar(bot.name, bot.id, { isBot: true }),
    );
    this.showAction(bot, room.action);
  }

  showAction(bot, action) {
    this.action.hidden = !action;
    this.status.hidden = Boolean(action);
    setText(this.action, action ? T.action(bot.name, action) : "");
    if (action) this.action.dataset.action = action;
  }
}
