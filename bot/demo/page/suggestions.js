/** The bot's commands above the text box: all of them by the button, fitting ones while one types a slash. */

import { el } from "/page/dom.js";
import { T } from "/page/texts.js";

let lists = 0;

export class Suggestions {
  #commands;
  #input;
  #pick;
  #shown = [];
  #active = -1;
  #watch = null;

  /**
   * @param {HTMLTextAreaElement} input
   * @param {() => {command: string, description: string}[]} commands
   * @param {(command: string) => void} pick
   */
  constructor(input, commands, pick) {
    this.#input = input;
    this.#commands = commands;
    this.#pick = pick;
    this.id = `commands-${++lists}`;
    this.node = el("div", {
      class: "suggestions",
      id: this.id,
      role: "listbox",
      "aria-label": T.commands,
      hidden: true,
      data: { testid: "suggestions" },
    });
    // The text box keeps the focus, whatever is pressed here.
    this.node.addEventListener("pointerdown", (event) => event.preventDefault());
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.id);
  }

  get open() {
    return !this.node.hidden;
  }

  /** Shows what fits the beginning that was typed. */
  update() {
    const typed = /^\/(\w*)$/.exec(this.#input.value)?.[1].toLowerCase();
    if (typed === undefined) {
      this.close();
      return;
    }
    const fitting = this.#commands().filter(({ command }) => command.startsWith(typed));
    const exact = fitting.some(({ command }) => command === typed);
    this.#show(fitting, exact || !typed ? -1 : 0);
  }

  toggleAll() {
    if (this.open) this.close();
    else this.#show(this.#commands(), -1);
  }

  close() {
    this.node.hidden = true;
    this.#active = -1;
    this.#watch?.abort();
    this.#input.removeAttribute("aria-activedescendant");
  }

  /** @returns {boolean} whether the key was for this list */
  key(event) {
    if (!this.open) return false;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") this.#move(key === "ArrowDown" ? 1 : -1);
    else if (key === "Escape") this.close();
    else if (key === "Enter" && !event.shiftKey && this.#active >= 0)
      this.#choose(this.#shown[this.#active].command);
    else if (key === "Tab" && !event.shiftKey && this.#shown.length) this.#complete();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #show(commands, active) {
    if (!commands.length) {
      this.close();
      return;
    }
    this.#shown = commands;
    this.node.replaceChildren(...commands.map((command, place) => this.#option(command, place)));
    this.node.hidden = false;
    this.#closeOutside();
    this.#mark(active);
  }

  /** Where nothing has the focus, as on a phone, a press elsewhere has to be watched for. */
  #closeOutside() {
    this.#watch?.abort();
    this.#watch = new AbortController();
    const within = this.node.parentElement;
    addEventListener("pointerdown", ({ target }) => within.contains(target) || this.close(), {
      signal: this.#watch.signal,
    });
  }

  #option({ command, description }, place) {
    const props = {
      class: "suggestion",
      role: "option",
      id: `${this.id}-${place}`,
      data: { testid: "suggestion", command },
    };
    const node = el(
      "div",
      props,
      el("span", { class: "suggestion-name" }, `/${command}`),
      el("span", { class: "suggestion-words" }, description),
    );
    node.addEventListener("click", () => this.#choose(command));
    return node;
  }

  #move(step) {
    const count = this.#shown.length;
    const from = this.#active < 0 && step < 0 ? count : this.#active;
    this.#mark((from + step + count) % count);
  }

  #mark(active) {
    this.#active = active;
    [...this.node.children].forEach((option, place) =>
      option.setAttribute("aria-selected", place === active),
    );
    const option = this.node.children[active];
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #complete() {
    const { command } = this.#shown[Math.max(0, this.#active)];
    this.#input.value = `/${command} `;
    this.close();
    this.#input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #choose(command) {
    this.close();
    this.#pick(`/${command}`);
  }
}
