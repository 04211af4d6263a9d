/** The buttons under a message. */

import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { anchor } from "/page/links.js";
import { T } from "/page/texts.js";

// More letters than a third of a narrow pane holds.
const LONG = 9;
const PATIENCE_MS = 5000;
const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

/**
 * @param {{text: string}[][]} rows
 * @param {{press: (data: string) => Promise<void>, copy: (text: string) => void,
 *   say: (text: string) => void, own: Function}} hands see links.js for `own`
 */
export function keyboard(rows, hands) {
  return el("div", { class: "keyboard" }, ...rows.map((row) => buttonRow(row, hands)));
}

function buttonRow(row, hands) {
  const long = row.length > 2 && row.some(({ text }) => text.length > LONG);
  const props = { class: long ? "keyboard-row long" : "keyboard-row" };
  return el("div", props, ...row.map((button) => key(button, hands)));
}

function key(button, hands) {
  const props = { class: `key ${button.style ?? ""}`, data: { testid: "keyboard-button" } };
  const link = button.url && anchor(button.url, hands, props);
  if (link) {
    link.append(...face(button, "link").filter(Boolean));
    return link;
  }
  const node = el(
    "button",
    { ...props, type: "button" },
    ...face(button, button.copy_text && "copy"),
  );
  node.addEventListener("click", () => act(button, node, hands));
  return node;
}

function face(button, mark) {
  return [el("span", {}, button.text), mark && icon(mark)];
}

function act(button, node, hands) {
  if (button.copy_text) hands.copy(button.copy_text.text);
  else if (button.callback_data !== undefined) press(button, node, hands);
  else hands.say(T.unsupportedButton);
}

async function press(button, node, hands) {
  if (node.getAttribute("aria-busy")) return;
  node.setAttribute("aria-busy", "true");
  node.setAttribute("aria-description", T.pressing);
  await Promise.race([hands.press(button.callback_data), patience()]);
  node.removeAttribute("aria-busy");
  node.removeAttribute("aria-description");
}
