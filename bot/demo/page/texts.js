/** Every word that a person reads on this page. */

const ACTIONS = new Map(
  Object.entries({
    typing: "is typing…",
    upload_photo: "is sending a photo…",
    record_video: "is recording a video…",
    upload_video: "is sending a video…",
    record_voice: "is recording a voice message…",
    upload_voice: "is sending a voice message…",
    upload_document: "is sending a file…",
    choose_sticker: "is choosing a sticker…",
    find_location: "is looking for a place…",
  }),
);

/** A name among other words, whichever way it is written. */
const apart = (name) => `\u2068${name}\u2069`;

const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

export const T = {
  brand: "Stylegram",
  place: "Demo on this computer",

  chats: "Chats",
  newPerson: "New person",
  newGroup: "New group",
  openBeside: (title) => `Open ${title} beside`,
  closePane: "Close this chat",
  back: "Back to the chats",
  bots: "Bot",
  noMessages: "No messages yet",
  themes: { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
  you: (name, text) => `${apart(name)}: ${text}`,
  unread: (count) => plural(count, "new message", "new messages"),

  loading: "Opening the studio…",
  starting: (bot) => `${bot} is starting; what you send now will be answered in a moment.`,
  offline: (bot) => `${bot} is not running; messages wait for it until it comes back.`,
  lost: "Connection lost, trying again…",
  restored: "Connected again.",
  noBotBanner: "No bot is connected yet.",
  noBot: "No bot is connected yet",
  noBotHow:
    "This page is a small messenger of its own. Point any Telegram bot at the address below instead " +
    "of api.telegram.org, with any token made of digits, a colon and letters. The chat opens with " +
    "the bot's first request.",
  apiUrl: "Bot API address",
  status: { starting: "starting", online: "online", offline: "not running" },
  as: (name) => `as ${apart(name)}`,
  members: (names) => names.map(apart).join(", "),

  emptyTitle: (bot) => `This is ${bot}`,
  emptyGroup: (title) => `Welcome to ${title}`,
  emptyHint: "Send a picture and pick a style: the bot repaints it while you watch.",
  emptyGroupHint: "In a group, a bot sees commands and replies to its own messages.",
  start: "Start",
  samplesTitle: "No picture at hand? Send one of these",
  sample: (title) => `Send “${title}”`,
  samples: "Sample pictures",

  messages: (title) => `Messages of ${title}`,
  jumpDown: "To the newest message",
  placeholder: "Message",
  captionPlaceholder: "Add a caption",
  send: "Send",
  save: "Save",
  attach: "Attach",
  attachFiles: "Photos or files",
  menu: "Menu",
  commands: "Commands",
  writeAs: "as",
  writeAsLabel: "Who writes in this group",
  replyTo: (name) => `Reply to ${apart(name)}`,
  editing: "Edit message",
  cancel: "Cancel",
  emptyEdit: "A message cannot be empty. Write something, or delete the message.",
  captionTooLong: (most) => `A caption holds at most ${most} characters. Please shorten it.`,
  tooLong: (most) => `A message holds at most ${most} characters. Please shorten it.`,

  sheetTitle: (count, pictures) =>
    `Send ${pictures ? plural(count, "picture", "pictures") : plural(count, "file", "files")}`,
  asPhoto: "As photo",
  asFile: "As file",
  asSticker: "As sticker",
  asStickerHint: "A sticker has no caption: what you write follows it as a message.",
  asFileHint: "Files keep every pixel; photos are sent a little smaller.",
  onlyFiles: "Not all of these are pictures, so they go as files.",
  removeFile: (name) => `Leave out ${name}`,
  dropHere: "Drop to send",
  dropHint: "pictures or any files",
  tooBig: (name, most) => `“${name}” is larger than ${most}.`,
  emptyFile: (name) => `“${name}” is empty.`,
  uploading: (percent) => `Uploading, ${percent} %`,
  waiting: "Waiting to be sent",
  notSent: "Not sent",
  retry: "Try again",
  sendAsFile: "Send as file",
  discard: "Discard",
  cancelUpload: "Cancel upload",

  reply: "Reply",
  copyText: "Copy text",
  copied: "Copied.",
  copyFailed:
    "The browser lets this page copy only on this computer or over https. " +
    "Please select the text and copy it by hand.",
  edit: "Edit",
  remove: "Delete",
  download: "Download",
  messageMenu: "Message actions",
  message: (name, words, time) => `${name ? `${name}: ` : ""}${words}, ${time}`,
  edited: "edited",
  gone: "That message is no longer here.",
  spoiler: "Hidden text; press to show it",
  mediaSpoiler: "Hidden picture; press to show it",

  chatMenu: "Chat menu",
  block: "Block bot",
  unblock: "Unblock bot",
  blocked: "You have blocked this bot. It cannot write to you.",
  clear: "Clear history",
  clearAsk: "Clear the whole history of this chat?",
  deleteAsk: (count) =>
    count === 1
      ? "Delete this message for everyone?"
      : `Delete these ${count} messages for everyone?`,
  ok: "OK",
  create: "Create",
  name: "Name",
  language: "Language",
  face: "Profile photo",
  newFace: "Set profile photo",
  groupTitle: "Title",
  groupMembers: "People",
  groupNeeds: "A group needs a title and at least one person.",
  personNeeds: "A person needs a name.",
  defaultGroup: "Painters",

  pressing: "Waiting for the bot",
  unsupportedButton: "This kind of button does nothing in the demo.",

  photo: "Photo",
  photoBy: (name, caption) => (caption ? `Photo by ${name}: ${caption}` : `Photo by ${name}`),
  album: (count) => plural(count, "photo", "photos"),
  viewer: "Picture viewer",
  zoom: "Closer, or the whole picture",
  previous: "Previous picture",
  next: "Next picture",
  close: "Close",
  play: (what) => `Play ${what}`,
  unreadable: "This picture cannot be shown.",
  today: "Today",
  yesterday: "Yesterday",

  action: (name, action) => `${apart(name)} ${ACTIONS.get(action) ?? "is busy…"}`,
  refused: "The server could not do that.",
  unreachable: "The server cannot be reached just now.",

  kinds: {
    animation: "Animation",
    audio: "Audio",
    contact: "Contact",
    dice: "Dice",
    document: "File",
    game: "Game",
    invoice: "Invoice",
    location: "Location",
    poll: "Poll",
    sticker: "Sticker",
    story: "Story",
    venue: "Place",
    video: "Video",
    video_note: "Video message",
    voice: "Voice message",
  },
  unknownKind: "A message of a kind this page cannot show",
  service: {
    new_chat_members: (message) => `${names(message.new_chat_members)} joined`,
    left_chat_member: (message) => `${message.left_chat_member.first_name} left`,
    new_chat_title: (message) => `The title is now “${message.new_chat_title}”`,
    pinned_message: () => "A message was pinned",
    group_chat_created: () => "The group was created",
    supergroup_chat_created: () => "The group was created",
    forum_topic_created: (message) => `Topic “${message.forum_topic_created.name}” was created`,
    migrate_to_chat_id: () => "The group became a supergroup",
    migrate_from_chat_id: () => "The group became a supergroup",
  },
};

function names(people) {
  return people.map((person) => person.first_name).join(", ");
}

/** What the bot speaks, each as its speakers call it. */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  pt: "Português",
  ru: "Русский",
  hi: "हिन्दी",
  de: "Deutsch",
};

/** Names for new people, in the order in which they come. */
export const NAMES = [
  "Ada",
  "Bruno",
  "Clara",
  "Dmitri",
  "Esi",
  "Farid",
  "Greta",
  "Hiro",
  "Ines",
  "Jonas",
  "Kaya",
  "Lev",
  "Mei",
  "Noor",
  "Otto",
  "Priya",
  "Rosa",
  "Sami",
  "Tess",
  "Yara",
];
