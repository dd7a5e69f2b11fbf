/* Asks a passkey of the browser and hands its answer to a form.

   <form data-passkey="get|create" data-options="address"> holds a hidden input named "passkey" and a button with
   data-passkey-button, which stays hidden where passkeys cannot be: every page has another way. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) {
    document.querySelectorAll("[data-passkey-absent]").forEach((note) => { note.hidden = false; });
    return;
  }

  const TOLD = {
    NotAllowedError: "La clé d’accès n’a pas servi : la demande a été annulée, ou a attendu trop longtemps.",
    InvalidStateError: "Cet appareil a déjà une clé d’accès pour votre compte.",
    SecurityError: "Cette adresse n’est pas celle du service : n’y entrez rien.",
  };
  const OTHERWISE = "La clé d’accès n’a pas pu servir. Réessayez, ou employez un autre moyen.";

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  function read(options) {
    const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) asked.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) asked.allowCredentials = known(options.allowCredentials);
    return asked;
  }

  function write(credential) {
    const given = credential.response;
    const response = { clientDataJSON: text(given.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given[part]) response[part] = text(given[part]);
    }
    if (given.getTransports) response.transports = given.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  }

  async function options(form) {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    const answer = await fetch(form.dataset.options, { method: "POST", headers, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error("no options");
    return read(await answer.json());
  }

  async function ask(form, told, button) {
    button.disabled = true;
    told.hidden = true;
    try {
      const publicKey = await options(form);
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.passkey.value = write(credential);
      form.submit();
    } catch (error) {
      told.querySelector("p").textContent = TOLD[error.name] || OTHERWISE;
      told.hidden = false;
      button.disabled = false;
    }
  }

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    if (form.dataset.passkeyReady) return; // a page of several forms loads this file with each of them
    form.dataset.passkeyReady = "1";
    const button = form.querySelector("[data-passkey-button]");
    const told = form.querySelector("[data-passkey-told]");
    form.querySelectorAll("[data-passkey-only]").forEach((part) => { part.hidden = false; });
    button.hidden = false;
    button.addEventListener("click", () => ask(form, told, button));
  });
})();
