/** Building nodes: everything is made node by node, so that no data is ever read as markup. */

/**
 * @param {string} tag
 * @param {{class?: string, data?: Object<string, unknown>, on?: Object<string, EventListener>}} [props]
 *   `data` becomes data- attributes, `on` listeners, a boolean an attribute that is there or not,
 *   null or undefined nothing at all, and the rest plain attributes.
 * @param {...(Node|string|null|false|undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.filter((child) => child || child === 0));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined) return;
  if (name === "data") Object.assign(node.dataset, value);
  else if (name === "on") listen(node, value);
  else if (typeof value === "boolean") node.toggleAttribute(name, value);
  else node.setAttribute(name, value);
}

function listen(node, handlers) {
  for (const [type, handler] of Object.entries(handlers)) node.addEventListener(type, handler);
}

/** Sets an attribute only where it differs: a write that changes nothing still costs a style pass. */
export function setAttr(node, name, value) {
  if (value === null || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Sets a text only where it differs, so that live regions stay quiet. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
