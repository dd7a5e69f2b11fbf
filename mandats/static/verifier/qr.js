/* Reads the statement of a mandat's QR code in the browser: the fragment never reaches a server.
   A right signature is never shown in green: only the form tells whether the mandat still stands. */
(() => {
  "use strict";

  const box = document.getElementById("statement");
  const verdict = document.getElementById("verdict");
  const facts = document.getElementById("facts");
  const letters = JSON.parse(document.getElementById("letters").textContent);

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const json = (text) => JSON.parse(new TextDecoder().decode(bytes(text)));

  function tell(tone, text) {
    verdict.textContent = text;
    verdict.parentElement.className = `fr-alert fr-alert--${tone}`;
    box.dataset.told = tone;
  }

  function show(name, value) {
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = value;
    facts.append(dt, dd);
    facts.hidden = false;
  }

  async function key(kid) {
    const answer = await fetch(box.dataset.jwks, { headers: { Accept: "application/json" } });
    const { keys } = await answer.json();
    const found = keys.filter((jwk) => jwk.kid === kid && jwk.kty === "EC" && jwk.crv === "P-256");
    if (found.length !== 1) return null;
    const { kty, crv, x, y } = found[0];
    return crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  }

  async function isExact(parts, header) {
    if (header.alg !== "ES256" || header.typ !== "mandat-qr+jws") return false;
    const published = await key(header.kid);
    const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    return published !== null && crypto.subtle.verify(algorithm, published, bytes(parts[2]), signed);
  }

  function day(seconds) {
    const options = { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/Paris" };
    return new Date(seconds * 1000).toLocaleDateString("fr-FR", options);
  }

  function detail(statement) {
    const known = [...statement.d].map((letter) => letters[letter] || letter);
    show("Référence", statement.r);
    show("SIRET de la structure", statement.s);
    show("Usager", `initiales ${statement.u.slice(0, -4)}, année de naissance ${statement.u.slice(-4)}`);
    show("Démarches", known.join(" ; "));
    show("Conclu le", day(statement.a));
    show("Jusqu’au", day(statement.e - 1));
    const reference = document.getElementById("id_reference");
    if (reference && !reference.value) reference.value = statement.r;
  }

  async function read() {
    const parts = location.hash.slice(1).split(".");
    if (parts.length !== 3) return;
    let header;
    let statement;
    try {
      [header, statement] = [json(parts[0]), json(parts[1])];
    } catch {
      return tell("error", "Ce code QR n’est pas celui d’un mandat. Ne vous y fiez pas.");
    }
    let exact;
    try {
      exact = await isExact(parts, header);
    } catch {
      return tell("warning", "La signature n’a pas pu être contrôlée dans ce navigateur. Utilisez le formulaire.");
    }
    if (!exact) return tell("error", "Signature fausse. Ne vous fiez pas à ce document.");
    detail(statement);
    if (statement.e * 1000 <= Date.now()) return tell("error", "Signature exacte, mais ce mandat est arrivé à son terme.");
    return tell("warning", "Signature exacte, révocation non vérifiée.");
  }

  read();
  addEventListener("hashchange", () => location.reload());
})();
