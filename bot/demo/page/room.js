/** One chat with its messages, ordered by id, whatever order the news of them came in. */

export class Room {
  /** The message ids which are gone for good: late news of them is no news. */
  #gone = new Set();
  /** When each message was last told of, as an event number. */
  #told = new Map();
  #byId = new Map();

  /** @param {object} info the server's Chat; its messages are taken out of it */
  constructor(info) {
    this.id = info.id;
    /** When it was made, in seconds, if that was before our eyes. */
    this.born = 0;
    this.unread = 0;
    this.draft = "";
    /** The message that is answered or edited: see composer.js. */
    this.context = null;
    /** How many messages of others the last snapshot brought. */
    this.missed = 0;
    this.persona = null;
    /** What a link to the bot handed over, to be sent when one presses Start; null where none was followed. */
    this.payload = null;
    this.action = null;
    this.messages = [];
    this.describe(info);
  }

  describe(info) {
    this.info = { ...info, messages: undefined };
  }

  get title() {
    return this.info.title;
  }

  get isGroup() {
    return this.info.type !== "private";
  }

  get last() {
    return this.messages.at(-1);
  }

  /** The commands that one of its people is offered. */
  commandsOf(person) {
    return this.info.commands_of?.[person] ?? this.info.commands ?? [];
  }

  message(id) {
    return this.#byId.get(id);
  }

  /**
   * Takes a message as event `n` told it.
   * @returns {"new"|"changed"|null} null where this is no news
   */
  put(message, n) {
    const id = message.message_id;
    if (this.#gone.has(id) || n < (this.#told.get(id) ?? 0)) return null;
    this.#told.set(id, n);
    const known = this.#byId.has(id);
    this.#byId.set(id, message);
    if (known) this.messages[this.#place(id)] = message;
    else this.messages.splice(this.#place(id), 0, message);
    return known ? "changed" : "new";
  }

  /** @returns {boolean} whether it was there */
  drop(id) {
    this.#gone.add(id);
    if (!this.#byId.delete(id)) return false;
    this.messages.splice(this.#place(id), 1);
    return true;
  }

  /** Takes the messages of a snapshot; what it does not hold is gone. */
  replace(messages, n) {
    this.#gone.clear();
    this.#told = new Map(messages.map((message) => [message.message_id, n]));
    this.#byId = new Map(messages.map((message) => [message.message_id, message]));
    this.messages = [...messages].sort((a, b) => a.message_id - b.message_id);
  }

  /** Where a message of this id stands, or would stand. */
  #place(id) {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.messages[middle].message_id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
