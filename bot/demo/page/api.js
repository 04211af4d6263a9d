/** The people's door of the server: what a person can do, each as one call. */

import { T } from "/page/texts.js";

/** The server said no, or could not be reached (`status` 0); the message is fit for people. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message || T.refused);
    this.name = "Refusal";
    this.status = status;
  }
}

/** Addresses of things that the browser fetches by itself. */
export const fileUrl = (fileId) => `/demo/files/${encodeURIComponent(fileId)}`;
export const downloadUrl = (fileId, name) =>
  `${fileUrl(fileId)}?download=${encodeURIComponent(name)}`;
export const eventsUrl = (bot, after) => `/demo/events?${query(bot, { after })}`;
export const fetchState = (bot) => call("GET", `/demo/state?${query(bot)}`);

function query(bot, more = {}) {
  return new URLSearchParams(bot ? { bot, ...more } : more);
}

async function call(method, path, body) {
  const response = await fetch(path, { method, cache: "no-store", ...written(body) }).catch(() => {
    throw new Refusal(T.unreachable, 0);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer.error, response.status);
  return answer;
}

function written(body) {
  if (!body || body instanceof FormData) return { body };
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** One bot's world. */
export class World {
  #root;

  /** @param {number} bot the bot's id */
  constructor(bot) {
    this.#root = `/demo/bots/${bot}`;
  }

  addPerson(name, language) {
    return call("POST", `${this.#root}/people`, { name, language });
  }

  changePerson(id, changes) {
    return call("POST", `${this.#root}/people/${id}`, changes);
  }

  setPhoto(id, file) {
    const data = new FormData();
    data.append("file", file, file.name);
    return call("POST", `${this.#root}/people/${id}/photo`, data);
  }

  addGroup(title, members) {
    return call("POST", `${this.#root}/groups`, { title, members });
  }

  press(chat, from, messageId, data) {
    return call("POST", this.#chat(chat, "press"), { from, message_id: messageId, data });
  }

  edit(chat, id, text) {
    return call("POST", this.#chat(chat, `messages/${id}`), { text });
  }

  remove(chat, id) {
    return call("DELETE", this.#chat(chat, `messages/${id}`));
  }

  block(chat, blocked) {
    return call("POST", this.#chat(chat, "block"), { blocked });
  }

  clear(chat) {
    return call("POST", this.#chat(chat, "clear"), {});
  }

  /**
   * Sends text or files; XMLHttpRequest, for fetch cannot tell how far an upload has come.
   * @param {number} chat
   * @param {{from: number, text?: string, files?: File[], kind?: string, reply_to?: number, thread?: number}} parcel
   * @param {{signal: AbortSignal, onProgress: (part: number) => void}} watch
   */
  send(chat, parcel, { signal, onProgress }) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const request = new XMLHttpRequest();
    request.open("POST", this.#chat(chat, "messages"));
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress(event.total ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status < 400 && request.response) resolve(request.response.messages ?? []);
      else reject(new Refusal(request.response?.error, request.status));
    };
    request.onerror = () => reject(new Refusal(T.unreachable, 0));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form(parcel));
    return promise;
  }

  #chat(chat, rest) {
    return `${this.#root}/chats/${chat}/${rest}`;
  }
}

function form({ files = [], ...fields }) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") data.append(name, value);
  }
  for (const file of files) data.append("file", file, file.name);
  return data;
}
