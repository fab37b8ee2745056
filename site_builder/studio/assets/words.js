// The transcript: a click on a word is heard, typing corrects while the sound waits, selected words become a cut.

import { save } from "./studio.js";
import { format } from "./times.js";

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
const root = find("#words");
const texts = root.dataset;
const list = find("#lines");
const lines = findAll(".line", list);
const names = JSON.parse(find("#names").textContent);
const correct = find("#correct");
const cut = find("#cut");
const sound = find("#sound");
const clock = (seconds) => format(Math.floor(Number(seconds)));
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// ---- a line: its speaker, its words

const textOf = (line) => find(".text", line);
const read = (line) => textOf(line).textContent.replace(/\s+/g, " ").trim();
const saved = new Map();

const label = (line) => {
  const values = { time: clock(line.dataset.start), name: line.dataset.speaker || texts.nobody };
  textOf(line).setAttribute("aria-label", `${fill(texts.line, values)}, ${values.name}`);
  find("button.who", line)?.setAttribute("aria-label", fill(texts.speaker, values));
};

/** Lines of one speaker in a row name them once. */
const group = () => {
  let before = null;
  for (const line of lines) {
    line.classList.toggle("same", before !== null && line.dataset.speaker === before);
    before = line.dataset.speaker;
  }
};

const makeWho = (line) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "who";
  button.dir = "auto";
  button.tabIndex = -1;
  button.setAttribute("aria-keyshortcuts", "F2");
  button.textContent = line.dataset.speaker || texts.nobody;
  return button;
};

const makeWords = (words) =>
  words.flatMap(([text, start, end, unsure, out], number) => {
    const word = document.createElement("span");
    word.className = `w${unsure ? " unsure" : ""}${out ? " out" : ""}`;
    word.dataset.at = start;
    word.dataset.to = end;
    word.textContent = text;
    return number ? [" ", word] : [word];
  });

/** Says beside a line why words of it are not heard. */
const reasons = JSON.parse(texts.reasons);
const explain = (line, lost) => {
  const note = find(".lost", line);
  note.dataset.lost = lost.join(" ");
  note.textContent = lost.map((why) => reasons[why]).join(", ");
  note.hidden = !lost.length;
};

/** A line as the studio has it now; what is being typed in it stays. */
const redraw = (line, { speaker, lane, words, lost }) => {
  explain(line, lost);
  line.dataset.speaker = speaker;
  line.className = `line${lane === null ? "" : ` p${lane % 8}`}${line.matches(".now") ? " now" : ""}`;
  find(".who", line).replaceWith(makeWho(line));
  if (document.activeElement !== textOf(line) && read(line) === saved.get(line) && !storing.has(line)) {
    saved.set(line, words.map(([text]) => text).join(" "));
    textOf(line).replaceChildren(...makeWords(words));
  }
  label(line);
  group();
};

const setEditable = (is) => {
  for (const line of lines) {
    if (is) textOf(line).contentEditable = "plaintext-only";
    else textOf(line).removeAttribute("contenteditable");
  }
};

for (const line of lines) {
  const text = textOf(line);
  text.setAttribute("role", "textbox");
  text.tabIndex = 0;
  find(".who", line).replaceWith(makeWho(line));
  saved.set(line, read(line));
  label(line);
}
setEditable(true);
if (lines[0] && textOf(lines[0]).contentEditable !== "plaintext-only") for (const line of lines) textOf(line).contentEditable = "true";
group();
if (texts.chosen) setTimeout(() => textOf(find(`#line-${texts.chosen}`)).focus());

// ---- saving a line

const storing = new Set(); // lines whose words are on their way: what is told of them meanwhile is older

const store = async (line) => {
  const text = read(line);
  const before = saved.get(line);
  if (text === before) return;
  saved.set(line, text);
  storing.add(line);
  const answer = await save(correct, [["do", "correct"], ["line", line.dataset.number], ["text", text]], textOf(line));
  const isLast = saved.get(line) === text;
  if (isLast) storing.delete(line);
  if (!answer && isLast) saved.set(line, before);
  if (!answer) return;
  if (!text) return location.reload(); // the numbers of the lines after it have changed
  if (answer.line && read(line) === text) redraw(line, answer.line);
  if (answer.offer) offer(answer.offer);
};

const name = async (line, speaker) => {
  if (!speaker || speaker === line.dataset.speaker) return;
  const answer = await save(correct, [["do", "correct"], ["line", line.dataset.number], ["speaker", speaker]]);
  if (answer?.line) redraw(line, answer.line);
  if (!names.includes(speaker)) names.push(speaker);
};

/** Puts a choice of speakers in the place of the name; a digit chooses at once. */
const chooseSpeaker = (line) => {
  const box = document.createElement("select");
  box.className = "who";
  box.setAttribute("aria-label", find(".who", line).getAttribute("aria-label"));
  names.forEach((one, number) => box.add(new Option(`${number + 1} ${one}`, one, false, one === line.dataset.speaker)));
  if (!names.includes(line.dataset.speaker)) box.add(new Option("", "", false, true), 0);
  box.add(new Option(texts.else, "\n"));
  replaceWho(line, box, () => box.value);
  box.addEventListener("keydown", (event) => {
    const chosen = /^[1-9]$/.test(event.key) && names[Number(event.key) - 1];
    if (!chosen) return;
    event.preventDefault();
    box.value = chosen;
    box.settle();
  });
  let pointed = false;
  box.addEventListener("pointerdown", () => (pointed = true));
  box.addEventListener("change", () => (pointed || box.value === "\n") && box.settle());
};

const askName = (line) => {
  const field = document.createElement("input");
  field.className = "who";
  field.setAttribute("aria-label", texts.name);
  replaceWho(line, field, () => field.value.trim());
};

const replaceWho = (line, control, value) => {
  find(".who", line).replaceWith(control);
  let over = false;
  control.settle = (keep = true) => {
    if (over) return;
    over = true;
    const speaker = value();
    const focused = document.activeElement === control;
    if (keep && speaker === "\n") return askName(line);
    control.replaceWith(makeWho(line));
    label(line);
    if (focused) textOf(line).focus();
    if (keep) name(line, speaker);
  };
  control.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    control.settle(event.key === "Enter");
  });
  control.addEventListener("blur", () => control.settle());
  control.focus();
};

// ---- the sound

let until = Infinity;
let waits = null;

const seek = (time) => {
  if (!sound) return;
  sound.currentTime = Math.max(0, time);
  show();
};
const play = () => sound?.play().catch(() => {});
const toggle = () => {
  stopWaiting();
  until = Infinity;
  if (sound?.paused) play();
  else sound?.pause();
};
const stopWaiting = () => {
  clearTimeout(waits);
  waits = null;
};

/** Typing stops the sound; it goes on when nothing was typed for a while. */
const hold = () => {
  if (!sound || (sound.paused && waits === null)) return;
  sound.pause();
  clearTimeout(waits);
  waits = setTimeout(() => {
    waits = null;
    play();
  }, 1200);
};

let current = null;
let saying = null;

const show = () => {
  const now = sound.currentTime;
  find("#now").textContent = clock(now);
  const line = lines.findLast((one) => Number(one.dataset.start) <= now + 0.05 && now < Number(one.dataset.end) + 0.5) ?? null;
  if (line !== current) {
    current?.classList.remove("now");
    line?.classList.add("now");
    current = line;
    if (line && !sound.paused && !list.contains(document.activeElement)) {
      const { top, bottom } = line.getBoundingClientRect();
      if (top < 180 || bottom > innerHeight - 160) line.scrollIntoView({ block: "center" });
    }
  }
  const word = line ? findAll(".w", line).findLast((one) => Number(one.dataset.at) <= now + 0.02) : null;
  if (word !== saying) {
    saying?.classList.remove("saying");
    saying = word ?? null;
    if (!sound.paused) saying?.classList.add("saying");
  }
  if (now >= until) {
    sound.pause();
    until = Infinity;
  }
};

const follow = () => {
  show();
  if (!sound.paused) requestAnimationFrame(follow);
};

if (sound) {
  find("#deck").hidden = false;
  sound.addEventListener("play", () => {
    root.classList.add("playing");
    find("#play").setAttribute("aria-label", find("#play").dataset.pause);
    follow();
  });
  sound.addEventListener("pause", () => {
    root.classList.remove("playing");
    find("#play").setAttribute("aria-label", find("#play").dataset.play);
    saying?.classList.remove("saying");
  });
  find("#play").addEventListener("click", toggle);
  find("#back").addEventListener("click", () => seek(sound.currentTime - 3));
  find("#next").addEventListener("click", () => goOn(current, 1));
}

const goOn = (line, by) => {
  const next = lines[lines.indexOf(line) + by] ?? (line ? null : lines[0]);
  if (next) textOf(next).focus();
  return next;
};

/** The sound is where the person is: at the line that has the focus. */
list.addEventListener("focusin", ({ target }) => {
  const line = target.closest(".line");
  if (across && !pointing) propose(null);
  if (!target.matches(".text") || !sound || pointing) return;
  const now = sound.currentTime;
  if (now < Number(line.dataset.start) - 0.4 || now > Number(line.dataset.end)) seek(Number(line.dataset.start));
});

list.addEventListener("focusout", ({ target }) => target.matches(".text") && store(target.closest(".line")));
list.addEventListener("input", hold);
addEventListener("pagehide", () => {
  const line = list.contains(document.activeElement) && document.activeElement.closest(".line");
  if (line) store(line);
});

list.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (!target.matches(".text") || event.isComposing) return;
  const line = target.closest(".line");
  if (key === "Enter") {
    event.preventDefault();
    if (!goOn(line, 1)) store(line);
  } else if (key === "F2") {
    event.preventDefault();
    chooseSpeaker(line);
  }
});

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, target } = event;
  if (event.isComposing || target.matches?.("select, input, textarea")) return;
  const plain = !ctrlKey && !metaKey && !event.altKey;
  if (key === "F8") find("#selected").hidden || find("#cut-these").click();
  else if (key === "Escape" || (ctrlKey && key === ".")) toggle();
  else if (ctrlKey && key === ",") seek((sound?.currentTime ?? 0) - 3);
  else if (plain && key === " " && !target.matches?.("button, a, summary, .text")) toggle();
  else return;
  event.preventDefault();
});

// ---- pointing: a click is heard, a drag selects across lines (which are no fields while that lasts)

let pointing = false;
let across = false; // what is selected reaches over lines, which would end at the edge of a field

list.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button !== 0 || !event.target.closest(".text")) return;
  pointing = true;
  setEditable(false);
});
document.addEventListener("pointerup", () => {
  if (!pointing) return;
  const words = findSelected();
  across = Boolean(words?.across);
  if (across) propose(words);
  else setEditable(true);
  setTimeout(() => (pointing = false));
});
document.addEventListener("pointercancel", () => {
  if (pointing) setEditable(true);
  pointing = false;
});

list.addEventListener("click", ({ target }) => {
  const line = target.closest(".line");
  if (!line) return;
  if (target.closest("button.who")) return chooseSpeaker(line);
  if (target.closest(".at")) {
    until = Infinity;
    seek(Number(line.dataset.start));
    return play();
  }
  const word = target.closest(".w");
  if (word && getSelection().isCollapsed && sound) {
    stopWaiting();
    until = Infinity;
    seek(Number(word.dataset.at));
    play();
  }
});

// ---- selected words

const bar = find("#selected");
let chosen = null;

const findSelected = () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !list.contains(selection.anchorNode)) return null;
  const range = selection.getRangeAt(0);
  const words = findAll(".w", list).filter((word) => range.intersectsNode(word) && covers(range, word));
  if (!words.length) return null;
  return {
    from: Number(words[0].dataset.at),
    to: Number(words.at(-1).dataset.to),
    text: words.map((word) => word.textContent).join(" "),
    across: words[0].closest(".line") !== words.at(-1).closest(".line"),
  };
};

/** Whether most of a word is selected. */
const covers = (range, word) => {
  const own = document.createRange();
  own.selectNodeContents(word);
  const shared = own.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, own) > 0) shared.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, own) < 0) shared.setEnd(range.endContainer, range.endOffset);
  return shared.toString().length * 2 > own.toString().length;
};

const propose = (words) => {
  chosen = words;
  bar.hidden = !words;
  if (across && !words?.across) {
    across = false;
    setEditable(true);
  }
  if (!words) return;
  find("#offer").hidden = true;
  find(".times", bar).textContent = fill(texts.words, { from: format(words.from), to: format(words.to) });
  find(".said", bar).textContent = words.text;
};

if (sound) {
  let settled;
  document.addEventListener("selectionchange", () => {
    clearTimeout(settled);
    settled = setTimeout(() => {
      const words = findSelected();
      if (words) propose(words);
      else if (chosen && !chosen.deleted && !bar.contains(document.activeElement)) propose(null);
    }, 150);
  });
  list.addEventListener("beforeinput", (event) => {
    if (!event.inputType.startsWith("delete")) return;
    const words = findSelected();
    if (words) setTimeout(() => propose({ ...words, deleted: true }), 200);
  });
  find("#hear-these").addEventListener("click", () => {
    until = chosen.to;
    seek(chosen.from);
    play();
  });
  find("#cut-these").addEventListener("click", async () => {
    const { from, to } = chosen;
    const answer = await save(cut, [["do", "cut"], ["from", format(from)], ["to", format(to)]], null);
    if (!answer) return;
    for (const word of findAll(".w", list)) {
      const middle = (Number(word.dataset.at) + Number(word.dataset.to)) / 2;
      if (from <= middle && middle <= to) {
        word.classList.add("out");
        const line = word.closest(".line");
        const lost = find(".lost", line).dataset.lost.split(" ").filter(Boolean);
        if (!lost.includes("cut")) explain(line, [...lost, "cut"]);
      }
    }
    getSelection().removeAllRanges();
    propose(null);
  });
}
for (const button of findAll(".proposals .close")) button.addEventListener("click", () => {
  button.closest("section").hidden = true;
  propose(null);
});

// ---- what is meant for what was heard, everywhere

const offerBar = find("#offer");
let pair = null;

const offer = ({ heard, meant, count }) => {
  pair = { heard, meant };
  find(".pair", offerBar).textContent = fill(texts.offer, pair);
  find(".more", offerBar).textContent = count ? fill(texts.times, { number: count }) : texts.later;
  bar.hidden = true;
  offerBar.hidden = false;
};

find("#accept").addEventListener("click", async () => {
  const answer = await save(correct, [["do", "replace"], ["heard", pair.heard], ["meant", pair.meant]], null);
  offerBar.hidden = true;
  if (answer?.replaced) location.reload();
});
