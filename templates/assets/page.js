// What every page does: copy buttons, fields that need scripts, the service worker, and folder links where there is no server (file:).
"use strict";
{
  const root = document.currentScript.dataset.root;

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = button.parentElement.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const text = button.querySelector("span") ?? button;
      const before = text.textContent;
      text.textContent = button.dataset.done;
      setTimeout(() => (text.textContent = before), 2000);
    });
  }

  for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;

  // What was seen can be read again without a connection (sw.js).
  if ("serviceWorker" in navigator && location.protocol !== "file:") {
    addEventListener("load", () => navigator.serviceWorker.register(`${root}sw.js`).catch(() => {}));
  }

  // A server answers `episodes/x/` with its index.html; a folder on disk does not.
  if (location.protocol === "file:") {
    for (const link of document.querySelectorAll("a[href]")) {
      if (link.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
    }
    for (const form of document.forms) form.action = form.action.replace(/\/$/, "/index.html");
  }
}
