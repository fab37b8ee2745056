// The player of an episode page. Without it the page has a plain audio element; with it, lanes, transcript, chapters and
// links such as #t=1h2m3s follow and steer the sound. No dependencies, no network but the audio itself.
"use strict";
{
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  const player = find("#player");
  const audio = find("#audio");
  const duration = Number(player.dataset.duration);
  const stage = find(".stage", player);
  const head = find(".head", stage);
  const scrub = find("#scrub");
  const speed = find("#speed");
  const volume = find("#volume");
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

  const turns = findAll("#turns tr").map((row) => {
    const [person, start, end] = row.dataset.turn.split(" ").map(Number);
    return { person, start, end, row };
  });
  const lanes = new Map(findAll(".lane").map((lane) => [Number(lane.dataset.person), lane]));
  const names = new Map([...lanes].map(([person, lane]) => [person, find(".name", lane).textContent]));
  const chapters = findAll("[data-chapter]").map((item) => ({ start: Number(item.dataset.chapter), item }));

  let stopAt = Infinity; // end of a shared range #t=10,20
  let only = null; // the one person to be heard, if any

  // ---- memory: a private window or a full disk must not stop the sound

  const remember = (key, value) => {
    try {
      localStorage.setItem(`spacecast:${key}`, JSON.stringify(value));
    } catch {}
  };
  const recall = (key, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(`spacecast:${key}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };

  // ---- times

  const pad = (number) => String(number).padStart(2, "0");
  const split = (seconds) => [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const formatClock = (seconds) => {
    const [h, m, s] = split(seconds);
    return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
  };
  const formatFragment = (seconds) => {
    const [h, m, s] = split(seconds);
    return `${h ? `${h}h` : ""}${h || m ? `${m}m` : ""}${s}s`;
  };
  // "1h2m3s", "1:02:03" or "62.5" → seconds; NaN for anything else
  const parseTime = (text) => {
    const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s?)?$/.exec(text);
    if (text && units) return (units[1] ?? 0) * 3600 + (units[2] ?? 0) * 60 + Number(units[3] ?? 0);
    if (/^[\d:.]+$/.test(text)) return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
    return NaN;
  };
  // "#t=10,20" → [10, 20]; the end is Infinity where none is given
  const parseFragment = (hash) => {
    const found = /^#t=([^,]*)(?:,(.+))?$/.exec(decodeURIComponent(hash));
    const [start, end] = found ? [parseTime(found[1] || "0"), found[2] ? parseTime(found[2]) : Infinity] : [NaN, NaN];
    return Number.isFinite(start) ? [start, end > start ? end : Infinity] : null;
  };

  // Index of the last entry that starts at or before `time`; -1 before the first.
  const findIndex = (entries, time) => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle].start <= time + 0.05) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  // ---- acts

  const seek = (time, end = Infinity) => {
    audio.currentTime = Math.min(Math.max(0, time), duration - 0.1);
    stopAt = end;
    show();
  };
  const play = () => audio.play().catch(() => {}); // refused until the person has touched the page
  const playFrom = (time, end) => {
    seek(time, end);
    play();
  };
  const setSpeed = (rate) => {
    const options = [...speed.options].map((option) => Number(option.value));
    const nearest = options.reduce((best, one) => (Math.abs(one - rate) < Math.abs(best - rate) ? one : best), 1);
    speed.value = String(nearest);
    audio.playbackRate = audio.defaultPlaybackRate = nearest;
    remember("speed", nearest);
  };
  const stepSpeed = (step) => {
    speed.selectedIndex = Math.min(speed.length - 1, Math.max(0, speed.selectedIndex + step));
    setSpeed(Number(speed.value));
  };
  const stepThrough = (entries, step) => {
    const index = findIndex(entries, audio.currentTime);
    const restart = step < 0 && index >= 0 && audio.currentTime - entries[index].start > 3;
    const target = entries[restart ? index : index + step];
    if (target) seek(target.start);
  };
  const shownTurns = () => (only === null ? turns : turns.filter((turn) => turn.person === only));

  const share = async (button) => {
    const link = `${location.href.split("#")[0]}#t=${formatFragment(audio.currentTime)}`;
    try {
      await navigator.clipboard.writeText(link);
      const text = find("span", button);
      const before = text.textContent;
      text.textContent = button.dataset.done;
      setTimeout(() => (text.textContent = before), 2000);
    } catch {
      history.replaceState(null, "", link); // no clipboard: the address bar holds it
    }
  };

  const hearOnly = (person) => {
    only = only === person ? null : person;
    player.classList.toggle("filtered", only !== null);
    for (const [number, lane] of lanes) {
      lane.classList.toggle("chosen", number === only);
      find("button", lane).setAttribute("aria-pressed", String(number === only));
    }
    for (const { person: speaker, row } of turns) row.hidden = only !== null && speaker !== only;
    setAside(findAll(".said"));
  };
  const setAside = (paragraphs) => {
    for (const said of paragraphs) said.classList.toggle("aside", only !== null && said.dataset.person !== String(only));
  };

  const acts = {
    toggle: () => (audio.paused ? play() : audio.pause()),
    back: () => seek(audio.currentTime - 15),
    on: () => seek(audio.currentTime + 30),
    mute: () => (audio.muted = !audio.muted),
    share,
  };

  // ---- what is seen follows what is heard

  const isAtRest = () => audio.paused && audio.currentTime === 0; // nothing was played yet

  let shownSpeakers = "";
  let shownSecond = -1;

  const show = () => {
    const time = audio.currentTime;
    if (time >= stopAt && !audio.paused) {
      audio.pause();
      stopAt = Infinity;
    }
    stage.style.setProperty("--heard", String(Math.min(1, time / duration)));
    head.hidden = isAtRest();
    if (Math.floor(time) !== shownSecond) showSecond(Math.floor(time));
    showSpeakers(time);
    transcript?.show(time, !audio.paused && !isVisible(player));
  };

  const showSecond = (second) => {
    shownSecond = second;
    for (const clock of findAll("[data-now]")) clock.textContent = formatClock(second);
    scrub.value = String(second);
    scrub.setAttribute("aria-valuetext", player.dataset.of.replace("{now}", formatClock(second)));
    const current = chapters[findIndex(chapters, second)];
    for (const chapter of chapters) {
      if (chapter === current) chapter.item.setAttribute("aria-current", "true");
      else chapter.item.removeAttribute("aria-current");
    }
  };

  const findSpeakers = (time) => {
    const speakers = new Set();
    // A turn may be long, so look back over a few that started earlier.
    for (let index = findIndex(turns, time), seen = 0; index >= 0 && seen < 12; index--, seen++) {
      if (turns[index].end > time) speakers.add(turns[index].person);
    }
    return [...speakers].sort((a, b) => a - b);
  };

  const showSpeakers = (time) => {
    const speakers = isAtRest() ? [] : findSpeakers(time);
    if (speakers.join() === shownSpeakers) return;
    shownSpeakers = speakers.join();
    for (const [person, lane] of lanes) lane.classList.toggle("now", speakers.includes(person));
    const text = speakers.map((person) => names.get(person)).join(player.dataset.comma);
    for (const place of findAll("[data-speaker]")) place.textContent = text;
  };

  const isVisible = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };

  const skipOthers = () => {
    if (only === null || audio.paused) return;
    const mine = shownTurns();
    const current = mine[findIndex(mine, audio.currentTime)];
    if (current && current.end > audio.currentTime - 0.2) return;
    const next = mine.find((turn) => turn.start > audio.currentTime);
    if (next) seek(next.start);
    else audio.pause();
  };

  const showState = () => {
    const playing = !audio.paused;
    document.documentElement.classList.toggle("playing", playing);
    for (const button of findAll('[data-do="toggle"]')) {
      button.setAttribute("aria-label", playing ? button.dataset.pause : button.dataset.play);
    }
    if (navigator.mediaSession) navigator.mediaSession.playbackState = playing ? "playing" : "paused";
    if (playing) requestAnimationFrame(function frame() {
      show();
      if (!audio.paused) requestAnimationFrame(frame);
    });
  };

  // ---- set up

  const wireAudio = () => {
    audio.addEventListener("play", showState);
    audio.addEventListener("pause", showState);
    audio.addEventListener("seeked", show);
    audio.addEventListener("volumechange", () => {
      find('[data-do="mute"]').setAttribute("aria-pressed", String(audio.muted));
      volume.value = String(audio.muted ? 0 : audio.volume);
      volume.setAttribute("aria-valuetext", percent.format(volume.value));
    });
    audio.addEventListener("timeupdate", () => {
      show();
      skipOthers();
    });
    let saved = 0;
    const save = () => remember(`at:${player.dataset.key}`, audio.ended ? 0 : Math.floor(audio.currentTime));
    audio.addEventListener("timeupdate", () => {
      if (Math.abs(audio.currentTime - saved) < 5) return;
      saved = audio.currentTime;
      save();
    });
    audio.addEventListener("pause", save);
    addEventListener("pagehide", save);
    addEventListener("pagehide", handOver);
    audio.addEventListener("play", () => document.dispatchEvent(new Event("spacecast:play")));
  };

  const wireControls = () => {
    for (const button of findAll("[data-do]")) button.addEventListener("click", () => acts[button.dataset.do](button));
    scrub.addEventListener("input", () => seek(Number(scrub.value)));
    speed.addEventListener("change", () => setSpeed(Number(speed.value)));
    volume.addEventListener("input", () => {
      audio.muted = false;
      audio.volume = Number(volume.value);
    });
    // Any link to a time on this page, wherever it stands: chapters, notes, table, transcript.
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#t="]');
      const range = link && parseFragment(link.hash);
      if (!range || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.replaceState(null, "", link.hash);
      transcript?.showQuoted(range, false);
      playFrom(...range);
    });
  };

  const wireLanes = () => {
    for (const [person, lane] of lanes) {
      const name = find(".lane-name", lane);
      const button = document.createElement("button");
      button.type = "button";
      button.title = player.dataset.only.replace("{name}", () => names.get(person));
      button.setAttribute("aria-pressed", "false");
      button.append(...name.childNodes);
      name.append(button);
      button.addEventListener("click", () => hearOnly(person));
      wireLane(find("svg", lane), person);
    }
  };

  // A click on a turn plays it from its start; beside the turns, from the place itself.
  const wireLane = (picture, person) => {
    const mine = turns.filter((turn) => turn.person === person);
    const findTurn = (event) => {
      const box = picture.getBoundingClientRect();
      const second = duration / box.width;
      const time = (event.clientX - box.left) * second;
      const reach = 3 * second;
      const near = mine.filter((turn) => turn.start - reach <= time && time < turn.end + reach);
      const distance = (turn) => Math.max(turn.start - time, time - turn.end, 0);
      return [time, near.reduce((best, turn) => (best && distance(best) <= distance(turn) ? best : turn), null)];
    };
    picture.addEventListener("click", (event) => {
      const [time, turn] = findTurn(event);
      playFrom(turn ? turn.start : time);
    });
    picture.addEventListener("pointermove", (event) => {
      const [time, turn] = findTurn(event);
      const text = turn ? `${names.get(person)} · ${formatClock(turn.start)}–${formatClock(turn.end)}` : formatClock(time);
      hint.textContent = text;
      hint.hidden = false;
      const box = stage.getBoundingClientRect();
      stage.style.setProperty("--hint-x", `${event.clientX - box.left}px`);
      stage.style.setProperty("--hint-y", `${picture.getBoundingClientRect().top - box.top}px`);
    });
    picture.addEventListener("pointerleave", () => (hint.hidden = true));
  };
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.hidden = true;
  hint.setAttribute("aria-hidden", "true");
  stage.append(hint);

  const wireKeys = () => {
    const shortcuts = find("#shortcuts");
    shortcuts.checked = recall("shortcuts", true);
    shortcuts.addEventListener("change", () => remember("shortcuts", shortcuts.checked));
    const keys = {
      " ": acts.toggle,
      k: acts.toggle,
      j: acts.back,
      l: acts.on,
      ArrowLeft: () => seek(audio.currentTime - 5),
      ArrowRight: () => seek(audio.currentTime + 5),
      "[": () => stepThrough(shownTurns(), -1),
      "]": () => stepThrough(shownTurns(), 1),
      p: () => stepThrough(chapters, -1),
      n: () => stepThrough(chapters, 1),
      "<": () => stepSpeed(-1),
      ">": () => stepSpeed(1),
      m: acts.mute,
      c: () => transcript?.quoteLine(),
    };
    addEventListener("keydown", (event) => {
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act || !shortcuts.checked || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.shiftKey && event.key.startsWith("Arrow")) return; // extends a selection
      if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
      if (event.key === " " && event.target.closest("button, summary, a, input")) return;
      event.preventDefault();
      act();
    });
  };

  const wireMediaSession = () => {
    const session = navigator.mediaSession;
    if (!session) return;
    const { title, show: album, image } = player.dataset;
    const artist = [...names.values()].join(player.dataset.comma);
    const artwork = image ? [{ src: new URL(image, document.baseURI).href }] : [];
    session.metadata = new MediaMetadata({ title, album, artist: artist || album, artwork });
    const handlers = {
      play,
      pause: () => audio.pause(),
      seekbackward: acts.back,
      seekforward: acts.on,
      seekto: ({ seekTime }) => seek(seekTime),
      previoustrack: chapters.length ? () => stepThrough(chapters, -1) : null,
      nexttrack: chapters.length ? () => stepThrough(chapters, 1) : null,
    };
    for (const [name, handler] of Object.entries(handlers)) {
      try {
        session.setActionHandler(name, handler);
      } catch {} // an action this browser does not know
    }
  };

  const wireDock = () => {
    const dock = find("#dock");
    const update = () => (dock.hidden = isVisible(player) || (audio.paused && audio.currentTime === 0));
    new IntersectionObserver(update).observe(player);
    audio.addEventListener("play", update);
  };

  // What plays when the page is left plays on in the next one (dock.js), or here again.
  const handOver = () => {
    if (audio.paused) return;
    const { key, title, show: name } = player.dataset;
    const { currentSrc: src, currentTime: at, playbackRate: rate, volume: loud } = audio;
    const state = { key, title, show: name, page: location.pathname, src, at, rate, volume: loud, duration };
    try {
      sessionStorage.setItem("spacecast:now", JSON.stringify(state));
    } catch {}
  };
  const takeOver = () => {
    try {
      const state = JSON.parse(sessionStorage.getItem("spacecast:now"));
      if (state?.key !== player.dataset.key) return null;
      sessionStorage.removeItem("spacecast:now");
      return state.at;
    } catch {
      return null;
    }
  };

  // The search page leaves a note that what it links to is to be heard, not only shown.
  const takeWish = () => {
    try {
      const wish = sessionStorage.getItem("spacecast:play");
      sessionStorage.removeItem("spacecast:play");
      return wish === location.href;
    } catch {
      return false;
    }
  };

  const begin = () => {
    audio.controls = false;
    audio.hidden = true;
    for (const part of findAll(".deck, .keys, .scrub", player)) part.hidden = false;
    player.classList.add("ready");
    wireAudio();
    wireControls();
    wireLanes();
    wireKeys();
    wireMediaSession();
    wireDock();
    setSpeed(recall("speed", 1));
    const asked = parseFragment(location.hash);
    const known = recall(`at:${player.dataset.key}`, 0);
    const at = takeOver();
    const wanted = Boolean(asked) && takeWish();
    if (asked) {
      seek(...asked);
      transcript?.showQuoted(asked, wanted || Number.isFinite(asked[1]));
    }
    else if (at !== null) playFrom(at);
    else if (known > 5 && known < duration - 15) seek(known);
    else show();
    if (wanted) play();
    addEventListener("hashchange", () => {
      const range = parseFragment(location.hash);
      if (!range) return;
      transcript?.showQuoted(range, true);
      playFrom(...range);
    });
  };
  const transcript = typeof openTranscript === "function" ? openTranscript({ duration, playFrom, onMore: setAside, findIndex }) : null;
  begin();
}
