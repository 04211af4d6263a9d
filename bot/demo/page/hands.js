/** What a bubble can ask of the chat that it stands in. */

import { downloadUrl } from "/page/api.js";
import { attachment, serviceOf, textOf } from "/page/content.js";
import { confirmDialog } from "/page/dialog.js";
import { payloadOf } from "/page/links.js";
import { T } from "/page/texts.js";
import { openMenu } from "/page/menu.js";
import { openViewer } from "/page/viewer.js";

export class Hands {
  #app;
  #chat;

  /**
   * @param {object} app the parts of the page: see app.js
   * @param {import("/page/chat.js").Chat} chat
   */
  constructor(app, chat) {
    this.#app = app;
    this.#chat = chat;
    this.isGroup = chat.room.isGroup;
    this.command = (text) =>
      chat.send({ text: this.isGroup ? addressed(text, app.store.bot) : text });
  }

  /** @returns {"bot"|"me"|"other"} */
  sideOf({ from }) {
    if (this.#app.store.isBot(from)) return "bot";
    return from?.id === this.#chat.persona ? "me" : "other";
  }

  nameOf(user) {
    return this.#app.store.personName(user?.id) || user?.first_name || "";
  }

  open(id) {
    openViewer(this.#app.store, this.#chat.room, id);
  }

  /** Reads out what changed without being new. */
  announce(text) {
    this.#chat.announce(text);
  }

  reveal(id) {
    if (!this.#chat.log.reveal(id)) this.#app.toaster.say(T.gone);
  }

  photoOf(user) {
    return this.#app.store.photoOf(user?.id);
  }

  /** What a link to the bot itself does here; null for any other link. */
  own(url) {
    const { bot } = this.#app.store;
    const payload = payloadOf(url, bot.username);
    if (payload === null) return null;
    const href = `/?${new URLSearchParams({ bot: bot.id, start: payload })}`;
    return { href, go: () => this.#app.begin(this.#chat.persona, payload) };
  }

  keys(message) {
    return {
      own: (url) => this.own(url),
      press: (data) => this.#press(message, data),
      copy: (text) => this.#app.copy(text),
      say: (text) => this.#app.toaster.say(text),
    };
  }

  /**
   * @param {object[]} messages one, or those of an album
   * @param {Element|{x: number, y: number}} anchor
   */
  menu(messages, anchor) {
    openMenu(anchor, this.#actions(messages));
  }

  #actions(messages) {
    const { composer } = this.#chat;
    const message = messages.find(textOf) ?? messages[0];
    const text = textOf(message);
    const file = attachment(message);
    return [
      !serviceOf(message) && {
        icon: "reply",
        label: T.reply,
        act: () => composer.begin("reply", message),
        testid: "reply",
      },
      text && { icon: "copy", label: T.copyText, act: () => this.#app.copy(text), testid: "copy" },
      text &&
        this.sideOf(message) === "me" && {
          icon: "edit",
          label: T.edit,
          act: () => composer.begin("edit", message),
          testid: "edit",
        },
      file && {
        icon: "download",
        label: T.download,
        href: downloadUrl(file.id, file.name),
        download: file.name,
        testid: "download",
      },
      {
        icon: "trash",
        label: T.remove,
        act: () => this.#remove(messages),
        testid: "delete",
        danger: true,
      },
    ].filter(Boolean);
  }

  async #remove(messages) {
    if (!(await confirmDialog(T.deleteAsk(messages.length), T.remove))) return;
    for (const { message_id: id } of [...messages]) {
      await this.#app.attempt(() => this.#app.world().remove(this.#chat.room.id, id));
    }
  }

  async #press(message, data) {
    const { room, persona } = this.#chat;
    const answer = await this.#app.attempt(() =>
      this.#app.world().press(room.id, persona, message.message_id, data),
    );
    if (answer) this.#app.tell(await this.#app.presses.answered(answer.query_id));
  }
}

/** In a group, a command says which bot it is for. */
function addressed(text, bot) {
  return text.includes("@")
    ? text
    : text.replace(/^\/\w+/, (command) => `${command}@${bot.username}`);
}
