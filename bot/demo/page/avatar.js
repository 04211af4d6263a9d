/** A round face: one's photo, or initials; the bot wears our mark. */

import { fileUrl } from "/page/api.js";
import { el } from "/page/dom.js";

const HUE_STEP = 67;

/**
 * @param {string} name
 * @param {number} id decides the colour
 * @param {{isBot?: boolean, photo?: string}} [more] `photo` is a file's id
 */
export function avatar(name, id, { isBot = false, photo } = {}) {
  if (isBot) return pictured("avatar bot", "/page/favicon.svg");
  if (photo) return pictured("avatar", fileUrl(photo));
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, initials(name));
  node.style.setProperty("--hue", hueOf(id));
  return node;
}

function pictured(kind, src) {
  const props = { class: kind, "aria-hidden": "true" };
  return el("span", props, el("img", { src, alt: "" }));
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
