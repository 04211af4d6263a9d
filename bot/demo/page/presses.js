/** Buttons that were pressed and wait for the bot's answer. */

const REMEMBERED = 50;

export class Presses {
  #waiting = new Map();
  #answered = new Set();

  constructor(store) {
    store.on("toast", ({ event }) => this.#answer(event.query_id));
  }

  /** Resolves when the bot answered; a bot may never do so. */
  answered(queryId) {
    if (this.#answered.has(queryId)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(queryId, resolve));
  }

  /** The answer may well come before the server told us which query it is that we made. */
  #answer(queryId) {
    this.#answered.add(queryId);
    if (this.#answered.size > REMEMBERED)
      this.#answered.delete(this.#answered.values().next().value);
    this.#waiting.get(queryId)?.();
    this.#waiting.delete(queryId);
  }
}
