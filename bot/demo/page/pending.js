/** The bubble of something that is on its way to the server, or did not get there. */

import { iconButton } from "/page/buttons.js";
import { el, setText } from "/page/dom.js";
import { size } from "/page/format.js";
import { icon } from "/page/icons.js";
import { T } from "/page/texts.js";

const AS_PICTURE = new Set(["photo", "sticker"]);

export class Pending {
  #parcel;
  #urls = [];

  constructor(parcel, outbox) {
    this.#parcel = parcel;
    this.bar = el("div", {
      class: "progress",
      role: "progressbar",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      "aria-label": T.uploading(0),
    });
    this.status = el("span", { class: "pending-status" });
    this.asFile = button("file", T.sendAsFile, () => outbox.retry(parcel, { kind: "document" }));
    this.retry = button("retry", T.retry, () => outbox.retry(parcel));
    this.cancel = button("close", T.cancelUpload, () => outbox.discard(parcel));
    this.node = el(
      "div",
      { class: "row pending", data: { testid: "pending", from: "me" } },
      this.#stack(),
    );
    this.show();
  }

  show() {
    const { state, progress, error, files, content } = this.#parcel;
    const failed = state === "failed";
    const percent = Math.round(progress * 100);
    this.node.dataset.state = state;
    this.retry.hidden = !failed;
    this.asFile.hidden = !failed || !AS_PICTURE.has(content.kind);
    this.cancel.hidden = !failed && !files.length;
    this.cancel.setAttribute("aria-label", failed ? T.discard : T.cancelUpload);
    this.cancel.title = failed ? T.discard : T.cancelUpload;
    this.bar.hidden = failed || !files.length;
    this.bar.setAttribute("aria-valuenow", percent);
    this.bar.style.setProperty("--part", progress);
    this.status.setAttribute("role", failed ? "alert" : "presentation");
    setText(this.status, this.#words(failed, error, percent));
  }

  remove() {
    this.node.remove();
    this.#urls.forEach((url) => URL.revokeObjectURL(url));
  }

  #words(failed, error, percent) {
    if (failed) return `${T.notSent}: ${error}`;
    if (!this.#parcel.files.length) return "";
    return this.#parcel.state === "waiting" ? T.waiting : T.uploading(percent);
  }

  #stack() {
    const { files, content } = this.#parcel;
    const pictures = AS_PICTURE.has(content.kind) && files.length > 0;
    const faces = files.map((file) => (pictures ? this.#picture(file) : line(file)));
    const media =
      faces.length > 0 &&
      el("div", { class: pictures ? "pending-pictures" : "pending-files" }, ...faces);
    const words =
      content.text &&
      el("div", { class: "words" }, el("div", { class: "text", dir: "auto" }, content.text));
    const foot = el(
      "div",
      { class: "pending-foot" },
      icon("clock"),
      this.status,
      this.asFile,
      this.retry,
      this.cancel,
    );
    return el(
      "div",
      { class: "stack" },
      el("div", { class: "bubble" }, media, words, this.bar, foot),
    );
  }

  #picture(file) {
    const url = URL.createObjectURL(file);
    this.#urls.push(url);
    const image = el("img", { src: url, alt: file.name });
    image.addEventListener("error", () => image.replaceWith(line(file)));
    return image;
  }
}

function line(file) {
  return el(
    "div",
    { class: "pending-file" },
    icon("file"),
    el("span", { class: "document-name" }, file.name),
    el("span", { class: "document-size" }, size(file.size)),
  );
}

const button = (face, label, act) => iconButton(face, label, act, { small: true });
