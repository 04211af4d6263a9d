/** Pictures as large as the window, one after another; an edited picture changes before one's eyes. */

import { downloadUrl, fileUrl } from "/page/api.js";
import { iconButton } from "/page/buttons.js";
import { fullPicture, textOf } from "/page/content.js";
import { openDialog } from "/page/dialog.js";
import { el } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

/**
 * @param {import("/page/store.js").Store} store
 * @param {import("/page/room.js").Room} room
 * @param {number} id the message to begin with
 */
export function openViewer(store, room, id) {
  new Viewer(store, room, id);
}

class Viewer {
  #room;
  #id;
  #shown = null;

  constructor(store, room, id) {
    this.#room = room;
    this.#id = id;
    this.#build();
    const news = (event) => event.room === room && this.#show();
    const stops = [
      store.on("message", news),
      store.on("removed", news),
      store.on("loaded", () => this.#show()),
    ];
    this.dialog = openDialog(
      {
        label: T.viewer,
        class: "viewer",
        testid: "viewer",
        onClose: () => stops.forEach((stop) => stop()),
      },
      this.stage,
      this.bar,
      this.back,
      this.forth,
      this.caption,
    );
    this.dialog.addEventListener("keydown", (event) => this.#keyed(event));
    this.#show();
  }

  #build() {
    this.image = el("img", { class: "viewer-image", draggable: "false" });
    this.image.addEventListener("click", () => this.#zoom());
    this.image.addEventListener("error", () => (this.caption.textContent = T.unreadable));
    this.stage = el("div", { class: "viewer-stage" }, this.image);
    this.stage.addEventListener(
      "click",
      (event) => event.target === this.stage && this.dialog.close(),
    );
    this.count = el("span", { class: "viewer-count" });
    this.save = el(
      "a",
      {
        class: "icon-button",
        "aria-label": T.download,
        title: T.download,
        data: { testid: "viewer-download" },
      },
      icon("download"),
    );
    this.zoom = iconButton("zoom", T.zoom, () => this.#zoom());
    this.bar = el(
      "div",
      { class: "viewer-bar" },
      this.count,
      this.zoom,
      this.save,
      iconButton("close", T.close, () => this.dialog.close()),
    );
    this.back = iconButton("back", T.previous, () => this.#step(-1));
    this.forth = iconButton("back", T.next, () => this.#step(1));
    this.back.classList.add("viewer-back");
    this.forth.classList.add("viewer-forth");
    this.caption = el("p", { class: "viewer-caption", dir: "auto" });
  }

  get #pictures() {
    return this.#room.messages.filter(fullPicture);
  }

  #show() {
    const pictures = this.#pictures;
    const place = pictures.findIndex((message) => message.message_id === this.#id);
    if (place < 0) {
      this.dialog.close();
      return;
    }
    const message = pictures[place];
    this.#turn(fullPicture(message), textOf(message));
    this.count.textContent = `${place + 1} / ${pictures.length}`;
    // Not `disabled`: a button that is loses the focus, and the arrow keys with it.
    this.back.setAttribute("aria-disabled", place === 0);
    this.forth.setAttribute("aria-disabled", place === pictures.length - 1);
  }

  /** The picture before stays until the next is decoded. */
  async #turn(picture, words) {
    this.caption.textContent = words;
    this.image.alt = words || T.photo;
    if (this.#shown === picture.id) return;
    this.#shown = picture.id;
    const href = downloadUrl(picture.id, picture.name);
    Object.assign(this.save, { href, download: picture.name });
    const next = new Image();
    next.src = fileUrl(picture.id);
    await next.decode().catch(() => {});
    if (this.#shown !== picture.id) return;
    const { naturalWidth: width, naturalHeight: height } = next;
    this.image.style.setProperty("--ratio", width / height || 1);
    this.image.style.setProperty("--natural", `${width}px`);
    this.image.src = next.src;
  }

  #step(by) {
    const pictures = this.#pictures;
    const place = pictures.findIndex((message) => message.message_id === this.#id) + by;
    if (!pictures[place]) return;
    this.#id = pictures[place].message_id;
    this.#zoom(false);
    this.#show();
  }

  #zoom(larger) {
    const zoomed = this.stage.classList.toggle("zoomed", larger);
    this.zoom.setAttribute("aria-pressed", zoomed);
  }

  #keyed({ key }) {
    if (key === "ArrowLeft") this.#step(-1);
    else if (key === "ArrowRight") this.#step(1);
  }
}
