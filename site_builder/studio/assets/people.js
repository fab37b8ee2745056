// An answer is saved when it is chosen, by keyboard when the choice is left; a message is copied and noted as asked.

import { put, save, say } from "./studio.js";
import "./listen.js";

const find = (selector, within = document) => within.querySelector(selector);
const form = find("form.answer");

const list = () => ["answer", "note", "date"].map((name) => [name, new FormData(form).get(name) ?? ""]);

/** What the server wrote into the page; something else may be chosen before this script is there. */
const written = () => {
  const chosen = [...form.elements.answer].find((radio) => radio.defaultChecked);
  return [["answer", chosen?.value ?? ""], ...["note", "date"].map((name) => [name, form.elements[name].defaultValue])];
};
let known = JSON.stringify(written());

/** What holds now, and what each answer would change from here. */
const draw = ({ effects, answer, note, date, count }) => {
  put(find("#note"), note);
  put(find("#date"), date);
  for (const part of document.querySelectorAll("[data-while-open]")) part.hidden = answer !== "pending";
  const place = find(".places a[aria-current]");
  const small = find("small", place) ?? place.appendChild(document.createElement("small"));
  small.textContent = count;
  for (const [value, sentences] of Object.entries(effects)) {
    const items = sentences.map((text) => Object.assign(document.createElement("li"), { textContent: text, dir: "auto" }));
    if (value === answer) items.unshift(Object.assign(document.createElement("li"), { textContent: form.dataset.now, className: "now" }));
    find(`#effects-${value}`).replaceChildren(...items);
  }
};

const store = async (control) => {
  const fields = list();
  const [before, wanted] = [known, JSON.stringify(fields)];
  if (wanted === before) return;
  known = wanted;
  const answer = await save(form, fields, control);
  const isLast = known === wanted; // nothing else was chosen or left meanwhile
  if (!answer && isLast) known = before;
  if (!answer?.effects) return;
  draw(answer);
  if (isLast) known = JSON.stringify(["answer", "note", "date"].map((name) => [name, answer[name]]));
};

// Arrow keys pass over answers that are not meant: these count when the group is left, or with Space or Enter.
let pointed = true; // a choice whose beginning was not heard here is no arrow key's: those begin and choose at once
form.addEventListener("pointerdown", () => (pointed = true));
form.addEventListener("keydown", ({ key, target }) => {
  pointed = key === " ";
  if (pointed && target.checked) store(target); // an arrow key chose it
});
for (const type of ["change", "click"])
  form.addEventListener(type, ({ target }) => (target.type === "radio" ? pointed : type === "change") && store(target));
find("fieldset", form).addEventListener("focusout", ({ relatedTarget, target }) => {
  if (!relatedTarget?.matches?.("[name=answer]")) store(target);
});

// chosen before this script was there: at once, unless arrow keys may still be on their way
const early = find("[name=answer]:checked", form);
if (!early.defaultChecked && !early.matches(":focus-visible")) store(early);

// where it takes a while to see what an answer would change, it is asked for once the page is there
const look = async () => {
  const response = await fetch(location.href, { headers: { accept: "application/json" } });
  if (response.ok && JSON.stringify(list()) === known) draw(await response.json());
};
if ("long" in form.dataset) look();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  store(document.activeElement);
});

// ---- the message

const message = find("form.message");
message?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = find("textarea", message);
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    text.select(); // for the person's own Ctrl-C
  }
  const answer = await save(message, [["do", "asked"]], text);
  if (answer) say(message.dataset.copied);
});
