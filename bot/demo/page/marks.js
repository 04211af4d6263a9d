/** The small marks at the foot of a bubble: reactions, the time and what goes with it. */

import { el } from "/page/dom.js";
import { clock, timestamp } from "/page/format.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

export function chips(reactions) {
  const counts = new Map();
  for (const { emoji } of reactions) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  return [...counts].map(([emoji, count]) =>
    el("span", { class: "chip" }, count > 1 ? `${emoji} ${count}` : emoji),
  );
}

/** About the room that the time and its marks take, without asking the browser to lay them out. */
export function metaWidth(text, from) {
  return text.length * 6.8 + (from === "me" ? 30 : 14);
}

export function meta(message, from) {
  return [
    message.edit_date && el("span", {}, T.edited),
    el("time", { datetime: timestamp(message.date) }, clock(message.date)),
    from === "me" && icon("check"),
  ].filter(Boolean);
}
