/* Puts the code of a link, which stands in the fragment and reaches no server, into its field; then forgets it. */
(() => {
  "use strict";
  const field = document.querySelector("[data-lien]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!field || !code) return;
  field.value = code;
  history.replaceState(null, "", location.pathname);
})();
