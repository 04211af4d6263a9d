/** A menu that floats beside what it belongs to; Escape or a press elsewhere closes it. */

import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";

const GAP = 6;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

let current = null;

/**
 * @param {Element|{x: number, y: number}} anchor
 * @param {{icon: string, label: string, act: () => void, testid?: string, danger?: boolean, href?: string,
 *   download?: string}[]} items
 */
export function openMenu(anchor, items) {
  current?.close();
  current = new Menu(anchor, items);
}

class Menu {
  #opener = document.activeElement;
  #watch = new AbortController();

  constructor(anchor, items) {
    // Not "auto": that would close at once when the finger of a long press is lifted.
    this.node = el("div", { class: "menu", role: "menu", popover: "manual" }, ...items.map(entry));
    document.body.append(this.node);
    // Before the entry acts: a dialog that it opens gives the focus back to where it was then.
    this.node.addEventListener("click", () => this.close(), { capture: true });
    this.#listen("keydown", (event) => this.#keyed(event));
    this.#listen("pointerdown", ({ target }) => this.node.contains(target) || this.close());
    this.#listen("resize", () => this.close());
    this.node.showPopover();
    place(this.node, anchor);
    this.node.firstElementChild.focus();
  }

  close() {
    const lost = this.node.contains(document.activeElement);
    this.#watch.abort();
    this.node.remove();
    if (lost) this.#opener?.focus?.();
  }

  #listen(type, listener) {
    addEventListener(type, listener, { capture: true, signal: this.#watch.signal });
  }

  #keyed(event) {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else {
      walk(this.node, event);
    }
  }
}

function entry(item) {
  const props = {
    class: item.danger ? "menu-item danger" : "menu-item",
    role: "menuitem",
    data: item.testid ? { testid: item.testid } : {},
  };
  const face = [icon(item.icon), el("span", {}, item.label)];
  if (item.href) return el("a", { ...props, href: item.href, download: item.download }, ...face);
  return el("button", { ...props, type: "button", on: { click: item.act } }, ...face);
}

function walk(menu, event) {
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.children];
  const place = items.indexOf(document.activeElement) + step;
  items.at(place % items.length).focus();
}

/** Below its anchor if there is room, else above; never outside of the window. */
function place(menu, anchor) {
  const box =
    anchor instanceof Element
      ? anchor.getBoundingClientRect()
      : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + GAP;
  const top = below + height <= innerHeight ? below : Math.max(GAP, box.top - GAP - height);
  const left = Math.min(box.left, innerWidth - width - GAP);
  menu.style.top = `${Math.min(top, Math.max(GAP, innerHeight - height - GAP))}px`;
  menu.style.left = `${Math.max(GAP, left)}px`;
}
