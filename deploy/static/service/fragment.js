/* Fills a field with what stands after « # » in the address, which never reached a server, and forgets it there. */
"use strict";

(function () {
  const field = document.querySelector("[data-fragment]");
  const given = decodeURIComponent(window.location.hash.slice(1));
  if (!field || !/^[0-9A-Za-z-]{8,20}$/.test(given)) return;
  field.value = given;
  window.history.replaceState(null, "", window.location.pathname);
  if (field.form.hasAttribute("data-fragment-form")) field.form.requestSubmit();
})();
