/* Codes shown once to the usager: after ten minutes, or when the page comes back from the browser's memory, go on. */
"use strict";

(function () {
  const next = document.querySelector("a[data-hide]");
  if (!next) return;
  const hide = () => window.location.replace(next.href);
  window.setTimeout(hide, 10 * 60 * 1000);
  window.addEventListener("pageshow", (event) => { if (event.persisted) hide(); });
})();
