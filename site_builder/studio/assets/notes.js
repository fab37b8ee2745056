// Show notes: saved a moment after the last key, so that the page beside them follows; and the few buttons people use.
import { isTyped, save } from "./studio.js";
import { format } from "./times.js";

const find = (selector) => document.querySelector(selector);
const notes = find("#f-notes");
const tools = find("#markdown-tools");

if (notes) {
  let waiting;
  const keep = () => {
    clearTimeout(waiting);
    if (isTyped(notes)) save(notes.form, [["notes", notes.value]], notes);
  };
  notes.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 800);
  });
  notes.addEventListener("change", (event) => {
    event.stopPropagation();
    keep();
  });

  tools.hidden = false;
  const insert = (text, from, to) => {
    notes.focus();
    notes.setSelectionRange(from, to);
    // as if it were typed, so that the browser's own Undo takes it back
    if (!document.execCommand("insertText", false, text)) notes.setRangeText(text, from, to, "end");
  };
  tools.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { selectionStart: from, selectionEnd: to, value } = notes;
    const chosen = value.slice(from, to);
    const line = value.lastIndexOf("\n", from - 1) + 1;
    if (button.dataset.wrap) insert(`${button.dataset.wrap}${chosen}${button.dataset.wrap}`, from, to);
    else if (button.dataset.line) insert(button.dataset.line, line, line);
    else if ("time" in button.dataset) insert(`${format(Math.floor(find("#audio")?.currentTime ?? 0))} `, line, line);
    else if ("link" in button.dataset) {
      insert(`[${chosen}](https://)`, from, to);
      notes.setSelectionRange(from + 1, from + 1 + chosen.length);
    }
  });
}
