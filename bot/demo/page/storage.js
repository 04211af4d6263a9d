/** What the browser keeps for this page; one that keeps nothing gets along without. */

/**
 * @param {"localStorage"|"sessionStorage"} where
 * @returns {string|null}
 */
export function recall(where, key) {
  try {
    return window[where].getItem(key);
  } catch {
    return null;
  }
}

export function keep(where, key, value) {
  try {
    window[where].setItem(key, value);
  } catch {
    // Forbidden or full: then it holds until the page is closed.
  }
}
