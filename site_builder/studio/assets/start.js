// Start: an archive is chosen or dropped, and sent with progress; a tick for all.

import { keepWanted, send } from "./archive.js";

const form = document.querySelector("form[data-archive]");
const texts = document.body.dataset;

const tell = (message, name = "archive") => {
  const error = form.querySelector(`#${name}-error`);
  error.textContent = message;
  error.hidden = !message;
  form.querySelector(`#${name}`).toggleAttribute("aria-invalid", false);
  if (message) form.querySelector(`#${name}`).setAttribute("aria-invalid", "true");
};

const join = (problems = []) => problems.map(({ message }) => message).join(" ");

/** Has an archive looked into where it lies on this computer. */
const lookAt = async (path) => {
  const body = new FormData();
  body.append("path", path);
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return location.assign(answer.next);
    tell(join(answer.problems) || (response.status === 403 ? texts.again : String(response.status)), "path");
  } catch {
    tell(texts.lost, "path");
  }
  form.querySelector("#path").focus();
};

let sending;

const upload = async (file) => {
  if (sending) return;
  sending = new AbortController();
  const section = form.querySelector("[data-progress]");
  const bar = section.querySelector("progress");
  const words = section.querySelector(".sending-words");
  tell("");
  section.hidden = false;
  bar.removeAttribute("value");
  words.textContent = form.dataset.sending;
  section.querySelector("[data-cancel]").focus();
  try {
    const body = await keepWanted(file, form.dataset.wanted);
    const show = (fraction) => (fraction === null ? bar.removeAttribute("value") : (bar.value = fraction));
    const { ok, status, answer } = await send(`/start/upload?name=${encodeURIComponent(file.name)}`, body, { tell: show, signal: sending.signal });
    if (ok) return location.assign(answer.next);
    tell(join(answer.problems) || String(status));
  } catch (error) {
    if (error.message !== "cancelled") tell(texts.lost);
  }
  sending = undefined;
  section.hidden = true;
  form.querySelector("#archive").focus();
};

if (form) {
  form.addEventListener("submit", (event) => {
    const [file] = form.querySelector("#archive").files;
    const path = form.querySelector("#path").value.trim();
    event.preventDefault();
    if (sending) return;
    if (file) return upload(file);
    if (path) return lookAt(path);
    tell(form.dataset.none);
    form.querySelector("#archive").focus();
  });
  form.querySelector("#path").addEventListener("input", () => tell("", "path"));
  form.querySelector("#archive").addEventListener("change", () => tell("")); // what was said of no file, or of another one
  form.querySelector("[data-cancel]").addEventListener("click", () => sending?.abort());
  const has = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    document.body.classList.remove("dropping");
    const [file] = event.dataTransfer.files;
    if (!file) return;
    form.closest("details")?.setAttribute("open", "");
    form.closest("[data-dropped]")?.removeAttribute("hidden");
    upload(file);
  });
}

const spaces = document.querySelector("form[data-spaces]");
if (spaces) {
  const none = spaces.querySelector("#spaces-none");
  const ticked = () => spaces.querySelector("input[type=checkbox]:checked");
  spaces.addEventListener("submit", (event) => {
    if (ticked()) return;
    event.preventDefault();
    none.hidden = false;
    none.scrollIntoView({ block: "center" });
    spaces.querySelector("input[type=checkbox]:enabled")?.focus({ preventScroll: true });
  });
  spaces.addEventListener("change", () => ticked() && (none.hidden = true));
}

document.querySelector("[data-all]")?.addEventListener("click", () => {
  const boxes = [...document.querySelectorAll("[data-spaces] input[type=checkbox]:enabled")];
  const all = boxes.every(({ checked }) => checked);
  for (const box of boxes) box.checked = !all;
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
});
