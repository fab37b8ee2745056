// Publish: the page is shown anew when the place has changed; addresses can be copied.

document.addEventListener("saved", () => {
  sessionStorage.setItem("where", "saved");
  location.assign("/publish");
});
if (sessionStorage.getItem("where")) {
  sessionStorage.removeItem("where");
  document.querySelector("form[action='/publish'] button")?.focus();
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });
}
