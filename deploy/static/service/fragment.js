/* Fills a field with the code that stands after « # » in the address, which reached no server, then forgets it there. */
(() => {
  "use strict";

  /* What a mail reader adds after a link (a full stop, a bracket) is no part of the code. */
  function given() {
    try {
      return decodeURIComponent(location.hash.slice(1)).replace(/[^0-9A-Za-z]+$/, "");
    } catch {
      return ""; /* a link cut inside a « % » */
    }
  }

  const field = document.querySelector("[data-fragment]");
  const code = given();
  if (!field || !/^[0-9A-Za-z-]{8,40}$/.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname);
  if (field.form.hasAttribute("data-fragment-form")) field.form.requestSubmit();
})();
