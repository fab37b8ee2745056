// The sound of an episode: hearing, selecting, and moving of edges. What is decided goes through the fields of the page.
import { format, parse, put, steer } from "./times.js";
import { Timeline } from "./timeline.js";

const find = (selector, within = document) => within.querySelector(selector);
const editor = find("#editor");

if (editor) {
  const audio = find("#audio");
  const scrub = find("#scrub");
  const shown = find("#now");
  const asPublished = find("#as-published");
  const stretch = find("#stretch");
  let sound = await (await fetch(editor.dataset.sound)).json();
  let stopAt = Infinity;

  audio.controls = false;
  find(".deck").hidden = find("#view").hidden = find("#listen").hidden = false;

  // ---- hearing

  const seek = (time, { follow = true } = {}) => {
    const at = Math.min(sound.duration, Math.max(0, time));
    audio.currentTime = at;
    show(at);
    if (follow) timeline.reveal(at);
  };

  const show = (time) => {
    timeline.now = time;
    shown.textContent = format(Math.floor(time * 10) / 10);
    if (document.activeElement !== scrub) scrub.value = time;
    scrub.setAttribute("aria-valuetext", format(Math.floor(time)));
    timeline.draw();
  };

  const within = (spans, time) => spans.find(([from, to]) => time >= from && time < to);

  /** What is left out is leapt over, what is muted is not heard: as the episode will be, near enough for the ear. */
  const follow = () => {
    if (audio.paused) return;
    let time = audio.currentTime;
    if (time >= stopAt) {
      audio.pause();
      audio.currentTime = time = stopAt;
      stopAt = Infinity;
    } else if (asPublished.checked) {
      const gone = within(sound.cuts, time) ?? (sound.removal === "cut" ? within(sound.refused, time) : undefined);
      if (time < sound.trim[0]) audio.currentTime = sound.trim[0];
      else if (gone) audio.currentTime = gone[1] + 0.001;
      else if (time >= sound.trim[1] && stopAt === Infinity) audio.pause();
      audio.muted = Boolean(within(sound.mutes, time) ?? (sound.removal === "mute" ? within(sound.refused, time) : undefined));
    } else audio.muted = false;
    show(time);
    timeline.reveal(time);
    requestAnimationFrame(follow);
  };

  const play = (from, until = Infinity) => {
    if (from !== undefined) seek(from);
    stopAt = until;
    audio.play().catch(() => {});
  };

  const button = find("#play");
  const tell = () => {
    editor.classList.toggle("playing", !audio.paused);
    button.setAttribute("aria-label", audio.paused ? editor.dataset.play : editor.dataset.pause);
    if (!audio.paused) requestAnimationFrame(follow);
  };
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, tell);
  audio.addEventListener("seeked", () => show(audio.currentTime));
  button.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  find("#back").addEventListener("click", () => seek(audio.currentTime - 5));
  find("#on").addEventListener("click", () => seek(audio.currentTime + 5));
  find("#zoom-in").addEventListener("click", () => timeline.zoom(0.5, audio.currentTime));
  find("#zoom-out").addEventListener("click", () => timeline.zoom(2, audio.currentTime));
  scrub.addEventListener("input", () => seek(Number(scrub.value)));

  // ---- selecting and dragging

  const [from, to] = [find("#from"), find("#to")];
  const select = (start, end) => {
    put(from, start);
    put(to, end);
    timeline.selection = [start, end];
    timeline.draw();
  };

  /** The field that an edge belongs to: a cut has the place in the list that its times give it. */
  const fieldOf = (edge) => {
    if (edge.startsWith("trim")) return find(`#${edge}`);
    if (edge.startsWith("select")) return edge.endsWith("0") ? from : to;
    const [kind, number, side] = edge.split("-");
    const span = (kind === "cut" ? origin.cuts : origin.mutes)[Number(number)];
    const form = [...document.querySelectorAll(".stretches form")].find((each) => {
      const [start, end] = find("input[name=stretch]", each).value.split(":")[1].split("-").map(Number);
      return find("input[name=stretch]", each).value.startsWith(kind) && Math.abs(start - span[0]) < 0.001 && Math.abs(end - span[1]) < 0.001;
    });
    return form && find(`input[name=${side === "0" ? "from" : "to"}]`, form);
  };

  let origin = sound; // as it was before edges were moved
  const place = (edge, time) => {
    const next = structuredClone(sound);
    const [kind, number, side] = edge.split("-");
    if (edge === "trim-start") next.trim[0] = Math.min(time, next.trim[1] - 0.05);
    else if (edge === "trim-end") next.trim[1] = Math.max(time, next.trim[0] + 0.05);
    else {
      const span = next[kind === "cut" ? "cuts" : "mutes"][Number(number)];
      span[Number(side)] = side === "0" ? Math.min(time, span[1] - 0.05) : Math.max(time, span[0] + 0.05);
    }
    sound = next;
    timeline.show(next);
  };

  const timeline = new Timeline(find("#view"), sound, {
    seek,
    select,
    drag(edge, time) {
      if (edge.startsWith("select")) {
        const [start, end] = timeline.selection;
        return edge.endsWith("0") ? select(Math.min(time, end), end) : select(start, Math.max(time, start));
      }
      place(edge, time);
      const field = fieldOf(edge);
      if (field) put(field, time);
    },
    drop(edge) {
      const field = fieldOf(edge);
      field?.focus({ preventScroll: true });
      if (!edge.startsWith("select")) field?.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });

  steer(document, sound.frame, sound.duration, (field, value) => {
    if (field.id === "trim-start" || field.id === "trim-end") place(field.id, value);
    if (field === from || field === to) {
      const [start, end] = [parse(from.value), parse(to.value)];
      timeline.selection = start < end ? [start, end] : null;
      timeline.draw();
    }
    if (field.closest(".editor")) timeline.reveal(value);
  });

  // ---- after a change, and buttons of what is drawn anew

  const revive = () => {
    for (const each of document.querySelectorAll("[data-join]")) each.hidden = false;
  };
  revive();
  document.addEventListener("drawn", revive);
  document.addEventListener("saved", ({ detail }) => {
    if (!detail.sound) return;
    sound = origin = detail.sound;
    timeline.show(sound);
  });
  stretch.addEventListener("reset", () => {
    timeline.selection = null;
    timeline.draw();
  });
  find("#listen").addEventListener("click", () => {
    const [start, end] = [parse(from.value), parse(to.value)];
    if (start < end) {
      asPublished.checked = false;
      play(start, end);
    }
  });

  const join = new Audio();
  document.addEventListener("click", ({ target }) => {
    const pressed = target.closest?.("[data-join]");
    if (!pressed) return;
    audio.pause();
    join.src = `${editor.dataset.wave}?join=${pressed.dataset.join}`;
    join.play().catch(() => {});
  });
}

