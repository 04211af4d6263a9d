/** A picture in a bubble, which can turn into another one without a flicker. */

import { fileUrl } from "/page/api.js";
import { el } from "/page/dom.js";
import { T } from "/page/texts.js";

const LARGEST_WIDTH = 420;
const LARGEST_HEIGHT = 460;
const SMALLEST_WIDTH = 200;
const SMALLEST_HEIGHT = 110;
const TALLEST = SMALLEST_WIDTH / LARGEST_HEIGHT;
const WIDEST = LARGEST_WIDTH / SMALLEST_HEIGHT;

/** Width by height as a bubble shows it: what is taller or wider by far is cut. */
export function shownRatio({ width, height }) {
  return Math.min(WIDEST, Math.max(TALLEST, width / height || 1));
}

/** How wide a picture of this shape is shown. */
export function shownWidth(picture) {
  const fit = Math.min(LARGEST_WIDTH, LARGEST_HEIGHT * shownRatio(picture));
  return Math.round(Math.max(SMALLEST_WIDTH, fit));
}

export class Photo {
  #wanted = null;
  #image = null;
  #loading;

  /**
   * @param {() => void} onOpen
   * @param {"lazy"|"eager"} [loading] of the first picture
   */
  constructor(onOpen, loading = "lazy") {
    this.#loading = loading;
    this.node = el("button", { class: "photo", type: "button", data: { testid: "photo" } });
    this.node.addEventListener("click", () => this.#press(onOpen));
  }

  /**
   * @param {import("/page/content.js").Picture} picture
   * @param {string} alt
   */
  show(picture, alt) {
    this.node.setAttribute("aria-label", picture.spoiler ? T.mediaSpoiler : alt);
    this.node.classList.toggle("veiled", picture.spoiler && !this.node.dataset.unveiled);
    if (this.#image) this.#image.alt = alt;
    if (this.#wanted === picture.id) return;
    this.#wanted = picture.id;
    if (this.#image) this.#swap(picture, alt);
    else this.#place(picture, this.#load(picture, alt, this.#loading));
  }

  #load(picture, alt, loading) {
    const image = el("img", { alt, loading, decoding: "async", draggable: "false" });
    image.addEventListener("error", () => this.node.classList.add("broken"));
    image.addEventListener("load", () => this.node.classList.remove("broken"));
    image.src = fileUrl(picture.id);
    return image;
  }

  /** The old picture stays until the new one is decoded, so that nothing blinks or jumps. */
  async #swap(picture, alt) {
    const image = this.#load(picture, alt, "eager");
    await image.decode().catch(() => {});
    if (this.#wanted === picture.id) this.#place(picture, image);
  }

  #place(picture, image) {
    this.#image = image;
    this.node.dataset.file = picture.id;
    this.node.style.aspectRatio = shownRatio(picture);
    this.node.replaceChildren(image);
  }

  #press(onOpen) {
    if (!this.node.classList.contains("veiled")) {
      onOpen();
      return;
    }
    this.node.dataset.unveiled = "true";
    this.node.classList.remove("veiled");
    this.node.setAttribute("aria-label", this.#image.alt);
  }
}
