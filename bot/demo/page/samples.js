/** Pictures for those who have none at hand: one press sends one. */

import { Refusal } from "/page/api.js";
import { openDialog } from "/page/dialog.js";
import { el } from "/page/dom.js";
import { T } from "/page/texts.js";

/**
 * @param {{name: string, title: string, url: string}[]} samples
 * @param {(sample: object) => void} pick
 */
export function sampleStrip(samples, pick) {
  return el("div", { class: "samples" }, ...samples.map((sample) => card(sample, pick)));
}

export function openSamples(samples, pick) {
  const strip = sampleStrip(samples, (sample) => {
    dialog.close();
    pick(sample);
  });
  const dialog = openDialog(
    { label: T.samples, class: "samples-dialog", testid: "samples" },
    el("h2", {}, T.samples),
    strip,
  );
}

/** @returns {Promise<File>} */
export async function sampleFile({ name, url }) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) throw new Refusal(T.unreachable, response?.status ?? 0);
  const blob = await response.blob();
  return new File([blob], `${name}.jpg`, { type: blob.type || "image/jpeg" });
}

function card(sample, pick) {
  const image = el("img", {
    src: sample.url,
    alt: "",
    loading: "lazy",
    width: sample.width,
    height: sample.height,
  });
  const props = {
    class: "sample",
    type: "button",
    "aria-label": T.sample(sample.title),
    data: { testid: "sample", name: sample.name },
  };
  return el(
    "button",
    { ...props, on: { click: () => pick(sample) } },
    image,
    el("span", {}, sample.title),
  );
}
