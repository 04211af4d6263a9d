/** A last look at what is about to be sent: thumbnails, a caption, and whether as photos or as files. */

import { openDialog } from "/page/dialog.js";
import { el, setText } from "/page/dom.js";
import { size } from "/page/format.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

const STICKER = "image/webp";
const PICTURE = /^image\/(?!svg)/;
const MOST_BYTES = 100 * 1024 * 1024;
const LONGEST_CAPTION = 1024;
const ALBUM = 10;

/**
 * @param {File[]} files
 * @param {string} caption
 * @param {{send: (parcels: {files?: File[], kind?: string, text?: string}[]) => void, say: (text: string) => void}} hands
 */
export function openSheet(files, caption, hands) {
  const fit = files.filter((file) => fits(file, hands.say));
  if (fit.length) new Sheet(fit, caption, hands);
}

function fits(file, say) {
  if (file.size > MOST_BYTES) say(T.tooBig(file.name, size(MOST_BYTES)));
  else if (!file.size) say(T.emptyFile(file.name));
  else return true;
  return false;
}

class Sheet {
  #hands;
  #files = [];
  #urls = new Map();

  constructor(files, caption, hands) {
    this.#hands = hands;
    this.#build(caption);
    this.dialog = openDialog(
      { label: T.send, class: "sheet", testid: "attach-sheet", onClose: () => this.#release() },
      this.form,
    );
    this.#add(files);
    this.#fits();
    this.caption.focus();
    this.dialog.addEventListener("paste", (event) => this.#pasted(event));
  }

  #build(caption) {
    this.title = el("h2");
    this.grid = el("div", { class: "sheet-grid" });
    this.asPhoto = choice("photo", T.asPhoto, "send-as-photo");
    this.asFile = choice("document", T.asFile, "send-as-file");
    this.asSticker = choice("sticker", T.asSticker, "send-as-sticker");
    this.hint = el("p", { class: "hint" });
    this.caption = el("textarea", {
      class: "caption-box",
      rows: "2",
      placeholder: T.captionPlaceholder,
      "aria-label": T.captionPlaceholder,
      data: { testid: "attach-caption" },
    });
    this.caption.value = caption;
    this.caption.addEventListener("input", () => this.#fits());
    this.problem = el("p", { class: "problem", role: "alert" });
    const cancel = el(
      "button",
      { class: "action", type: "button", on: { click: () => this.dialog.close() } },
      T.cancel,
    );
    const send = el("button", { class: "action primary", data: { testid: "attach-send" } }, T.send);
    this.form = el(
      "form",
      { class: "form" },
      this.title,
      this.grid,
      el("div", { class: "choices", role: "radiogroup" }, ...this.#choices.map(({ node }) => node)),
      this.hint,
      this.caption,
      this.problem,
      el("div", { class: "dialog-foot" }, cancel, send),
    );
    this.form.addEventListener("change", () => this.#review());
    this.form.addEventListener("submit", (event) => this.#send(event));
    this.form.addEventListener("keydown", (event) => this.#keyed(event));
  }

  get #choices() {
    return [this.asPhoto, this.asFile, this.asSticker];
  }

  get #kind() {
    return this.#choices.find(({ input }) => input.checked)?.input.value;
  }

  #add(files) {
    this.#files.push(...files);
    this.grid.append(...files.map((file) => this.#tile(file)));
    this.#review();
  }

  #tile(file) {
    const remove = el(
      "button",
      {
        class: "tile-remove",
        type: "button",
        "aria-label": T.removeFile(file.name),
        data: { testid: "attach-remove" },
      },
      icon("close"),
    );
    const tile = el(
      "div",
      { class: "tile", data: { testid: "attach-item" } },
      this.#face(file),
      remove,
    );
    remove.addEventListener("click", () => this.#leaveOut(file, tile));
    return tile;
  }

  #face(file) {
    const plain = () =>
      el(
        "div",
        { class: "tile-file" },
        icon("file"),
        el("span", { class: "document-name" }, file.name),
        el("span", { class: "document-size" }, size(file.size)),
      );
    if (!PICTURE.test(file.type)) return plain();
    const url = URL.createObjectURL(file);
    this.#urls.set(file, url);
    const image = el("img", { src: url, alt: file.name });
    image.addEventListener("error", () => image.replaceWith(plain()));
    return image;
  }

  #leaveOut(file, tile) {
    this.#files = this.#files.filter((other) => other !== file);
    tile.remove();
    if (this.#files.length) this.#review();
    else this.dialog.close();
  }

  /** What can be chosen depends on what there is. */
  #review() {
    const pictures = this.#files.every((file) => PICTURE.test(file.type));
    setText(this.title, T.sheetTitle(this.#files.length, pictures));
    this.grid.classList.toggle("single", this.#files.length === 1);
    this.asPhoto.input.disabled = !pictures;
    this.asSticker.node.hidden = !this.#files.every((file) => file.type === STICKER);
    if (!pictures) this.asFile.input.checked = true;
    else if (!this.#kind || (this.asSticker.node.hidden && this.asSticker.input.checked))
      this.asPhoto.input.checked = true;
    setText(this.hint, this.#hint(pictures));
  }

  #hint(pictures) {
    if (!pictures) return T.onlyFiles;
    return this.asSticker.input.checked ? T.asStickerHint : T.asFileHint;
  }

  #pasted(event) {
    const files = [...event.clipboardData.files].filter((file) => fits(file, this.#hands.say));
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.#add(files);
  }

  #keyed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target === this.form)
      return;
    if (event.target.matches("button")) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  /** Too long a caption is not cut in silence. */
  #fits() {
    const fit = this.caption.value.trim().length <= LONGEST_CAPTION;
    setText(this.problem, fit ? "" : T.captionTooLong(LONGEST_CAPTION));
    return fit;
  }

  #send(event) {
    event.preventDefault();
    if (!this.#fits()) {
      this.caption.focus();
      return;
    }
    const text = this.caption.value.trim();
    const parcels = this.#kind === "sticker" ? this.#stickers(text) : this.#albums(text);
    this.dialog.close();
    this.#hands.send(parcels);
  }

  #albums(text) {
    return Array.from({ length: Math.ceil(this.#files.length / ALBUM) }, (_, place) => ({
      files: this.#files.slice(place * ALBUM, (place + 1) * ALBUM),
      kind: this.#kind,
      text: place ? "" : text,
    }));
  }

  #stickers(text) {
    const parcels = this.#files.map((file) => ({ files: [file], kind: "sticker" }));
    return text ? [...parcels, { text }] : parcels;
  }

  #release() {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
  }
}

function choice(value, label, testid) {
  const input = el("input", { type: "radio", name: "kind", value, data: { testid } });
  return { input, node: el("label", { class: "choice" }, input, el("span", {}, label)) };
}
