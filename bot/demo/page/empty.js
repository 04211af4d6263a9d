/** What a chat without messages shows: what this is, how to begin, and pictures to begin with. */

import { avatar } from "/page/avatar.js";
import { el } from "/page/dom.js";
import { sampleStrip } from "/page/samples.js";
import { T } from "/page/texts.js";

/**
 * @param {import("/page/store.js").Store} store
 * @param {import("/page/room.js").Room} room
 * @param {{start: () => void, sample: (sample: object) => void}} hands
 */
export function emptyState(store, room, hands) {
  const { bot, samples } = store;
  const start = el(
    "button",
    {
      class: "action primary start",
      type: "button",
      data: { testid: "start" },
      on: { click: hands.start },
    },
    T.start,
  );
  return el(
    "div",
    { class: "empty" },
    room.isGroup ? avatar(room.title, room.id) : avatar(bot.name, bot.id, { isBot: true }),
    el("h3", {}, room.isGroup ? T.emptyGroup(room.title) : T.emptyTitle(bot.name)),
    el("p", { class: "empty-words", dir: "auto" }, describe(room)),
    start,
    samples.length > 0 && el("p", { class: "hint" }, T.samplesTitle),
    samples.length > 0 && sampleStrip(samples, hands.sample),
  );
}

function describe(room) {
  if (room.isGroup) return T.emptyGroupHint;
  return room.info.description || room.info.short_description || T.emptyHint;
}

/** What stands in place of the chats while no bot has come. */
export function noBotState(apiUrl, copy) {
  const address = el(
    "button",
    {
      class: "address",
      type: "button",
      data: { testid: "api-url" },
      on: { click: () => copy(apiUrl) },
    },
    el("code", {}, apiUrl),
  );
  return el(
    "div",
    { class: "empty" },
    el("img", { class: "mark", src: "/page/favicon.svg", alt: "" }),
    el("h3", {}, T.noBot),
    el("p", { class: "empty-words" }, T.noBotHow),
    el("p", { class: "hint" }, T.apiUrl),
    address,
  );
}
