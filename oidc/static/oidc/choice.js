/* Searches as one types: the server's own page is asked again, and its list takes the place of the one shown.
   A choice leaves once: a second click of the same hand asks nothing, and the first one's answer is shown. */
"use strict";

(function () {
  let sent = false;
  document.addEventListener("submit", (event) => {
    if (!event.target.elements.autorisation) return;
    if (sent) event.preventDefault();
    sent = true;
  });
  /* Back to this page, out of the browser's memory: a choice may be made again, and the server says what became of it. */
  window.addEventListener("pageshow", () => {
    sent = false;
  });
})();

(function () {
  const form = document.querySelector("form[data-finds]");
  const list = form && document.getElementById(form.dataset.finds);
  if (!list) return;
  const field = form.elements.q;
  let asked = field.value, waiting = 0;

  async function ask() {
    const wanted = field.value;
    if (wanted === asked) return;
    asked = wanted;
    try {
      const answer = await fetch(form.action, { method: "post", body: new FormData(form), redirect: "error" });
      if (!answer.ok || wanted !== field.value) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(list.id);
      if (found) list.replaceChildren(...found.childNodes);
    } catch {
      /* The network, or the second factor, went away: the button still searches. */
    }
  }

  field.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, 120);
  });
})();
