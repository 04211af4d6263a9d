/** The little forms that bring new people and new groups. */

import { formDialog } from "/page/dialog.js";
import { el } from "/page/dom.js";
import { NAMES, T } from "/page/texts.js";

/**
 * @param {Iterable<{name: string}>} people those who are there
 * @param {(name: string) => Promise<void>} create
 */
export function askPerson(people, create) {
  const taken = new Set([...people].map((person) => person.name));
  const input = field(
    "person-name",
    NAMES.find((name) => !taken.has(name)) ?? `${NAMES[0]} ${taken.size + 1}`,
  );
  formDialog({
    label: T.newPerson,
    testid: "person-form",
    fields: [labelled(T.name, input)],
    submit: T.create,
    act: async () => create(filled(input.value, T.personNeeds)),
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
