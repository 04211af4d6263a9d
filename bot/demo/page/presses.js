/** Buttons that were pressed here and wait for the bot's answer. */

const REMEMBERED = 50;
// Later than this, the server takes no answer.
const FORGOTTEN_MS = 70_000;

export class Presses {
  #waiting = new Map();
  #answers = new Map();

  constructor(store) {
    store.on("toast", ({ event }) => this.#answer(event));
  }

  /**
   * What the bot answered; a bot may never do so.
   * @returns {Promise<{text?: string, alert?: boolean}|null>}
   */
  answered(queryId) {
    const early = this.#answers.get(queryId);
    if (early) return Promise.resolve(early);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(queryId, null), FORGOTTEN_MS);
      this.#waiting.set(queryId, { resolve, timer });
    });
  }

  /** The answer may well come before the server told us which query it is that we made. */
  #answer(event) {
    this.#answers.set(event.query_id, event);
    if (this.#answers.size > REMEMBERED) this.#answers.delete(this.#answers.keys().next().value);
    this.#settle(event.query_id, event);
  }

  #settle(queryId, event) {
    const waiting = this.#waiting.get(queryId);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(queryId);
    waiting.resolve(event);
  }
}
