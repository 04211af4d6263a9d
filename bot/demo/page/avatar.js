/** A round face with initials; the bot wears our mark. */

import { el } from "/page/dom.js";

const HUE_STEP = 67;

/**
 * @param {string} name
 * @param {number} id decides the colour
 * @param {boolean} [isBot]
 */
export function avatar(name, id, isBot = false) {
  if (isBot)
    return el(
      "span",
      { class: "avatar bot", "aria-hidden": "true" },
      el("img", { src: "/page/favicon.svg", alt: "" }),
    );
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, initials(name));
  node.style.setProperty("--hue", hueOf(id));
  return node;
}

export const hueOf = (id) => String((Math.abs(id) * HUE_STEP) % 360);

function initials(name) {
  const words = name.trim().split(/\s+/);
  return (
    words
      .slice(0, 2)
      // Marks that steer the writing's direction are not to be seen by themselves.
      .map((word) => [...word.replace(/^[\p{C}\p{M}]+/u, "")][0] ?? "")
      .join("")
      .toUpperCase()
  );
}
