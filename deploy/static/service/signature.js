/* The drawn signature: an image and nothing more.  No pressure, no speed, no time is recorded. */
"use strict";

(function () {
  const form = document.querySelector("form[data-signature]");
  if (!form) return;
  const canvas = form.querySelector("canvas");
  const field = form.elements.drawing;
  const pen = canvas.getContext("2d");
  let drawing = false;
  let drawn = false;

  function reset() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = pen.fillStyle = "#000";
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    field.value = "";
    drawn = false;
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * canvas.width) / box.width,
      ((event.clientY - box.top) * canvas.height) / box.height,
    ];
  }

  canvas.addEventListener("pointerdown", function (event) {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const [x, y] = place(event);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + 0.1, y);
    pen.stroke();
    drawing = drawn = true;
  });

  canvas.addEventListener("pointermove", function (event) {
    if (!drawing) return;
    pen.lineTo(...place(event));
    pen.stroke();
  });

  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, function () { drawing = false; });
  }

  form.querySelector("[data-clear]").addEventListener("click", reset);
  form.addEventListener("submit", function () {
    field.value = drawn ? canvas.toDataURL("image/png") : "";
  });
  form.classList.add("has-pad");
  reset();
})();
