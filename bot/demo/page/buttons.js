/** The two kinds of buttons that stand everywhere. */

import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";

/**
 * A round one with an icon only.
 * @param {string} face the icon's name
 * @param {string} label what it does, in words
 * @param {() => void} act
 * @param {{testid?: string, small?: boolean}} [more]
 */
export function iconButton(face, label, act, { testid, small = false } = {}) {
  const props = {
    class: small ? "icon-button small" : "icon-button",
    type: "button",
    "aria-label": label,
    title: label,
  };
  return el("button", { ...props, data: testid ? { testid } : {}, on: { click: act } }, icon(face));
}

/** One with words; `style` is "", "primary" or "danger". */
export function actionButton(label, style, act, testid) {
  const props = { class: `action ${style}`, type: "button", data: testid ? { testid } : {} };
  return el("button", { ...props, on: { click: act } }, label);
}
