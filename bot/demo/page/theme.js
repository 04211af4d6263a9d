/** Light, dark, or as the system is. */

const KEY = "stylegram.theme";
const ORDER = ["system", "light", "dark"];

export function currentTheme() {
  const kept = localStorage.getItem(KEY);
  return ORDER.includes(kept) ? kept : "system";
}

export function applyTheme(theme = currentTheme()) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** @returns {string} the theme after the present one */
export function turnTheme() {
  const next = ORDER[(ORDER.indexOf(currentTheme()) + 1) % ORDER.length];
  localStorage.setItem(KEY, next);
  applyTheme(next);
  return next;
}
