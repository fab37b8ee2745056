// Publish: the page is shown anew when the place has changed; addresses can be copied.

import { renew, say } from "./studio.js";

document.addEventListener("saved", () => {
  sessionStorage.setItem("where", "saved");
  renew();
});
// the button is where the keyboard goes on from, without the page jumping to it
const wasSaved = sessionStorage.getItem("where");
sessionStorage.removeItem("where");
if (wasSaved) say(document.body.dataset.saved); // the page before it had no time to
if (wasSaved || document.activeElement === document.body)
  document.querySelector(wasSaved ? "#f-token[data-begin], form[action='/publish'] .large" : "[data-begin]")?.focus({ preventScroll: true });

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });
}
