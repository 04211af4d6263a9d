/** A right click, or a finger that stays: not every browser makes the one of the other. */

const LONG_MS = 550;
const STILL_PIXELS = 10;

/**
 * @param {HTMLElement} node
 * @param {(event: MouseEvent) => boolean} act gives whether it did something
 */
export function onLongPress(node, act) {
  let timer = 0;
  let start = null;
  const stop = () => clearTimeout(timer);
  node.addEventListener("contextmenu", (event) => {
    stop();
    const own = event.shiftKey || event.target.closest("a") || !getSelection().isCollapsed;
    if (own || !act(event)) return;
    event.preventDefault();
    if (event.pointerType === "touch") swallowClick();
  });
  node.addEventListener("pointerdown", (event) => {
    stop();
    start = event;
    if (event.pointerType === "touch")
      timer = setTimeout(() => act(event) && swallowClick(), LONG_MS);
  });
  node.addEventListener("pointermove", (event) => {
    if (
      start &&
      Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL_PIXELS
    )
      stop();
  });
  for (const type of ["pointerup", "pointercancel", "scroll"])
    node.addEventListener(type, stop, { passive: true });
}

/** The finger that is lifted at last must not press what it was held on. */
function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  addEventListener("pointerdown", () => removeEventListener("click", swallow, { capture: true }), {
    capture: true,
    once: true,
  });
}
