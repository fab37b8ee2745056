// Show: the cover is taken when it is chosen; the page takes on a new colour at once.

import { inTurn, renew, say, settle } from "./studio.js";

const form = document.querySelector("[data-cover]");
const input = form?.querySelector("input[type=file]");

const take = async () => {
  const [file] = input.files;
  if (!file) return;
  const error = form.querySelector(".error");
  error.hidden = true;
  say(form.dataset.drawing);
  let response;
  try {
    response = await fetch(`/show/cover?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      body: file,
      headers: { accept: "application/json", "content-type": "application/octet-stream" },
    });
  } catch {
    return say(document.body.dataset.lost, { stays: true });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    error.textContent = (answer.problems ?? []).map(({ message }) => message).join(" ") || (response.status === 403 ? document.body.dataset.again : String(response.status));
    error.hidden = false;
    return say("");
  }
  settle(answer);
  sessionStorage.setItem("cover", "taken");
  renew();
};
input?.addEventListener("change", () => inTurn(take));

if (sessionStorage.getItem("cover")) {
  sessionStorage.removeItem("cover");
  input?.focus();
  say(document.body.dataset.saved);
}

/** The cover that is drawn from the title follows it, as soon as the preview has drawn it again. */
const redraw = () => {
  if (document.querySelector("form[action='/show/cover/remove']")) return; // a picture of their own
  for (const seconds of [1.5, 4, 8]) {
    setTimeout(() => {
      const picture = document.querySelector(".cover-picture");
      if (picture) picture.src = `/show/cover?${Date.now()}`;
    }, 1000 * seconds);
  }
};

document.addEventListener("saved", ({ detail: { accent } }) => {
  if (accent) { // a colour that is chosen unticks the box, and a tick takes the colour away
    document.querySelector("#f-accent").value = accent.value;
    document.querySelector("#f-accent-auto").checked = accent.is_from_cover;
  }
  const look = document.querySelector("link[href*='/look.css']");
  if (look) look.href = `${look.href.split("?")[0]}?${Date.now()}`;
  if (!document.querySelector("#still-missing a")) document.querySelector(".places [aria-current] small")?.remove();
  redraw();
  const shown = document.querySelector(".app-title");
  if (shown) shown.textContent = document.querySelector("#f-title").value;
});

// the cover that is drawn comes with the preview
const none = document.querySelector(".cover-none");
const look = async () => {
  const answer = await fetch("/show/cover", { method: "HEAD" }).catch(() => null);
  if (answer?.status !== 200) return setTimeout(look, 3000);
  const picture = new Image(480, 480);
  picture.className = "cover-picture";
  picture.alt = none.dataset.alt;
  picture.src = "/show/cover";
  none.replaceWith(picture);
};
if (none) setTimeout(look, 1500);
