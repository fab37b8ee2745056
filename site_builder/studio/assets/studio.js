// What every page of the studio does: saves fields when they are left, follows long work, undoes by keyboard.

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
const texts = document.body.dataset;
const status = find("#status");

// ---- saving: one request after the other, so that each is based on what the one before left

let queue = Promise.resolve();
let pending = 0;
let fading;

/** Does something that changes files after all saves that were asked for before it. Resolves to what `work` gives. */
export const inTurn = (work) => {
  pending += 1;
  queue = queue.then(work, work).finally(() => (pending -= 1));
  return queue;
};

/** Says it small, once. */
export const say = (text, { stays = false } = {}) => {
  clearTimeout(fading);
  status.textContent = text;
  status.classList.toggle("bad", stays);
  if (!stays) fading = setTimeout(remind, 4000);
};

/** Fields whose last change was not taken: what is wrong stands beside each, and the status leads there. */
const refused = new Set();

const listRefused = () => [...refused].filter((field) => field.isConnected && !find(".error", field)?.hidden);

const remind = () => {
  clearTimeout(fading);
  status.textContent = "";
  const fields = listRefused();
  status.classList.toggle("bad", fields.length > 0);
  if (!fields.length) return;
  status.append(texts.unsaved);
  for (const field of fields) {
    const link = document.createElement("a");
    link.href = `#${find("input:not([type=hidden]), textarea, select", field)?.id}`;
    link.textContent = find("label, legend", field)?.textContent.trim();
    status.append(field === fields[0] ? " " : ", ", link);
  }
};

/** Whether the studio took nothing when it was asked last. */
let cannot = false;

/** Digest of a file as this page knows it. */
const digests = new Map(findAll("input[name=based-on][data-file]").map((input) => [input.dataset.file, input.value]));

// ---- what is being typed: no answer to something sent before may overwrite it

const TYPED = "input:not([type=hidden], [type=checkbox], [type=radio], [type=range], [type=color], [type=file], [readonly]), textarea:not([readonly])";

/** What a field said when it was sent last. */
const sent = new WeakMap();

/** Whether a field says something that was not sent yet, or not taken. */
export const isTyped = (field) => field.value !== (sent.get(field) ?? field.defaultValue);

/** Fields that save themselves, and were not yet. */
const listTyped = () => findAll("form[data-save]").flatMap((form) => findAll(TYPED, form).filter(isTyped));

/** Writes what the studio has into a field, unless somebody is typing something else there. */
export const put = (field, value) => {
  if (isTyped(field)) return;
  field.value = value;
  sent.set(field, value);
};

/** Fields of changes that wait for their turn. */
const waiting = new Set();

/** Where each of them is sent. */
const targets = new WeakMap();

/** What a list's entries are called after a change: those that wait, and what is drawn anew, mean the same as before. */
const rename = (moved) => {
  for (const fields of waiting) for (const pair of fields) pair[1] = moved[pair[0]]?.[pair[1]] ?? pair[1];
};

const mark = (form, fields) => {
  const marked = [...form.elements].filter((field) => field.matches(TYPED) && fields.some(([name, value]) => name === field.name && value === field.value));
  for (const field of marked) sent.set(field, field.value);
  return marked;
};

/** Empties a form that was sent, but for what was typed into it since. */
const clear = (form) => {
  const fields = findAll(TYPED, form);
  if (!fields.some(isTyped)) form.reset();
  for (const field of fields) {
    if (!isTyped(field)) field.value = field.defaultValue;
    if (field.value === field.defaultValue) sent.delete(field);
  }
};

// ---- answers

/** Takes over what a change left behind: digests, and what Undo and Redo would do. */
export const settle = (answer) => {
  for (const [path, digest] of Object.entries(answer.digests ?? {})) {
    digests.set(path, digest);
    for (const input of findAll("input[name=based-on]")) if (input.dataset.file === path) input.value = digest;
  }
  for (const name of ["undo", "redo"]) {
    const button = find(`#${name}`);
    const what = find(`#${name}-what`);
    if (!button || answer[name] === undefined) continue;
    what.textContent = answer[name] || what.dataset.none;
    button.toggleAttribute("aria-disabled", !answer[name]);
    if (!answer[name]) button.setAttribute("aria-disabled", "true");
  }
};

/** Says what is wrong beside the fields it is about; whether each of the problems has one. */
const show = (form, problems) => {
  const left = new Set(problems);
  for (const field of findAll(".field", form)) {
    const own = problems.filter(({ field: name }) => name.split(".").at(-1) === field.dataset.field || name === field.dataset.field);
    if (tell(field, own.map(({ message }) => message).join(" ")) && own.length) {
      for (const problem of own) left.delete(problem);
      refused.add(field);
    }
  }
  return problems.length > 0 && left.size === 0;
};

const tell = (field, message) => {
  const error = find(".error", field);
  if (!error) return false;
  error.textContent = message;
  error.hidden = !message;
  for (const control of findAll("input:not([type=hidden]), textarea, select", field)) control.toggleAttribute("aria-invalid", Boolean(message)), message && control.setAttribute("aria-invalid", "true");
  return true;
};

/**
 * Sends fields of a form as a change. `fields`: pairs of name and value. Resolves to the answer, or null where it was not
 * saved; what went wrong is on the page by then. A change based on an older file leads to the page that shows both.
 */
export const save = (form, fields, control, action = form.action) => {
  const marked = mark(form, fields);
  const wanted = fields.map((pair) => [...pair]);
  waiting.add(wanted);
  targets.set(wanted, action);
  return inTurn(async () => {
    waiting.delete(wanted);
    const answer = await send(form, wanted, control, action);
    if (!answer) for (const field of marked) sent.delete(field);
    return answer;
  });
};

const send = async (form, fields, control, action) => {
  const based = find("input[name=based-on]", form);
  const pairs = [["based-on", based ? (digests.get(based.dataset.file) ?? based.value) : ""], ...fields];
  say(texts.saving);
  let response;
  try {
    const body = new URLSearchParams(pairs);
    const keepalive = body.toString().length < 60000; // also when the page is left meanwhile; browsers keep no more than that
    response = await fetch(action, { method: "POST", body, keepalive, headers: { accept: "application/json" } });
  } catch {
    cannot = true;
    say(texts.lost, { stays: true });
    return null;
  }
  const could = !cannot;
  cannot = response.status === 403; // the session is another one
  if (cannot) return say(texts.again, { stays: true }), null;
  if (response.status === 409) return conflict(action, pairs, form);
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    settle(answer);
    say(answer.saved ? texts.saved : "");
    const mended = control?.closest(".field");
    for (const field of mended ? [mended] : findAll(".field", form)) {
      refused.delete(field);
      tell(field, answer.notes?.[field.dataset.field] ?? "");
    }
    if (listRefused().length) remind(); // what was saved is one field; others still are not
    for (const [id, html] of Object.entries(answer.parts ?? {})) replace(id, html, answer.moved ?? {});
    rename(answer.moved ?? {}); // after that: a field that is taken away is left, and its change waits by the old name
    document.dispatchEvent(new CustomEvent("saved", { detail: answer }));
    if (!could) for (const one of listTyped()) if (one !== document.activeElement && !refused.has(one.closest(".field"))) keep(one); // what was typed while nothing was taken
    return answer;
  }
  const problems = answer.problems ?? [];
  const field = control?.closest(".field");
  const lines = control?.matches("[data-lines]"); // the file itself
  const told = problems.map(({ message, line }) => (lines && line ? `${line}: ${message}` : message)).join(lines ? "\n" : " ");
  if (field && told && tell(field, told)) refused.add(field);
  else if (!show(form, problems)) return say(told || `${response.status}`, { stays: true }), null;
  remind();
  return null;
};

const policy = window.trustedTypes?.createPolicy("studio", { createHTML: (text) => text });

/** What tells an entry of a list from the others: a hidden field of its form, where there is one. */
const findEntry = (form) => (form ? findAll("input[data-always]", form).find(({ name }) => name !== "do") : null);

/** The field in a piece drawn anew that stands for an old one. */
const findAgain = (field, fresh, moved) => {
  const entry = findEntry(field.form);
  if (!entry || !field.name) return field.id ? document.getElementById(field.id) : null;
  const name = moved[entry.name]?.[entry.value] ?? entry.value;
  const form = findAll("form", fresh).find((one) => findEntry(one)?.name === entry.name && findEntry(one).value === name);
  return form ? [...form.elements].find((one) => one.name === field.name && one.type === field.type && one.tagName === field.tagName) : null;
};

/** A piece of the page anew, as the server made it; what is being typed in it stays, and so does the focus. */
const replace = (id, html, moved) => {
  const old = document.getElementById(id);
  if (!old) return;
  const holder = document.createElement("template");
  holder.innerHTML = policy ? policy.createHTML(html) : html;
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const typed = findAll(TYPED, old).filter(isTyped);
  const fresh = holder.content.firstElementChild;
  old.replaceWith(fresh);
  fresh.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  for (const field of typed) {
    const again = findAgain(field, fresh, moved);
    if (again) again.value = field.value;
  }
  if (!active) return;
  const again = findAgain(active, fresh, moved) ?? fresh;
  if (again === fresh) fresh.tabIndex = -1;
  again.focus({ preventScroll: true });
  if (again.type === "text" && active.type === "text") again.setSelectionRange(active.selectionStart, active.selectionEnd);
};

/** What else goes to the same address: changes that wait, and what was typed and not sent; all of it is shown, and kept. */
const gather = (action, pairs) => {
  const all = new Map(pairs);
  for (const fields of waiting) if (targets.get(fields) === action) for (const [name, value] of fields) all.set(name, value);
  for (const form of findAll("form[data-save]")) {
    if (form.action !== action || findAll("input[data-always]", form).length) continue;
    for (const field of findAll(TYPED, form)) if (field.name && isTyped(field) && !refused.has(field.closest(".field"))) all.set(field.name, field.value);
  }
  return all;
};

/** Whether this page goes on to the one with both versions, which has all that was typed. */
let isLeading = false;

/** Sends the same as a plain form, whose answer is a page with both versions. Never resolves: nothing is sent after it. */
const conflict = (action, pairs, form) => {
  const plain = document.createElement("form");
  plain.method = "post";
  plain.action = action;
  const isPlain = form.matches("form[data-save]") && !findAll("input[data-always]", form).length;
  for (const [name, value] of isPlain ? gather(action, pairs) : pairs) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    plain.append(input);
  }
  document.body.append(plain);
  isLeading = true;
  plain.submit();
  return new Promise(() => {});
};

/** What a control has to say: a checkbox yes or no, anything else its value. */
export const read = (control) => (control.type === "checkbox" ? (control.checked ? "yes" : "no") : control.value);

document.documentElement.classList.add("scripted");

/** What goes along with every change of a form, such as which of many is meant. */
const always = (form) => findAll("input[data-always]", form).map((input) => [input.name, input.value]);

const keep = (target) => {
  const form = target.form;
  if (form?.matches("form[data-save]") && target.name && target.type !== "file") save(form, [...always(form), [target.name, read(target)]], target);
};
for (const target of window.takeEarly()) keep(target); // left before this script was there
document.addEventListener("change", ({ target }) => keep(target));
// what was typed on in a field that was drawn anew is no change to the browser
document.addEventListener("focusout", ({ target }) => target.matches(TYPED) && isTyped(target) && keep(target));

// ---- what was typed and not left yet is saved when the page is left, and is there again when that comes too late

const LEFT = "typed"; // of the page before in this tab; only the very same one, loaded again at once, takes it back

const leave = () => {
  const fields = listTyped().filter(({ id }) => id);
  if (fields.length) sessionStorage.setItem(LEFT, JSON.stringify({ path: location.pathname, at: Date.now(), fields: fields.map(({ id, value }) => [id, value]) }));
  if (!cannot) for (const field of fields) if (!refused.has(field.closest(".field"))) keep(field);
};
addEventListener("pagehide", () => isLeading || leave());
addEventListener("beforeunload", (event) => {
  if (!isLeading && findAll("form[data-save]").some((form) => findAll(TYPED, form).some((field) => isTyped(field) && (cannot || refused.has(field.closest(".field")))))) event.preventDefault();
});
const left = JSON.parse(sessionStorage.getItem(LEFT) ?? "{}");
const isAgain = left.path === location.pathname && Date.now() - left.at < 10000 && performance.getEntriesByType("navigation")[0]?.type === "reload";
for (const [id, value] of isAgain ? left.fields : []) {
  const field = document.getElementById(id);
  if (!field?.matches(TYPED) || field.value === value) continue;
  field.value = value;
  keep(field);
}
sessionStorage.removeItem(LEFT);

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (submitter?.getAttribute("aria-disabled") === "true") return event.preventDefault();
  const isAction = form.matches("form[data-act]") && (submitter?.name || !form.matches("form[data-save]"));
  if (isAction) {
    event.preventDefault();
    const fields = [...new FormData(form, submitter)].filter(([name, value]) => name !== "based-on" && typeof value === "string");
    const answer = await save(form, fields, null, submitter?.getAttribute("formaction") ?? form.action);
    if (answer && form.isConnected && !form.matches("[data-save]")) clear(form);
  } else if (form.matches("form[data-save]")) {
    event.preventDefault();
    document.activeElement?.blur?.(); // which is a change, if there is one
  } else if (pending && !event.defaultPrevented) {
    event.preventDefault(); // such as Undo, pressed in the middle of a word: first that is saved
    if (await queue) form.requestSubmit(submitter);
  }
});

// ---- Undo and Redo by keyboard, where no text is being typed

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
  if (event.target.matches("input:not([type=checkbox],[type=radio],[type=range]), textarea, [contenteditable]")) return;
  event.preventDefault();
  queue.then(() => find(event.shiftKey ? "#redo" : "#undo")?.click());
});

for (const name of ["undo", "redo"]) {
  const form = find(`#${name}`)?.form;
  form?.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    sessionStorage.setItem("scroll", String(scrollY));
    sessionStorage.setItem("focus", name);
  });
}
const scroll = sessionStorage.getItem("scroll");
if (scroll !== null) {
  sessionStorage.removeItem("scroll");
  scrollTo(0, Number(scroll));
  const name = sessionStorage.getItem("focus");
  find(`#${name}`)?.focus({ preventScroll: true });
  // what was undone is what Redo would do now; a page that says why it was not has another status
  const done = find(name === "undo" ? "#redo-what" : "#undo-what");
  if (done?.dataset.where && (performance.getEntriesByType("navigation")[0]?.responseStatus ?? 200) < 400) {
    say(texts[name === "undo" ? "undone" : "redone"].replace("{what}", `${done.textContent} (${done.dataset.where})`));
  }
}

// a field that a finding leads to may be folded away
const wanted = document.getElementById(location.hash.slice(1));
if (wanted?.matches("input, textarea, select")) {
  wanted.closest("details")?.setAttribute("open", "");
  wanted.focus();
}

// the site as it will be is made while the page is looked at
if (find(".see")) setTimeout(() => fetch("/preview", { method: "POST" }).catch(() => {}), 1500);

// ---- long work

const work = find("#work");
const template = find("#job-template");
let seen = false;

const draw = (job) => {
  let section = find(`[data-job="${job.id}"]`, work);
  const active = job.state === "waiting" || job.state === "running";
  if (!active) section?.remove();
  else if (!section) {
    section = template.content.firstElementChild.cloneNode(true);
    section.dataset.job = job.id;
    section.setAttribute("aria-label", job.label);
    find(".job-label", section).textContent = job.label;
    find(".job-bar", section).setAttribute("aria-label", job.label);
    find("input[name=job]", section).value = job.id;
    work.append(section);
  }
  if (active) {
    find(".job-sentence", section).textContent = job.sentence;
    const bar = find(".job-bar", section);
    if (job.fraction === null) bar.removeAttribute("value");
    else bar.value = job.fraction;
  }
  document.dispatchEvent(new CustomEvent("job", { detail: job }));
};

/** Shows the page anew, but never while something is being typed or saved: then once that is done. */
export const renew = () => {
  if (pending || findAll(TYPED).some(isTyped)) setTimeout(renew, 100);
  else location.reload();
};

const known = new Map();
const events = new EventSource("/events");
events.addEventListener("job", ({ data }) => {
  const job = JSON.parse(data);
  const before = known.get(job.id);
  known.set(job.id, job.state);
  draw(job);
  // a page that shows the result of this kind of work is shown anew when the work is over
  const over = !["waiting", "running"].includes(job.state);
  if (over && (before === "waiting" || before === "running") && find(`[data-reload-after~="${job.kind}"]`)) renew();
  else if (over && find(`[data-awaits="${job.id}"]`)) renew(); // it was over before this page could hear of it
});

// ---- Escape folds what is open around the place somebody is at, but for a field they type in

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && !event.target.matches("input, textarea, select, [contenteditable]") && event.target.closest("details[open]");
  if (!open) return;
  event.preventDefault();
  event.stopPropagation();
  open.open = false;
  find("summary", open).focus();
}, { capture: true });
