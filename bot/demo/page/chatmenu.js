/** What can be done with a whole chat. */

import { openMenu } from "/page/menu.js";
import { T } from "/page/texts.js";

/**
 * @param {Element} anchor
 * @param {import("/page/room.js").Room} room
 * @param {{block: (blocked: boolean) => void, clear: () => void, face: () => void}} hands
 */
export function openChatMenu(anchor, room, { block, clear, face }) {
  const portrait = {
    icon: "person",
    label: T.newFace,
    act: face,
    testid: "menu-photo",
  };
  const shut = {
    icon: "block",
    label: T.block,
    act: () => block(true),
    testid: "menu-block",
  };
  const open = {
    icon: "check",
    label: T.unblock,
    act: () => block(false),
    testid: "menu-unblock",
  };
  const empty = {
    icon: "broom",
    label: T.clear,
    act: clear,
    testid: "menu-clear",
    danger: true,
  };
  const own = room.isGroup ? [] : [portrait, room.info.blocked ? open : shut];
  openMenu(anchor, [...own, empty]);
}
