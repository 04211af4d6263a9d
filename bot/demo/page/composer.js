/** Where one writes: text, commands, attachments, replies and edits. */

import { iconButton } from "/page/buttons.js";
import { ContextBar } from "/page/context.js";
import { textOf } from "/page/content.js";
import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { openMenu } from "/page/menu.js";
import { Suggestions } from "/page/suggestions.js";
import { T } from "/page/texts.js";

const LONGEST_TEXT = 4096;
const TALLEST = 180;

export class Composer {
  #room;
  #hands;
  #commands = [];

  /**
   * @param {import("/page/room.js").Room} room
   * @param {{send: Function, edit: Function, files: Function, samples: Function, say: Function, nameOf: Function,
   *   become: Function}} hands
   */
  constructor(room, hands) {
    this.#room = room;
    this.#hands = hands;
    this.#build();
    this.#showContext();
    this.#write(room.draft);
  }

  focus() {
    this.input.focus();
  }

  /**
   * Takes the focus, unless that would raise a phone's keyboard unasked.
   * @returns {boolean} whether it did
   */
  invite() {
    const unasked = matchMedia("(pointer: fine)").matches;
    if (unasked) this.focus();
    return unasked;
  }

  /** The bot's commands or the people changed. */
  refresh(people, persona) {
    this.checkContext();
    this.#commands = this.#room.commandsOf(persona);
    this.menu.hidden = !this.#commands.length;
    this.personaBox.hidden = !this.#room.isGroup;
    if (!this.#room.isGroup) return;
    this.persona.replaceChildren(
      ...people.map(({ id, name }) => new Option(name, id, false, id === persona)),
    );
  }

  /** Begins a reply (`kind` "reply") or an edit ("edit"). */
  begin(kind, message) {
    this.endContext();
    this.#room.context = { kind, message, aside: this.input.value };
    this.#showContext();
    if (kind === "edit") this.#write(textOf(message));
    this.focus();
  }

  /** What was being written before an edit comes back after it. */
  endContext() {
    const { context } = this.#room;
    if (!context) return;
    this.#room.context = null;
    this.#showContext();
    if (context.kind === "edit") this.#write(context.aside);
  }

  /** Nothing can be answered or edited that is no longer there; what was typed stays. */
  checkContext() {
    const { context } = this.#room;
    if (!context || this.#room.message(context.message.message_id)) return;
    const typed = this.input.value;
    this.endContext();
    if (!this.draft) this.#write(typed);
  }

  /** What a message that is sent now answers to; asking for it settles it. */
  takeReply() {
    const { context } = this.#room;
    if (context?.kind !== "reply") return {};
    this.endContext();
    const { message_id: id, message_thread_id: thread } = context.message;
    return { reply_to: id, thread };
  }

  /** @returns {string} the text so far, which goes with the files as their caption */
  takeDraft() {
    const text = this.draft;
    if (!this.editing) this.#write("");
    return text;
  }

  /** What is written and not yet sent; the words of an edit are none of it. */
  get draft() {
    return this.editing ? "" : this.#text;
  }

  get editing() {
    return this.#room.context?.kind === "edit";
  }

  get #text() {
    return this.input.value.trim();
  }

  #build() {
    this.input = el("textarea", {
      class: "composer-input",
      rows: "1",
      placeholder: T.placeholder,
      "aria-label": T.placeholder,
      dir: "auto",
      enterkeyhint: "send",
      data: { testid: "composer" },
    });
    this.suggestions = new Suggestions(
      this.input,
      () => this.#commands,
      (text) => this.#command(text),
    );
    this.fileInput = el("input", {
      class: "unseen",
      type: "file",
      multiple: true,
      tabindex: "-1",
      "aria-hidden": "true",
      data: { testid: "file-input" },
    });
    this.context = new ContextBar(() => this.endContext());
    this.node = el(
      "form",
      { class: "composer" },
      this.context.node,
      this.#buildPersona(),
      this.#buildLine(),
    );
    this.#listen();
  }

  #buildPersona() {
    this.persona = el("select", {
      class: "persona",
      "aria-label": T.writeAsLabel,
      data: { testid: "persona" },
    });
    this.persona.addEventListener("change", () => this.#hands.become(Number(this.persona.value)));
    this.personaBox = el(
      "label",
      { class: "persona-box", hidden: true },
      el("span", {}, T.writeAs),
      this.persona,
    );
    return this.personaBox;
  }

  #buildLine() {
    this.menu = el(
      "button",
      { class: "menu-button", type: "button", "aria-label": T.commands, data: { testid: "menu" } },
      icon("menu"),
      el("span", {}, T.menu),
    );
    this.menu.addEventListener("click", () => {
      this.suggestions.toggleAll();
      this.invite();
    });
    this.attach = iconButton("attach", T.attach, () => this.#offerFiles(), { testid: "attach" });
    this.send = el(
      "button",
      { class: "send-button", "aria-label": T.send, title: T.send, data: { testid: "send" } },
      icon("send"),
    );
    return el(
      "div",
      { class: "composer-line" },
      this.suggestions.node,
      this.menu,
      this.attach,
      this.fileInput,
      this.input,
      this.send,
    );
  }

  #listen() {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // A phone's keyboard should stay for the next message.
    this.send.addEventListener("pointerdown", (event) => event.preventDefault());
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#keyed(event));
    this.input.addEventListener("blur", () => this.suggestions.close());
    this.fileInput.addEventListener("change", () => {
      this.#hands.files([...this.fileInput.files]);
      this.fileInput.value = "";
    });
  }

  #offerFiles() {
    openMenu(this.attach, [
      {
        icon: "file",
        label: T.attachFiles,
        act: () => this.fileInput.click(),
        testid: "attach-files",
      },
      {
        icon: "image",
        label: T.samples,
        act: () => this.#hands.samples(),
        testid: "attach-samples",
      },
    ]);
  }

  #typed() {
    const { input } = this;
    this.#room.draft = input.value;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
    this.send.classList.toggle("ready", Boolean(this.#text));
    this.suggestions.update();
  }

  #keyed(event) {
    if (this.suggestions.key(event) || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#room.context) {
      event.stopPropagation();
      this.endContext();
    }
  }

  #submit() {
    const text = this.#text;
    if (text.length > LONGEST_TEXT) {
      this.#hands.say(T.tooLong(LONGEST_TEXT));
      return;
    }
    this.suggestions.close();
    if (this.editing) this.#edit(text);
    else if (text) this.#hands.send({ text: this.takeDraft(), ...this.takeReply() });
  }

  async #edit(text) {
    const { context } = this.#room;
    const { message } = context;
    // A caption can be taken away; a message of nothing cannot be.
    if (!text && typeof message.text === "string") {
      this.#hands.say(T.emptyEdit);
      return;
    }
    const done = text === textOf(message) || (await this.#hands.edit(message, text));
    if (done && this.#room.context === context) this.endContext();
  }

  #command(text) {
    this.#write("");
    this.#hands.command(text);
  }

  #showContext() {
    const { context } = this.#room;
    const editing = context?.kind === "edit";
    this.context.show(context, this.#hands.nameOf);
    this.send.setAttribute("aria-label", editing ? T.save : T.send);
    this.send.title = editing ? T.save : T.send;
  }

  #write(text) {
    this.input.value = text;
    this.#typed();
  }
}
