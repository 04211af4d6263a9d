/** Where one writes: text, commands, attachments, replies and edits. */

import { iconButton } from "/page/buttons.js";
import { summary, textOf } from "/page/content.js";
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
  #context = null;

  /**
   * @param {import("/page/room.js").Room} room
   * @param {{send: Function, edit: Function, files: Function, samples: Function, say: Function, nameOf: Function,
   *   become: Function}} hands
   */
  constructor(room, hands) {
    this.#room = room;
    this.#hands = hands;
    this.#build();
    this.input.value = room.draft;
    this.#typed();
  }

  focus() {
    this.input.focus();
  }

  /** Takes the focus, unless that would raise a phone's keyboard unasked. */
  invite() {
    if (matchMedia("(pointer: fine)").matches) this.focus();
  }

  /** The bot's commands or the people changed. */
  refresh(people, persona) {
    this.menu.hidden = !this.#room.info.commands?.length;
    this.personaBox.hidden = !this.#room.isGroup;
    if (!this.#room.isGroup) return;
    this.persona.replaceChildren(
      ...people.map(({ id, name }) => new Option(name, id, false, id === persona)),
    );
  }

  /** Begins a reply (`kind` "reply") or an edit ("edit"). */
  begin(kind, message) {
    this.#context = { kind, message };
    this.contextIcon.replaceChildren(icon(kind));
    this.contextName.textContent =
      kind === "edit" ? T.editing : T.replyTo(this.#hands.nameOf(message.from));
    this.contextText.textContent = summary(message);
    this.context.hidden = false;
    if (kind === "edit") this.#write(textOf(message));
    this.focus();
  }

  endContext() {
    if (!this.#context) return;
    const wasEdit = this.#context.kind === "edit";
    this.#context = null;
    this.context.hidden = true;
    if (wasEdit) this.#write("");
  }

  /** What a message that is sent now answers to; asking for it settles it. */
  takeReply() {
    const message = this.#context?.kind === "reply" ? this.#context.message : null;
    if (message) this.endContext();
    return message ? { reply_to: message.message_id, thread: message.message_thread_id } : {};
  }

  /** @returns {string} the text so far, which goes with the files as their caption */
  takeDraft() {
    const text = this.input.value.trim();
    this.#write("");
    return text;
  }

  get draft() {
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
      () => this.#room.info.commands ?? [],
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
    this.node = el(
      "form",
      { class: "composer" },
      this.#buildContext(),
      this.#buildPersona(),
      this.#buildLine(),
    );
    this.#listen();
  }

  #buildContext() {
    this.contextIcon = el("span", { class: "context-icon" });
    this.contextName = el("span", { class: "quote-name" });
    this.contextText = el("span", { class: "quote-text" });
    const cancel = iconButton("close", T.cancel, () => this.endContext());
    this.context = el(
      "div",
      { class: "context", hidden: true, data: { testid: "context" } },
      this.contextIcon,
      el("div", { class: "context-words" }, this.contextName, this.contextText),
      cancel,
    );
    return this.context;
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
    this.#room.draft = this.#context?.kind === "edit" ? "" : input.value;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
    this.send.classList.toggle("ready", Boolean(this.draft));
    this.suggestions.update();
  }

  #keyed(event) {
    if (this.suggestions.key(event) || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#context) {
      event.stopPropagation();
      this.endContext();
    }
  }

  #submit() {
    const text = this.draft;
    if (!text) return;
    if (text.length > LONGEST_TEXT) {
      this.#hands.say(T.tooLong(LONGEST_TEXT));
      return;
    }
    this.suggestions.close();
    if (this.#context?.kind === "edit") this.#edit(text);
    else this.#hands.send({ text: this.takeDraft(), ...this.takeReply() });
  }

  async #edit(text) {
    const { message } = this.#context;
    if (text === textOf(message) || (await this.#hands.edit(message, text))) this.endContext();
  }

  #command(text) {
    this.#write("");
    this.#hands.command(text);
  }

  #write(text) {
    this.input.value = text;
    this.#typed();
  }
}
