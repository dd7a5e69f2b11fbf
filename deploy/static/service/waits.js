/* A page that waits: asks in one word how things stand, and opens itself again when the word changes, or when it is
   answered no more: who was signed out, or has lost the right to see it, sees it no longer. */
"use strict";

(function () {
  const place = document.querySelector("[data-waits]");
  if (!place) return;
  const every = 2000;
  const refusals = [401, 403, 404];
  let tries = 0;

  async function ask() {
    tries += 1;
    if (tries > 600) return;
    try {
      const answer = await fetch(place.dataset.waits, { headers: { Accept: "text/plain" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || refusals.includes(answer.status)) {
        window.location.reload();
        return;
      }
      if (answer.ok && (await answer.text()).trim() !== place.dataset.now) {
        window.location.replace(place.dataset.then || window.location.pathname);
        return;
      }
    } catch {
      /* The network went away: asked again later. */
    }
    window.setTimeout(ask, every);
  }

  window.setTimeout(ask, every);
})();
