/** The stream of events, kept alive: state first, then events, and both anew whenever it breaks. */

import { eventsUrl, fetchState } from "/page/api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
// A browser keeps but six lines to one server: tabs that nobody sees must not hold theirs for long.
const UNSEEN_MS = 20_000;

export class Feed {
  #hooks;
  #bot;
  #source = null;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #run = 0;
  #asleep = false;
  #sleepTimer = 0;

  /**
   * @param {string|null} bot the bot to follow, or null for the first one
   * @param {{onState: (state: object) => void, onEvent: (event: object) => void,
   *   onLink: (up: boolean) => void}} hooks
   */
  constructor(bot, hooks) {
    this.#bot = bot;
    this.#hooks = hooks;
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => this.#looked());
    this.#looked();
  }

  /** Fetches the state and follows the events after it; whatever was under way before is dropped. */
  async restart() {
    const run = ++this.#run;
    this.#asleep = false;
    this.#close();
    const state = await fetchState(this.#bot).catch(() => null);
    if (run !== this.#run) return;
    if (!state) {
      this.#retry();
      return;
    }
    // A page that cannot show something has not lost its line.
    try {
      this.#hooks.onState(state);
    } finally {
      this.#follow(state.cursor);
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
      if (source !== this.#source) return;
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

  #retry() {
    this.#close();
    this.#hooks.onLink(false);
    this.#timer = setTimeout(() => this.restart(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #looked() {
    clearTimeout(this.#sleepTimer);
    if (document.hidden) this.#sleepTimer = setTimeout(() => this.#sleep(), UNSEEN_MS);
    else if (this.#asleep) this.restart();
    else this.#hurry();
  }

  #sleep() {
    this.#asleep = true;
    this.#run += 1;
    this.#close();
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
