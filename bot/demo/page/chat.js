/** A pane: one chat, whole, as one of its people sees it. */

import { actionButton } from "/page/buttons.js";
import { openChatMenu } from "/page/chatmenu.js";
import { Composer } from "/page/composer.js";
import { confirmDialog } from "/page/dialog.js";
import { el, setText } from "/page/dom.js";
import { acceptFiles } from "/page/dropzone.js";
import { emptyState } from "/page/empty.js";
import { Hands } from "/page/hands.js";
import { Head } from "/page/head.js";
import { Jump } from "/page/jump.js";
import { Log } from "/page/log.js";
import { Parcels } from "/page/parcels.js";
import { choosePicture } from "/page/people.js";
import { openSamples, sampleFile } from "/page/samples.js";
import { openSheet } from "/page/sheet.js";
import { Soft } from "/page/soft.js";
import { Starter } from "/page/starter.js";
import { T } from "/page/texts.js";

export class Chat {
  #app;
  #stops;
  #greeting = "";

  /**
   * @param {object} app the parts of the page: see app.js
   * @param {import("/page/room.js").Room} room
   * @param {{back: () => void, close: (chat: Chat) => void}} doors
   */
  constructor(app, room, doors) {
    this.#app = app;
    this.room = room;
    this.hands = new Hands(app, this);
    this.head = new Head({
      back: doors.back,
      close: () => doors.close(this),
      menu: (anchor) => this.#menu(anchor),
    });
    this.log = new Log(room, this.hands, () => this.#moved());
    this.composer = new Composer(room, this.#composerHands());
    this.#build();
    this.#listen();
    this.#refresh();
    this.#showParcels();
  }

  get persona() {
    return this.#app.store.personaOf(this.room);
  }

  /** @param {{text?: string, files?: File[], kind?: string, reply_to?: number}} content */
  send(content) {
    this.#app.outbox.send(this.room, { from: this.persona, ...content });
    this.log.toBottom();
    this.#moved();
  }

  /** Whether a new message here is seen at once. */
  get attended() {
    return !document.hidden && this.log.following && this.node.checkVisibility();
  }

  /** Takes the focus where one goes on from here. */
  rest() {
    if (this.room.info.blocked) this.unblock.focus();
    else if (this.room.payload !== null) this.node.querySelector(".start").focus();
    else if (!this.composer.invite()) this.log.focus();
  }

  /** Says it to those who listen to the page. */
  announce(text) {
    setText(this.news, text);
  }

  /** Call it once the pane stands in the page. */
  opened() {
    this.log.toBottom();
    this.#moved();
  }

  close() {
    this.#stops.forEach((stop) => stop());
    this.parcels.close();
    this.node.remove();
  }

  #build() {
    this.jump = new Jump(() => this.log.toBottom({ smooth: true }));
    this.parcels = new Parcels(this.#app.outbox, this.room);
    this.soft = new Soft();
    this.welcome = el("div", { class: "welcome", hidden: true });
    this.news = el("p", { class: "unseen", role: "status" });
    this.log.tail.append(this.parcels.node, this.soft.node);
    this.log.content.prepend(this.welcome);
    this.starter = new Starter(() => this.#start());
    this.barred = this.#buildBarred();
    this.node = el(
      "section",
      {
        class: "pane",
        "aria-label": this.room.title,
        data: { testid: "pane", chat: this.room.id },
      },
      this.head.node,
      el("div", { class: "log-frame" }, this.log.node, this.jump.node),
      this.starter.node,
      this.barred,
      this.composer.node,
      this.news,
    );
    acceptFiles(this.node, (files) => this.#offer(files));
  }

  /** What stands in place of the composer while the bot is blocked. */
  #buildBarred() {
    this.unblock = actionButton(T.unblock, "primary", () => this.#block(false), "unblock");
    return el("div", { class: "barred", hidden: true }, el("p", {}, T.blocked), this.unblock);
  }

  #listen() {
    const { store, outbox } = this.#app;
    const here = (type, act) => store.on(type, (event) => event.room === this.room && act(event));
    this.#stops = [
      here("message", (event) => this.#message(event)),
      here("removed", ({ id }) => this.#removed(id)),
      here("action", () => this.#showAction()),
      here("chat", () => this.#refresh()),
      store.on("bot", () => this.#refresh()),
      store.on("people", () => this.#refresh()),
      store.on("loaded", () => this.#reloaded()),
      store.on("day", () => this.log.showDays()),
      outbox.watch((room) => room === this.room && this.#showParcels()),
    ];
  }

  #message({ message, fresh }) {
    this.log.put(message);
    this.#showEmpty();
    if (fresh && !this.log.following && this.hands.sideOf(message) !== "me") this.jump.add();
  }

  #removed(id) {
    this.log.drop(id);
    this.composer.checkContext();
    this.#showEmpty();
  }

  #reloaded() {
    // A chat that is no more is about to be closed.
    if (this.#app.store.rooms.get(this.room.id) !== this.room) return;
    this.log.sync();
    if (!this.log.following) this.jump.add(this.room.missed);
    this.#refresh();
  }

  #refresh() {
    const { store } = this.#app;
    this.head.show(store, this.room);
    this.composer.refresh(store.peopleOf(this.room), this.persona);
    this.#showBarred(Boolean(this.room.info.blocked));
    this.#showAction();
    this.#showEmpty();
  }

  #showBarred(blocked) {
    const [leaving, coming] = blocked
      ? [this.composer.node, this.barred]
      : [this.barred, this.composer.node];
    const focused = leaving.contains(document.activeElement);
    leaving.hidden = true;
    coming.hidden = false;
    if (focused) this.rest();
  }

  #showAction() {
    const { bot } = this.#app.store;
    const { action } = this.room;
    this.head.showAction(bot, action);
    this.soft.show(bot, action);
  }

  #showEmpty() {
    const empty = this.log.empty && this.parcels.empty;
    this.#greet(empty);
    this.welcome.hidden = !empty;
    this.starter.show(!empty && this.room.payload !== null && !this.room.info.blocked);
    this.log.fromTop = empty;
  }

  /** Built anew only when it would say something else: somebody may be about to press it. */
  #greet(empty) {
    const { bot, samples } = this.#app.store;
    const { description, short_description: short } = this.room.info;
    const said = [
      bot.name,
      description,
      short,
      this.room.title,
      samples.length,
    ];
    const greeting = empty ? said.join("\n") : "";
    if (this.#greeting === greeting) return;
    this.#greeting = greeting;
    const hands = {
      start: () => this.#start(),
      sample: (sample) => this.#sendSample(sample),
    };
    const focused = this.welcome.contains(document.activeElement);
    this.welcome.replaceChildren(...(empty ? [emptyState(this.#app.store, this.room, hands)] : []));
    if (focused) this.rest();
  }

  /** Begins the conversation, with what the link handed over that led here. */
  #start() {
    const { payload } = this.room;
    this.room.payload = null;
    this.hands.command(payload ? `/start ${payload}` : "/start");
    this.#showEmpty();
    this.rest();
  }

  #showParcels() {
    this.parcels.show();
    this.#showEmpty();
  }

  /** The reader came to, or left, the bottom. */
  #moved() {
    this.jump.arrived(this.log.following);
    if (this.log.following) this.#app.attend();
  }

  #composerHands() {
    return {
      send: (content) => this.send(content),
      edit: (message, text) => this.#edit(message, text),
      command: (text) => this.hands.command(text),
      files: (files) => this.#offer(files),
      samples: () => openSamples(this.#app.store.samples, (sample) => this.#sendSample(sample)),
      say: (text) => this.#app.toaster.say(text),
      nameOf: (user) => this.hands.nameOf(user),
      become: (person) => this.#become(person),
    };
  }

  #offer(files) {
    if (this.room.info.blocked) return;
    openSheet(files, this.composer.draft, {
      say: (text) => this.#app.toaster.say(text),
      send: (albums) => {
        this.composer.takeDraft();
        const reply = this.composer.takeReply();
        for (const album of albums) this.send({ ...album, ...reply });
        this.composer.invite();
      },
    });
  }

  async #sendSample(sample) {
    const file = await this.#app.attempt(() => sampleFile(sample));
    if (file) this.send({ files: [file], kind: "photo", ...this.composer.takeReply() });
  }

  async #edit(message, text) {
    return Boolean(
      await this.#app.attempt(() => this.#app.world().edit(this.room.id, message.message_id, text)),
    );
  }

  #become(person) {
    this.room.persona = person;
    this.log.rebuild();
    this.#refresh();
  }

  #menu(anchor) {
    openChatMenu(anchor, this.room, {
      block: (blocked) => this.#block(blocked),
      clear: () => this.#clear(),
      face: () => choosePicture((file) => this.#app.portray(this.room.id, file)),
    });
  }

  async #block(blocked) {
    const answer = await this.#app.attempt(() => this.#app.world().block(this.room.id, blocked));
    if (answer) this.#app.store.takeChat(answer);
  }

  async #clear() {
    if (await confirmDialog(T.clearAsk, T.clear))
      await this.#app.attempt(() => this.#app.world().clear(this.room.id));
  }
}
