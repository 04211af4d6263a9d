/** Light, dark, or as the system is. */

import { keep, recall } from "/page/storage.js";

const KEY = "stylegram.theme";
const ORDER = ["system", "light", "dark"];

let current = recall("localStorage", KEY);

export function currentTheme() {
  return ORDER.includes(current) ? current : "system";
}

export function applyTheme(theme = currentTheme()) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** @returns {string} the theme after the present one */
export function turnTheme() {
  current = ORDER[(ORDER.indexOf(currentTheme()) + 1) % ORDER.length];
  keep("localStorage", KEY, current);
  applyTheme(current);
  return current;
}
