/** Modal dialogs, on the browser's own: it keeps the focus in, closes by Escape and gives the focus back. */

import { actionButton } from "/page/buttons.js";
import { el } from "/page/dom.js";
import { T } from "/page/texts.js";

/**
 * @param {{label: string, class?: string, testid?: string, onClose?: () => void}} about
 * @param {...Node} children
 * @returns {HTMLDialogElement}
 */
export function openDialog(about, ...children) {
  const props = {
    class: `dialog ${about.class ?? ""}`,
    "aria-label": about.label,
    data: about.testid ? { testid: about.testid } : {},
  };
  const dialog = el("dialog", props, ...children);
  closeBeside(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    about.onClose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A press beside it closes it; one that only ends there, as when selecting text, does not. */
function closeBeside(dialog) {
  let began = false;
  dialog.addEventListener("pointerdown", (event) => (began = isBeside(dialog, event)));
  dialog.addEventListener("click", (event) => began && isBeside(dialog, event) && dialog.close());
}

function isBeside(dialog, { target, clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const within = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  return target === dialog && !within;
}

/** Says something that wants to be read. */
export function alertDialog(text) {
  const dialog = openDialog(
    { label: text, class: "small-dialog", testid: "toast" },
    el("p", { class: "dialog-text" }, text),
    el(
      "div",
      { class: "dialog-foot" },
      actionButton(T.ok, "primary", () => dialog.close()),
    ),
  );
  dialog.dataset.alert = "true";
}

/** @returns {Promise<boolean>} */
export function confirmDialog(text, label) {
  return new Promise((resolve) => {
    let yes = false;
    const agree = () => {
      yes = true;
      dialog.close();
    };
    const dialog = openDialog(
      { label: text, class: "small-dialog", testid: "confirm", onClose: () => resolve(yes) },
      el("p", { class: "dialog-text" }, text),
      el(
        "div",
        { class: "dialog-foot" },
        actionButton(T.cancel, "", () => dialog.close()),
        actionButton(label, "danger", agree, "confirm-yes"),
      ),
    );
  });
}

/**
 * A little form; `read` gives what to do with it, or throws what is wrong with it.
 * @param {{label: string, testid: string, fields: Node[], submit: string, act: () => Promise<void>}} about
 */
export function formDialog({ label, testid, fields, submit, act }) {
  const problem = el("p", { class: "problem", role: "alert" });
  const form = el(
    "form",
    { class: "form" },
    el("h2", {}, label),
    ...fields,
    problem,
    el(
      "div",
      { class: "dialog-foot" },
      actionButton(T.cancel, "", () => dialog.close()),
      el("button", { class: "action primary", data: { testid: `${testid}-create` } }, submit),
    ),
  );
  const dialog = openDialog({ label, class: "small-dialog", testid }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    await act().then(
      () => dialog.close(),
      (error) => (problem.textContent = error.message),
    );
  });
}
