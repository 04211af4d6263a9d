/** The stream of events, kept alive: state first, then events, and both anew whenever it breaks. */

import { Refusal, eventsUrl, fetchState } from "/page/api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

export class Feed {
  #hooks;
  #bot;
  #source = null;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #run = 0;

  /**
   * @param {string|null} bot the bot to follow, or null for the first one
   * @param {{onState: (state: object) => void, onEvent: (event: object) => void,
   *   onLink: (up: boolean) => void}} hooks
   */
  constructor(bot, hooks) {
    this.#bot = bot;
    this.#hooks = hooks;
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  /** Fetches the state and follows the events after it; whatever was under way before is dropped. */
  async restart() {
    const run = ++this.#run;
    this.#close();
    try {
      const state = await fetchState(this.#bot);
      if (run !== this.#run) return;
      this.#hooks.onState(state);
      this.#follow(state.cursor);
    } catch (error) {
      if (run === this.#run) this.#retry(error);
    }
  }

  follow(bot) {
    this.#bot = bot;
    return this.restart();
  }

  #follow(cursor) {
    const source = new EventSource(eventsUrl(this.#bot, cursor));
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
      this.#hooks.onLink(true);
    };
    source.onerror = () => source === this.#source && this.#retry();
    source.onmessage = ({ data }) => source === this.#source && this.#take(JSON.parse(data));
  }

  #take(event) {
    if (event.type === "reset") this.restart();
    else this.#hooks.onEvent(event);
  }

  #retry(error) {
    // A server that cannot be reached is what the banner is for; anything else is a fault of this page.
    if (error && !(error instanceof Refusal)) console.error(error);
    this.#close();
    this.#hooks.onLink(false);
    this.#timer = setTimeout(() => this.restart(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #hurry() {
    if (this.#timer) this.restart();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#source?.close();
    this.#source = null;
  }
}
