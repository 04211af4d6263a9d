/** Text with the Bot API's entities, as nodes. Offsets count UTF-16 units, just as strings here do. */

import { el } from "/page/dom.js";
import { anchor } from "/page/links.js";
import { T } from "/page/texts.js";

const TAGS = new Map([
  ["bold", "strong"],
  ["italic", "em"],
  ["underline", "u"],
  ["strikethrough", "s"],
  ["code", "code"],
  ["blockquote", "blockquote"],
  ["expandable_blockquote", "blockquote"],
]);

/**
 * @param {string} text
 * @param {object[]} [entities]
 * @param {{command: (command: string) => void, own: Function}} hands see links.js for `own`
 * @returns {DocumentFragment}
 */
export function richText(text, entities = [], hands) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, sorted, 0, text.length, hands);
}

function span(text, entities, start, end, hands) {
  const nodes = new DocumentFragment();
  let at = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    if (stop <= entity.offset) continue;
    nodes.append(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((other) => other.offset < stop);
    const node = element(entity, text.slice(entity.offset, stop), hands);
    node.append(span(text, inner, entity.offset, stop, hands));
    nodes.append(node);
    at = stop;
  }
  nodes.append(text.slice(at, end));
  return nodes;
}

function element(entity, text, hands) {
  switch (entity.type) {
    case "text_link":
      return link(entity.url, hands);
    case "url":
      return link(/^[a-z][a-z\d+.-]*:/i.test(text) ? text : `https://${text}`, hands);
    case "email":
      return link(`mailto:${text}`, hands);
    case "phone_number":
      return link(`tel:${text}`, hands);
    case "bot_command":
      return command(text, hands);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return el("span", { class: "mention" });
    case "spoiler":
      return spoiler();
    case "pre":
      return pre(entity.language);
    default:
      return el(TAGS.get(entity.type) ?? "span");
  }
}

const link = (url, hands) => anchor(url, hands) ?? el("span");

function command(text, hands) {
  return el("button", { class: "command", type: "button", on: { click: () => hands.command(text) } });
}

function pre(language) {
  return el("pre", { data: language ? { language } : {}, tabindex: "0" });
}

function spoiler() {
  const node = el("span", {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-label": T.spoiler,
  });
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", reveal, { once: true });
  node.addEventListener("keydown", reveal);
  return node;
}
