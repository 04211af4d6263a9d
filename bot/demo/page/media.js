/** Everything in a message that is not its words: pictures, albums, files, moving pictures and the rest. */

import { downloadUrl, fileUrl } from "/page/api.js";
import { bubblePicture, fullPicture, isPhoto, kindOf, textOf } from "/page/content.js";
import { el } from "/page/dom.js";
import { size } from "/page/format.js";
import { icon } from "/page/icons.js";
import { moving } from "/page/moving.js";
import { Photo, shownWidth } from "/page/photo.js";
import { T } from "/page/texts.js";

// Longer than this, nobody waits for what comes to be there: it is shown as it is.
const PATIENCE_MS = 4000;
const VISUAL = new Set(["photo", "video", "animation"]);

/**
 * Of an edited message, all that stays keeps its nodes; where another kind of thing comes in its place, what was
 * there stays until that can be seen.
 */
export class Media {
  #open;
  #nameOf;
  #onTurn;
  #parts = new Map();
  /** What is to be shown, and what is. */
  #wanted = null;
  #shown = null;
  #count = 0;
  #width = null;

  /**
   * @param {(message: object) => void} open shows a message's picture large
   * @param {(message: object) => string} nameOf whose message it is
   * @param {() => void} onTurn something of another kind is there now
   */
  constructor(open, nameOf, onTurn) {
    this.node = el("div", { class: "media", hidden: true });
    this.#open = open;
    this.#nameOf = nameOf;
    this.#onTurn = onTurn;
  }

  /**
   * @param {object[]} messages one, or those of an album
   * @returns {number|null} the width that the bubble should have for it
   */
  show(messages) {
    const shape = messages.map(keyOf).join();
    if (shape !== this.#wanted) this.#turn(messages, shape);
    for (const message of messages) this.#parts.get(keyOf(message)).show?.(message);
    if (shape === this.#shown) this.#width = widthOf(messages);
    return this.#width;
  }

  #turn(messages, shape) {
    const swap = this.#shown !== null && messages.length === this.#count;
    const parts = new Map(
      messages.map((message) => [
        keyOf(message),
        this.#parts.get(keyOf(message)) ?? this.#part(message, swap ? "eager" : "lazy"),
      ]),
    );
    this.#wanted = shape;
    this.#parts = parts;
    this.#count = messages.length;
    const nodes = [...parts.values()].map((part) => part.node).filter(Boolean);
    const kinds = messages.map(kindOf);
    if (swap) this.#placeLater(nodes, kinds, shape);
    else this.#place(nodes, kinds, shape);
  }

  async #placeLater(nodes, kinds, shape) {
    await Promise.race([Promise.all(nodes.map(seen)), patience()]);
    if (this.#wanted !== shape) return;
    this.#place(nodes, kinds, shape);
    this.#onTurn();
  }

  #place(nodes, kinds, shape) {
    const grid = nodes.length > 1 && kinds.every((kind) => VISUAL.has(kind));
    this.#shown = shape;
    this.node.hidden = !nodes.length;
    this.node.classList.toggle("pictures", grid || VISUAL.has(kinds[0]));
    this.node.replaceChildren(...(grid ? [album(nodes)] : nodes));
  }

  #part(message, loading) {
    const kind = kindOf(message);
    if (kind === "text") return { node: null };
    if (kind === "photo") return this.#photo(message, loading);
    return { node: other(message, kind, () => this.#open(message)) };
  }

  #photo(message, loading) {
    const { message_id: id } = message;
    // The message behind a picture may be edited later: look it up at the time of the press.
    const photo = new Photo(() => this.#open({ message_id: id }), loading);
    photo.node.dataset.id = id;
    const show = (now) =>
      photo.show(bubblePicture(now), T.photoBy(this.#nameOf(now), textOf(now)));
    show(message);
    return { node: photo.node, show };
  }
}

const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

/** Until it can be seen, or never will be. */
async function seen(node) {
  const shown = node.matches("img, video") ? node : node.querySelector("img, video");
  if (shown?.matches("video")) await filmed(shown);
  // A lazy image waits for its place in the page.
  else if (shown?.loading === "eager") await shown.decode().catch(() => {});
}

function filmed(film) {
  if (film.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  return new Promise((resolve) => {
    for (const type of ["loadeddata", "error"])
      film.addEventListener(type, resolve, { once: true });
  });
}

/** A photo may change its bytes and stay; anything else is another thing with another file. */
function keyOf(message) {
  const kind = kindOf(message);
  if (kind === "text") return kind;
  const file = kind === "photo" || (message[kind]?.file_id ?? JSON.stringify(message[kind]));
  return `${kind} ${message.message_id} ${file}`;
}

function widthOf(messages) {
  const [first] = messages;
  if (messages.length > 1)
    return messages.every((message) => VISUAL.has(kindOf(message)))
      ? shownWidth({ width: 1, height: 1 })
      : null;
  if (isPhoto(first)) return shownWidth(bubblePicture(first));
  const moves = first.animation ?? first.video;
  return moves?.width ? shownWidth(moves) : null;
}

function album(nodes) {
  const props = { class: "album", role: "group", "aria-label": T.album(nodes.length) };
  return el("div", { ...props, data: { testid: "album", count: nodes.length } }, ...nodes);
}

function other(message, kind, open) {
  if (kind === "animation" || kind === "video") return moving(message[kind], kind);
  if (kind === "audio" || kind === "voice") return sound(message[kind], kind);
  if (kind === "document") return file(message, open);
  if (kind === "sticker") return sticker(message.sticker);
  return placeholder(message, kind);
}

function sound(media, kind) {
  const node = el("audio", {
    src: fileUrl(media.file_id),
    controls: true,
    preload: "metadata",
    "aria-label": T.kinds[kind],
  });
  return el("div", { class: "sound" }, media.title && el("p", {}, media.title), node);
}

function sticker(media) {
  const moves = media.is_animated || media.is_video;
  if (moves || !media.file_id)
    return el("div", { class: "sticker" }, media.emoji ?? T.kinds.sticker);
  const image = el("img", {
    class: "sticker",
    src: fileUrl(media.file_id),
    alt: `${T.kinds.sticker} ${media.emoji ?? ""}`,
    data: { testid: "sticker" },
  });
  image.addEventListener("error", () =>
    image.replaceWith(el("div", { class: "sticker" }, media.emoji ?? T.kinds.sticker)),
  );
  return image;
}

function placeholder(message, kind) {
  const emoji = message[kind]?.emoji ?? "◌";
  const words = message[kind]?.question ?? message[kind]?.title ?? message[kind]?.first_name;
  const label = T.kinds[kind] ?? T.unknownKind;
  return el(
    "div",
    { class: "placeholder" },
    el("span", { "aria-hidden": "true" }, emoji),
    words ? `${label}: ${words}` : label,
  );
}

function file(message, open) {
  const { document: info } = message;
  const name = info.file_name ?? T.kinds.document;
  const href = downloadUrl(info.file_id, name);
  const face = el(
    "a",
    { class: "document-words", href, download: name },
    el("span", { class: "document-name" }, name),
    el("span", { class: "document-size" }, `${size(info.file_size)} · ${T.download}`),
  );
  return el(
    "div",
    { class: "document", data: { testid: "document" } },
    fileFace(message, open, href, name),
    face,
  );
}

function fileFace({ document: info, ...message }, open, href, name) {
  if (!fullPicture({ document: info, ...message })) {
    return el(
      "a",
      { class: "document-face", href, download: name, tabindex: "-1", "aria-hidden": "true" },
      icon("file"),
    );
  }
  const image = el("img", {
    src: fileUrl(info.thumbnail?.file_id ?? info.file_id),
    alt: "",
    loading: "lazy",
  });
  image.addEventListener("error", () => image.replaceWith(icon("image")));
  return el(
    "button",
    {
      class: "document-face",
      type: "button",
      "aria-label": `${T.photo}: ${name}`,
      on: { click: open },
    },
    image,
  );
}
