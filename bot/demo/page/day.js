/** Tells when a new day has begun: "today" is no longer what it was. */

const LOOK_MS = 60_000;

export function onNewDay(act) {
  let today = new Date().toDateString();
  const look = () => {
    const now = new Date().toDateString();
    if (now === today) return;
    today = now;
    act();
  };
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
}
