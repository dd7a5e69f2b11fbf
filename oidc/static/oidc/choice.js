/* Searches as one types: the server's own page is asked again, and its list takes the place of the one shown. */
"use strict";

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
      const answer = await fetch(`?q=${encodeURIComponent(wanted)}`, { redirect: "error" });
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
