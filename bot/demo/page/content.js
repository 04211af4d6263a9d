/** What a message holds, read from the Bot API's many optional fields. */

import { T } from "/page/texts.js";

/** @typedef {{id: string, width: number, height: number, name: string, spoiler: boolean}} Picture */

const BUBBLE_PIXELS = 800;
const SERVICE = Object.keys(T.service);

export const textOf = (message) => message.text ?? message.caption ?? "";
export const entitiesOf = (message) => message.entities ?? message.caption_entities ?? [];
export const serviceOf = (message) => SERVICE.find((field) => field in message);
export const isPhoto = ({ photo }) => Array.isArray(photo) && photo.length > 0;

/** @returns {string} "photo", "animation", "document", … or "text" */
export function kindOf(message) {
  if (isPhoto(message)) return "photo";
  if (typeof message.text === "string") return "text";
  // An animation comes with a document beside it, for the sake of old bots.
  return Object.keys(T.kinds).find((kind) => kind in message) ?? "unknown";
}

/** The smallest size that is sharp in a bubble. */
export function bubblePicture(message) {
  const sizes = message.photo;
  return picture(sizes.find((size) => size.width >= BUBBLE_PIXELS) ?? sizes.at(-1), message);
}

/** The picture as large as there is, for the viewer; null where there is none to view. */
export function fullPicture(message) {
  if (isPhoto(message)) return picture(message.photo.at(-1), message);
  return isImageFile(message.document) && !message.animation
    ? picture(message.document, message)
    : null;
}

const isImageFile = (file) => /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(file?.mime_type ?? "");

function picture(size, message) {
  return {
    id: size.file_id,
    width: size.width || 4,
    height: size.height || 3,
    name: size.file_name ?? `photo-${message.message_id}.jpg`,
    spoiler: Boolean(message.has_media_spoiler),
  };
}

/** What there is to download: a file id with a name; null for a mere text. */
export function attachment(message) {
  const shown = fullPicture(message);
  if (shown) return shown;
  const kind = kindOf(message);
  const file = message[kind];
  return file?.file_id
    ? { id: file.file_id, name: file.file_name ?? `${kind}-${message.message_id}` }
    : null;
}

/** One line that stands for a message, in the list of chats or in a quote. */
export function summary(message) {
  try {
    return inWords(message);
  } catch {
    // Bots can be handed anything; a list of chats has to stand all the same.
    return T.unknownKind;
  }
}

function inWords(message) {
  const service = serviceOf(message);
  if (service) return T.service[service](message);
  const text = textOf(message).replaceAll(/\s+/g, " ").trim();
  return text || label(message);
}

function label(message) {
  const kind = kindOf(message);
  if (kind === "photo") return T.photo;
  if (kind === "document") return message.document.file_name ?? T.kinds.document;
  const emoji = message.sticker?.emoji ?? message.dice?.emoji ?? "";
  return `${T.kinds[kind] ?? T.unknownKind} ${emoji}`.trim();
}
