/** Text with the Bot API's entities, as nodes. Offsets count UTF-16 units, just as strings here do. */

import { el } from "/page/dom.js";
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
const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/**
 * @param {string} text
 * @param {object[]} [entities]
 * @param {(command: string) => void} onCommand
 * @returns {DocumentFragment}
 */
export function richText(text, entities = [], onCommand) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, sorted, 0, text.length, onCommand);
}

function span(text, entities, start, end, onCommand) {
  const nodes = new DocumentFragment();
  let at = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    if (stop <= entity.offset) continue;
    nodes.append(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((other) => other.offset < stop);
    const node = element(entity, text.slice(entity.offset, stop), onCommand);
    node.append(span(text, inner, entity.offset, stop, onCommand));
    nodes.append(node);
    at = stop;
  }
  nodes.append(text.slice(at, end));
  return nodes;
}

function element(entity, text, onCommand) {
  switch (entity.type) {
    case "text_link":
      return link(entity.url);
    case "url":
      return link(/^[a-z][a-z\d+.-]*:/i.test(text) ? text : `https://${text}`);
    case "email":
      return link(`mailto:${text}`);
    case "phone_number":
      return link(`tel:${text}`);
    case "bot_command":
      return command(text, onCommand);
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

/** @returns {string|null} null for what could run code here */
export function safeUrl(url) {
  const parsed = URL.parse(url);
  return parsed && SAFE_SCHEMES.has(parsed.protocol) ? parsed.href : null;
}

function link(url) {
  const href = safeUrl(url);
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }) : el("span");
}

function command(text, onCommand) {
  return el("button", { class: "command", type: "button", on: { click: () => onCommand(text) } });
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
