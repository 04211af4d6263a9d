/**
 * The page, put together.
 *
 * Hooks for tests (`data-testid`), which stay as they are:
 *   banner (data-state = starting | offline | lost | nobot | restored), toast (an alert has data-alert)
 *   chat-list, chat-item (data-chat), open-beside (data-chat), new-person, new-group, theme (data-theme), bots
 *   person-form, person-name, person-language, person-photo, person-form-create; group-form, group-title, group-member (data-person), group-form-create
 *   pane (data-chat); in it: back, close-pane, chat-menu, action (what the bot is doing; data-action), messages,
 *     jump-down, menu (the bot's commands), suggestion (data-command), attach, file-input, composer, send, persona, context
 *   message (data-id, data-ids for an album, data-from = bot | me | other); in it: text, photo (data-id, data-file),
 *     album (data-count), animation, video, sticker, document, quote, keyboard-button (aria-busy while it waits), message-menu
 *   pending (data-state = waiting | sending | failed): what is on its way; no message yet
 *   start, sample (data-name), samples, unblock, api-url, drop
 *   attach-files, attach-samples; attach-sheet, attach-item, attach-remove, attach-caption, send-as-photo,
 *     send-as-file, send-as-sticker, attach-send
 *   reply, copy, edit, download, delete, menu-photo, menu-block, menu-unblock, menu-clear: entries of menus
 *   confirm, confirm-yes; viewer, viewer-download
 */

import { Refusal, World } from "/page/api.js";
import { Banner } from "/page/banner.js";
import { onNewDay } from "/page/day.js";
import { alertDialog } from "/page/dialog.js";
import { el } from "/page/dom.js";
import { refuseStrayDrops } from "/page/dropzone.js";
import { noBotState } from "/page/empty.js";
import { Feed } from "/page/feed.js";
import { payloadIn } from "/page/links.js";
import { Outbox } from "/page/outbox.js";
import { Panes } from "/page/panes.js";
import { askGroup, askPerson } from "/page/people.js";
import { Presses } from "/page/presses.js";
import { Sidebar } from "/page/sidebar.js";
import { keep, recall } from "/page/storage.js";
import { Store } from "/page/store.js";
import { T } from "/page/texts.js";
import { applyTheme } from "/page/theme.js";
import { Toaster } from "/page/toaster.js";

class App {
  constructor(root) {
    this.store = new Store();
    this.world = () => new World(this.store.bot.id);
    this.toaster = new Toaster();
    this.presses = new Presses(this.store);
    this.outbox = new Outbox(this.store, this.world);
    this.panes = new Panes(this, () => this.attend());
    this.sidebar = new Sidebar(this.store, this.#sidebarHands());
    this.banner = new Banner(this.store);
    this.feed = new Feed(new URLSearchParams(location.search).get("bot"), {
      onState: (state) => this.#load(state),
      onEvent: (event) => this.#take(event),
      onLink: (up) => this.store.setLink(up),
    });
    this.void = el("div", { class: "void" }, el("p", { class: "loading" }, T.loading));
    root.append(
      this.banner.node,
      el("div", { class: "columns" }, this.sidebar.node, this.void, this.panes.node),
    );
    this.root = root;
    this.#listen();
  }

  start() {
    refuseStrayDrops();
    return this.feed.restart();
  }

  /** Does what may be refused, and says why it was. */
  async attempt(act) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(error);
      this.toaster.say(error.message);
      return null;
    }
  }

  async copy(text) {
    // Over plain http, from another computer, there is no clipboard at all.
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject();
    this.toaster.say(
      await writing.then(
        () => T.copied,
        () => T.copyFailed,
      ),
    );
  }

  /** Opens a person's chat with the bot, ready to start it with what a link handed over. */
  begin(person, payload) {
    const room = this.store.rooms.get(person);
    if (!room) return;
    if (payload) room.payload = payload;
    this.store.tell("chat", { room });
    if (this.panes.has(room)) this.panes.of(room).rest();
    else this.panes.open(room);
  }

  async portray(person, file) {
    const answer = await this.attempt(() => this.world().setPhoto(person, file));
    if (answer) this.store.takePerson(answer);
  }

  /** Shows what the bot answered to a press, if it did in words. */
  tell(answer) {
    if (!answer?.text) return;
    if (answer.alert) alertDialog(answer.text);
    else this.toaster.say(answer.text);
  }

  /** What is open and looked at has no unread messages; the title tells of the others. */
  attend() {
    for (const chat of this.panes.chats) if (chat.attended) this.store.setUnread(chat.room, 0);
    this.sidebar.mark();
    const unread = [...this.store.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
    document.title = unread ? `(${unread}) ${T.brand}` : T.brand;
  }

  #listen() {
    this.store.on("message", (event) => this.#count(event));
    onNewDay(() => this.store.tell("day"));
    addEventListener("beforeunload", (event) => this.outbox.busy && event.preventDefault());
    document.addEventListener("visibilitychange", () => this.attend());
  }

  #load(state) {
    this.store.load(state);
    const { bot, apiUrl } = this.store;
    this.root.dataset.state = bot ? "ready" : "nobot";
    if (!bot) this.void.replaceChildren(noBotState(apiUrl, (text) => this.copy(text)));
    this.panes.show();
    if (bot) this.#arrive();
    if (bot) this.#speak();
    if (document.activeElement === document.body) this.panes.chats.at(-1)?.rest();
  }

  /** The address may hand something over to the bot, as a link to it does; it does so once. */
  #arrive() {
    const query = new URLSearchParams(location.search);
    if (!query.has("start")) return;
    const payload = payloadIn(query);
    query.delete("start");
    const rest = query.size ? `?${query}` : "";
    history.replaceState(null, "", `${location.pathname}${rest}${location.hash}`);
    const [first] = this.store.people.keys();
    const open = this.panes.chats.find(({ room }) => !room.isGroup);
    this.begin(open?.room.id ?? first, payload);
  }

  /** The first news of a bot brings its whole world. */
  #take(event) {
    if (event.type === "bot" && !this.store.bot) this.feed.restart();
    else this.store.apply(event);
  }

  #count({ room, message, fresh }) {
    if (!fresh) return;
    const own = message.from?.id === this.store.personaOf(room);
    if (!own && !this.panes.of(room)?.attended) this.store.setUnread(room, room.unread + 1);
    this.attend();
  }

  /** Tells the server, once, which language the visitor reads. */
  #speak() {
    const [person] = this.store.people.values();
    const language = ownLanguage();
    const key = `stylegram.language.${this.store.bot.id}`;
    if (!person || recall("sessionStorage", key)) return;
    keep("sessionStorage", key, language);
    if (person.language !== language)
      this.attempt(() => this.world().changePerson(person.id, { language }));
  }

  #sidebarHands() {
    return {
      open: (room) => this.panes.open(room),
      beside: (room) => this.panes.openBeside(room),
      isOpen: (room) => this.panes.has(room),
      person: () =>
        askPerson(this.store.people.values(), ownLanguage(), (person) => this.#addPerson(person)),
      group: () =>
        askGroup(this.store.people.values(), (title, members) => this.#addGroup(title, members)),
      bot: (id) => this.#follow(id),
    };
  }

  async #addPerson({ name, language, photo }) {
    const answer = await this.world().addPerson(name, language);
    this.store.takePerson(answer);
    this.panes.open(this.store.takeChat(answer));
    if (photo) this.portray(answer.person.id, photo);
  }

  async #addGroup(title, members) {
    this.panes.open(this.store.takeChat(await this.world().addGroup(title, members)));
  }

  #follow(bot) {
    history.replaceState(null, "", `?${new URLSearchParams({ bot })}`);
    return this.feed.follow(bot);
  }
}

const ownLanguage = () => navigator.language.split("-")[0].toLowerCase();

applyTheme();
new App(document.getElementById("app")).start();
