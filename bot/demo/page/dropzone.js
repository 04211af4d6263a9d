/** Files that are dragged over a pane, or pasted into it. */

import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

/**
 * @param {HTMLElement} node the pane
 * @param {(files: File[]) => void} take
 */
export function acceptFiles(node, take) {
  const veil = buildVeil();
  node.append(veil);
  // Each child that is entered and left counts, too.
  let depth = 0;
  const count = (by) => {
    depth = Math.max(0, depth + by);
    veil.hidden = depth === 0;
  };
  onFiles(node, "dragenter", () => count(1));
  onFiles(node, "dragleave", () => count(-1));
  onFiles(node, "dragover", ({ dataTransfer }) => (dataTransfer.dropEffect = "copy"));
  onFiles(node, "drop", ({ dataTransfer }) => {
    count(-depth);
    take([...dataTransfer.files]);
  });
  onFiles(node, "paste", ({ clipboardData }) => take([...clipboardData.files]));
}

/** Hears of files only; text that is dragged or pasted goes where it always goes. */
function onFiles(node, type, act) {
  node.addEventListener(type, (event) => {
    const data = event.dataTransfer ?? event.clipboardData;
    if (!data?.types.includes("Files")) return;
    event.preventDefault();
    act(event);
  });
}

function buildVeil() {
  const words = [el("strong", {}, T.dropHere), el("span", {}, T.dropHint)];
  const frame = el("div", { class: "drop-words" }, icon("image"), ...words);
  return el("div", { class: "drop", hidden: true, data: { testid: "drop" } }, frame);
}

/** A file that misses every pane should not replace the page. */
export function refuseStrayDrops() {
  for (const type of ["dragover", "drop"]) {
    addEventListener(type, (event) => event.preventDefault());
  }
}
