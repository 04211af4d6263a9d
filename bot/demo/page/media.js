/** Everything in a message that is not its words: pictures, albums, files, moving pictures and the rest. */

import { downloadUrl, fileUrl } from "/page/api.js";
import { bubblePicture, fullPicture, isPhoto, kindOf, textOf } from "/page/content.js";
import { el } from "/page/dom.js";
import { size } from "/page/format.js";
import { icon } from "/page/icons.js";
import { moving } from "/page/moving.js";
import { Photo, shownWidth } from "/page/photo.js";
import { T } from "/page/texts.js";

export class Media {
  #shape = "";
  #photos = [];
  #open;
  #nameOf;

  /**
   * @param {(message: object) => void} open shows a message's picture large
   * @param {(message: object) => string} nameOf whose message it is
   */
  constructor(open, nameOf) {
    this.node = el("div", { class: "media", hidden: true });
    this.#open = open;
    this.#nameOf = nameOf;
  }

  /**
   * @param {object[]} messages one, or those of an album
   * @returns {number|null} the width that the bubble should have for it
   */
  show(messages) {
    const shape = shapeOf(messages);
    if (shape !== this.#shape) this.#rebuild(messages, shape);
    this.node.hidden = shape === "text";
    this.#photos.forEach((photo, index) => this.#showPhoto(photo, messages[index]));
    return this.#width(messages);
  }

  #rebuild(messages, shape) {
    this.#shape = shape;
    this.#photos = [];
    this.node.className = "media";
    if (shape === "text") this.node.replaceChildren();
    else if (messages.every(isPhoto)) this.#buildPhotos(messages);
    else
      this.node.replaceChildren(
        ...messages.map((message) => other(message, () => this.#open(message))),
      );
  }

  #buildPhotos(messages) {
    // The message behind a picture may be edited later: look it up at the time of the press.
    this.#photos = messages.map(
      ({ message_id: id }) => new Photo(() => this.#open({ message_id: id })),
    );
    const nodes = this.#photos.map((photo) => photo.node);
    this.node.classList.add("pictures");
    if (nodes.length === 1) this.node.replaceChildren(...nodes);
    else this.node.replaceChildren(album(nodes));
  }

  #showPhoto(photo, message) {
    photo.show(bubblePicture(message), T.photoBy(this.#nameOf(message), textOf(message)));
    photo.node.dataset.id = message.message_id;
  }

  #width(messages) {
    if (this.#photos.length > 1) return shownWidth({ width: 1, height: 1 });
    if (this.#photos.length) return shownWidth(bubblePicture(messages[0]));
    const moving = messages[0].animation ?? messages[0].video;
    return moving?.width ? shownWidth(moving) : null;
  }
}

/** Pictures that only change their bytes keep their nodes; anything else is built anew. */
function shapeOf(messages) {
  if (messages.every(isPhoto))
    return `photos ${messages.map((message) => message.message_id).join()}`;
  return messages
    .map((message) => {
      const kind = kindOf(message);
      return kind === "text"
        ? kind
        : `${kind} ${message[kind]?.file_id ?? JSON.stringify(message[kind])}`;
    })
    .join();
}

function album(nodes) {
  const props = { class: "album", role: "group", "aria-label": T.album(nodes.length) };
  return el("div", { ...props, data: { testid: "album", count: nodes.length } }, ...nodes);
}

function other(message, open) {
  const kind = kindOf(message);
  if (kind === "animation" || kind === "video") return moving(message[kind], kind);
  if (kind === "audio" || kind === "voice") return sound(message[kind], kind);
  if (kind === "document") return file(message, open);
  if (kind === "photo") return still(message, open);
  if (kind === "sticker") return sticker(message.sticker);
  return placeholder(message, kind);
}

/** A picture among films. */
function still(message, open) {
  const photo = new Photo(open);
  photo.show(bubblePicture(message), textOf(message) || T.photo);
  photo.node.dataset.id = message.message_id;
  return photo.node;
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
