// Show notes: saved a moment after the last key, so that the page beside them follows; and the few buttons people use.
import { inTurn, isTyped, save, say, settle } from "./studio.js";
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
  // a picture is kept beside the notes, and named in them; its description is written next
  const picture = find("#picture-file");
  picture.addEventListener("change", () => inTurn(async () => {
    const [file] = picture.files;
    if (!file) return;
    picture.value = "";
    const { saving, lost, again } = document.body.dataset;
    say(saving);
    const headers = { accept: "application/json", "content-type": "application/octet-stream" };
    const response = await fetch(picture.dataset.address, { method: "POST", body: file, headers }).catch(() => null);
    const answer = (await response?.json().catch(() => null)) ?? {};
    if (!answer.picture) return say(answer.problems?.[0].message ?? (response?.status === 403 ? again : lost), { stays: true });
    settle(answer);
    const at = notes.selectionStart;
    insert(`![](${answer.picture})`, at, notes.selectionEnd);
    notes.setSelectionRange(at + 2, at + 2);
  }));

  tools.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { selectionStart: from, selectionEnd: to, value } = notes;
    const chosen = value.slice(from, to);
    const line = value.lastIndexOf("\n", from - 1) + 1;
    if (button.dataset.wrap) insert(`${button.dataset.wrap}${chosen}${button.dataset.wrap}`, from, to);
    else if (button.dataset.line) insert(button.dataset.line, line, line);
    else if ("time" in button.dataset) insert(`${format(Math.floor(find("#audio")?.currentTime ?? 0))} `, line, line);
    else if ("picture" in button.dataset) picture.click();
    else if ("link" in button.dataset) {
      insert(`[${chosen}](https://)`, from, to);
      notes.setSelectionRange(from + 1, from + 1 + chosen.length);
    }
  });
}
