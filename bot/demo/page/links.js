/** Links in messages and on buttons. One that leads to the bot itself goes on here, and leaves no page. */

import { el } from "/page/dom.js";

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);
const HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);
const PAYLOAD = /^[\w-]{0,64}$/;

/** @returns {string|null} null for what could run code here */
export function safeUrl(url) {
  const parsed = URL.parse(url);
  return parsed && SAFE_SCHEMES.has(parsed.protocol) ? parsed.href : null;
}

/**
 * What the link hands to the bot of that name when one starts it.
 * @returns {string|null} "" where it hands over nothing; null for a link to somebody else
 */
export function payloadOf(url, username) {
  const parsed = URL.parse(url);
  if (!parsed || addressee(parsed)?.toLowerCase() !== username.toLowerCase()) return null;
  return payloadIn(parsed.searchParams);
}

/** @param {URLSearchParams} query */
export function payloadIn(query) {
  const payload = query.get("start") ?? "";
  return PAYLOAD.test(payload) ? payload : "";
}

function addressee({ protocol, hostname, pathname, searchParams }) {
  if (protocol === "tg:") return hostname === "resolve" ? searchParams.get("domain") : null;
  return HOSTS.has(hostname) ? pathname.slice(1) : null;
}

/**
 * @param {string} url
 * @param {{own: (url: string) => ({href: string, go: () => void}|null)}} hands
 * @param {object} [props] of the node
 * @returns {HTMLAnchorElement|null} null for what could run code here
 */
export function anchor(url, hands, props = {}) {
  const own = hands.own(url);
  if (own) return el("a", { ...props, href: own.href, on: { click: (event) => go(event, own) } });
  const href = safeUrl(url);
  return href && el("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" });
}

/** Who wants it in another tab gets it there. */
function go(event, own) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  own.go();
}
