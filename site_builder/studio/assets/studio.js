// What every page of the studio does: saves fields when they are left, follows long work, undoes by keyboard.

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
const texts = document.body.dataset;
const status = find("#status");

// ---- saving: one request after the other, so that each is based on what the one before left

let queue = Promise.resolve();
let fading;

/** Says it small, once. */
export const say = (text, { stays = false } = {}) => {
  clearTimeout(fading);
  status.textContent = text;
  status.classList.toggle("bad", stays);
  if (!stays) fading = setTimeout(() => (status.textContent = ""), 4000);
};

/** Digest of a file as this page knows it. */
const digests = new Map(findAll("input[name=based-on][data-file]").map((input) => [input.dataset.file, input.value]));

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

const show = (form, problems) => {
  for (const field of findAll(".field", form)) {
    const own = problems.filter(({ field: name }) => name.split(".").at(-1) === field.dataset.field || name === field.dataset.field);
    tell(field, own.map(({ message }) => message).join(" "));
  }
};

const tell = (field, message) => {
  const error = find(".error", field);
  if (!error) return;
  error.textContent = message;
  error.hidden = !message;
  for (const control of findAll("input:not([type=hidden]), textarea, select", field)) control.toggleAttribute("aria-invalid", Boolean(message)), message && control.setAttribute("aria-invalid", "true");
};

/**
 * Sends fields of a form as a change. `fields`: pairs of name and value. Resolves to the answer, or null where it was not
 * saved; what went wrong is on the page by then. A change based on an older file leads to the page that shows both.
 */
export const save = (form, fields, control, action = form.action) => {
  const next = () => send(form, fields, control, action);
  queue = queue.then(next, next);
  return queue;
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
    say(texts.lost, { stays: true });
    return null;
  }
  if (response.status === 409) return conflict(action, pairs);
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    settle(answer);
    say(texts.saved);
    for (const field of findAll(".field", form)) tell(field, "");
    for (const [id, html] of Object.entries(answer.parts ?? {})) replace(id, html);
    document.dispatchEvent(new CustomEvent("saved", { detail: answer }));
    return answer;
  }
  const problems = answer.problems ?? [];
  const field = control?.closest(".field");
  if (field) tell(field, problems.map(({ message }) => message).join(" "));
  else show(form, problems);
  say(problems[0]?.message ?? `${response.status}`, { stays: true });
  return null;
};

const policy = window.trustedTypes?.createPolicy("studio", { createHTML: (text) => text });

/** A piece of the page anew, as the server made it; what is being typed in it stays, and so does the focus. */
const replace = (id, html) => {
  const old = document.getElementById(id);
  if (!old) return;
  const holder = document.createElement("template");
  holder.innerHTML = policy ? policy.createHTML(html) : html;
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const fresh = holder.content.firstElementChild;
  old.replaceWith(fresh);
  fresh.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  if (!active) return;
  const again = active.id ? document.getElementById(active.id) : null;
  if (again?.matches("input, textarea")) {
    if (again.value !== active.value && active.value !== active.defaultValue) again.value = active.value;
    again.focus({ preventScroll: true });
    if (again.type === "text") again.setSelectionRange(active.selectionStart, active.selectionEnd);
  } else if (again) again.focus({ preventScroll: true });
  else {
    fresh.tabIndex = -1;
    fresh.focus({ preventScroll: true });
  }
};

/** Sends the same as a plain form, whose answer is a page with both versions. */
const conflict = (action, pairs) => {
  const plain = document.createElement("form");
  plain.method = "post";
  plain.action = action;
  for (const [name, value] of pairs) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    plain.append(input);
  }
  document.body.append(plain);
  plain.submit();
  return null;
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

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (submitter?.getAttribute("aria-disabled") === "true") return event.preventDefault();
  const isAction = form.matches("form[data-act]") && (submitter?.name || !form.matches("form[data-save]"));
  if (isAction) {
    event.preventDefault();
    const fields = [...new FormData(form, submitter)].filter(([name, value]) => name !== "based-on" && typeof value === "string");
    const answer = await save(form, fields, null, submitter?.getAttribute("formaction") ?? form.action);
    if (answer && form.isConnected && !form.matches("[data-save]")) form.reset();
  } else if (form.matches("form[data-save]")) {
    event.preventDefault();
    document.activeElement?.blur?.(); // which is a change, if there is one
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
  find(`#${sessionStorage.getItem("focus")}`)?.focus({ preventScroll: true });
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

/** Shows the page anew, but never while somebody is typing: then once that is saved. */
const renew = () => {
  const field = document.activeElement;
  if (field?.matches("input, textarea") && field.value !== field.defaultValue && field.type !== "checkbox" && field.type !== "radio")
    field.addEventListener("blur", () => queue.then(() => setTimeout(renew, 500)), { once: true });
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
