/** Times, days and sizes as people read them. */

import { T } from "/page/texts.js";

const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" });
const DAY_OF_YEAR = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "long",
  year: "numeric",
});
const SHORT_DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const DAY_MS = 86_400_000;
const UNITS = ["B", "KB", "MB", "GB"];

/** A moment that is none, which a test may send, must not keep the page from showing the rest. */
const moment = (seconds) => new Date(Number.isFinite(seconds) ? seconds * 1000 : 0);

/** @param {number} seconds since the epoch, as the Bot API counts */
export const clock = (seconds) => CLOCK.format(moment(seconds));

/** As machines read it. */
export const timestamp = (seconds) => moment(seconds).toISOString();

/** One value for each calendar day of the reader. */
export const dayKey = (seconds) => moment(seconds).toDateString();

export function dayLabel(seconds) {
  const key = dayKey(seconds);
  if (key === new Date().toDateString()) return T.today;
  if (key === new Date(Date.now() - DAY_MS).toDateString()) return T.yesterday;
  const sameYear = moment(seconds).getFullYear() === new Date().getFullYear();
  return (sameYear ? DAY : DAY_OF_YEAR).format(moment(seconds));
}

/** What stands beside a chat in the list: the time today, else the day. */
export function shortMoment(seconds) {
  return dayKey(seconds) === new Date().toDateString()
    ? clock(seconds)
    : SHORT_DAY.format(moment(seconds));
}

export function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** step;
  return `${amount.toFixed(step > 0 && amount < 10 ? 1 : 0)} ${UNITS[step]}`;
}
