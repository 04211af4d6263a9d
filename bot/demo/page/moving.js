/** Moving pictures: they play by themselves, unless the reader wants a page that keeps still. */

import { fileUrl } from "/page/api.js";
import { calm, el } from "/page/dom.js";
import { shownRatio } from "/page/photo.js";
import { T } from "/page/texts.js";

/** @param {"animation"|"video"} kind */
export function moving(media, kind) {
  const node = media.mime_type === "image/gif" ? gif(media, kind) : film(media, kind);
  if (media.width && media.height) node.style.aspectRatio = shownRatio(media);
  return node;
}

function gif(media, kind) {
  const props = { class: "moving", alt: T.kinds[kind], data: { testid: kind } };
  const image = el("img", { ...props, src: fileUrl(media.file_id) });
  return calm() ? resting(image) : image;
}

/** An image cannot be told to wait: its first frame is drawn, and a press puts the image there. */
function resting(image) {
  const frame = el("canvas");
  const props = { class: "moving resting", type: "button", "aria-label": T.play(image.alt) };
  const button = el("button", props, frame);
  image.decode().then(
    () => {
      Object.assign(frame, { width: image.naturalWidth, height: image.naturalHeight });
      frame.getContext("2d").drawImage(image, 0, 0);
    },
    () => button.replaceWith(image),
  );
  button.addEventListener("click", () => {
    image.style.aspectRatio = button.style.aspectRatio;
    button.replaceWith(image);
  });
  return button;
}

function film(media, kind) {
  const loops = kind === "animation";
  const node = el("video", {
    class: "moving",
    poster: media.thumbnail && fileUrl(media.thumbnail.file_id),
    playsinline: true,
    preload: loops ? "auto" : "metadata",
    "aria-label": T.kinds[kind],
    data: { testid: kind },
  });
  node.muted = loops;
  node.loop = loops;
  node.controls = !loops || calm();
  node.autoplay = loops && !calm();
  // Last: a film that is not muted yet may not begin by itself.
  node.src = fileUrl(media.file_id);
  return node;
}
