/** The little forms that bring new people and new groups, and new faces. */

import { formDialog } from "/page/dialog.js";
import { el } from "/page/dom.js";
import { LANGUAGES, NAMES, T } from "/page/texts.js";

/**
 * @param {Iterable<{name: string}>} people those who are there
 * @param {string} language what the new one speaks unless another is chosen
 * @param {(person: {name: string, language: string, photo?: File}) => Promise<void>} create
 */
export function askPerson(people, language, create) {
  const taken = new Set([...people].map((person) => person.name));
  const input = field(
    "person-name",
    NAMES.find((name) => !taken.has(name)) ?? `${NAMES[0]} ${taken.size + 1}`,
  );
  const tongue = languages(language);
  const photo = pictureInput("person-photo");
  formDialog({
    label: T.newPerson,
    testid: "person-form",
    fields: [labelled(T.name, input), labelled(T.language, tongue), labelled(T.face, photo)],
    submit: T.create,
    act: async () =>
      create({
        name: filled(input.value, T.personNeeds),
        language: tongue.value,
        photo: photo.files[0],
      }),
  });
  input.select();
}

/**
 * @param {Iterable<{id: number, name: string}>} people
 * @param {(title: string, members: number[]) => Promise<void>} create
 */
export function askGroup(people, create) {
  const input = field("group-title", T.defaultGroup);
  const boxes = [...people].map((person) => member(person));
  const members = el(
    "fieldset",
    { class: "members" },
    el("legend", {}, T.groupMembers),
    ...boxes.map((box) => box.node),
  );
  formDialog({
    label: T.newGroup,
    testid: "group-form",
    fields: [labelled(T.groupTitle, input), members],
    submit: T.create,
    act: async () => {
      const chosen = boxes.filter((box) => box.input.checked).map((box) => box.id);
      await create(filled(chosen.length ? input.value : "", T.groupNeeds), chosen);
    },
  });
  input.select();
}

/** @param {(file: File) => void} take */
export function choosePicture(take) {
  const input = pictureInput("photo-input");
  input.addEventListener("change", () => input.files[0] && take(input.files[0]));
  input.click();
}

function pictureInput(testid) {
  return el("input", { class: "field", type: "file", accept: "image/*", data: { testid } });
}

function languages(chosen) {
  const known = chosen in LANGUAGES ? chosen : "en";
  const options = Object.entries(LANGUAGES).map(
    ([code, name]) => new Option(name, code, false, code === known),
  );
  return el("select", { class: "field", data: { testid: "person-language" } }, ...options);
}

function member({ id, name }) {
  const input = el("input", {
    type: "checkbox",
    checked: true,
    data: { testid: "group-member", person: id },
  });
  return { id, input, node: el("label", { class: "member" }, input, name) };
}

function filled(value, problem) {
  const text = value.trim();
  if (!text) throw new Error(problem);
  return text;
}

function field(testid, value) {
  return el("input", {
    class: "field",
    type: "text",
    maxlength: "64",
    autocomplete: "off",
    value,
    data: { testid },
  });
}

function labelled(label, input) {
  return el("label", { class: "labelled" }, el("span", {}, label), input);
}
