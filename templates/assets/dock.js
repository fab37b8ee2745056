// Listening goes on while you browse: what was playing when a page was left plays on in a small bar on the next one, in
// this tab. No page is held open for it and no link is intercepted; a page that takes over is told where the sound was.
"use strict";
{
  const PLACE = "spacecast:now";
  const recall = () => {
    try {
      return JSON.parse(sessionStorage.getItem(PLACE));
    } catch {
      return null;
    }
  };
  const remember = (state) => {
    try {
      if (state) sessionStorage.setItem(PLACE, JSON.stringify(state));
      else sessionStorage.removeItem(PLACE);
    } catch {}
  };

  const recallPlace = (key) => {
    try {
      return Number(localStorage.getItem(`spacecast:at:${key}`)) || 0;
    } catch {
      return 0;
    }
  };

  const formatClock = (seconds) => {
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    const pad = (number) => String(number).padStart(2, "0");
    return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
  };

  const carryOn = (state) => {
    const dock = document.querySelector("#carried").content.firstElementChild.cloneNode(true);
    const find = (selector) => dock.querySelector(selector);
    const toggle = find('[data-act="toggle"]');
    const audio = new Audio(state.src);
    audio.currentTime = state.at;
    audio.playbackRate = audio.defaultPlaybackRate = state.rate;
    audio.volume = state.volume;
    const link = Object.assign(document.createElement("a"), { href: state.page, textContent: state.title });
    find("p:not(.clock)").append(link);
    find(".of").textContent = `/ ${formatClock(state.duration)}`;

    const show = () => {
      find("[data-now]").textContent = formatClock(audio.currentTime);
      dock.classList.toggle("playing", !audio.paused);
      toggle.setAttribute("aria-label", audio.paused ? toggle.dataset.play : toggle.dataset.pause);
      try {
        localStorage.setItem(`spacecast:at:${state.key}`, audio.ended ? 0 : Math.floor(audio.currentTime));
      } catch {}
    };
    const leave = () => remember(audio.paused || audio.ended ? null : { ...state, at: audio.currentTime });
    const close = () => {
      audio.pause();
      dock.remove();
      document.body.classList.remove("has-dock");
      removeEventListener("pagehide", leave);
    };
    const acts = {
      toggle: () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()),
      back: () => (audio.currentTime = Math.max(0, audio.currentTime - 15)),
      close,
    };
    for (const button of dock.querySelectorAll("[data-act]")) button.addEventListener("click", acts[button.dataset.act]);
    for (const name of ["timeupdate", "play", "pause", "seeked"]) audio.addEventListener(name, show);
    addEventListener("pagehide", leave);
    document.addEventListener("spacecast:play", close); // the page's own player
    if (navigator.mediaSession) {
      navigator.mediaSession.metadata = new MediaMetadata({ title: state.title, album: state.show, artist: state.show });
      navigator.mediaSession.setActionHandler("play", acts.toggle);
      navigator.mediaSession.setActionHandler("pause", acts.toggle);
    }
    document.body.append(dock);
    document.body.classList.add("has-dock");
    show();
    audio.play().catch(() => {}); // refused: the bar waits to be pressed
  };

  const begin = () => {
    const state = recall();
    if (!state) return;
    const isHere = document.querySelector("#player")?.dataset.key === state.key; // then player.js goes on with it
    if (isHere) return;
    remember(null);
    let wished = null;
    try {
      wished = sessionStorage.getItem("spacecast:play");
    } catch {}
    if (wished !== location.href) carryOn(state);
  };
  begin();
  // The newest episode on the home page: the link leads to its page, and where there are scripts it plays here.
  for (const link of document.querySelectorAll("[data-listen]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      document.dispatchEvent(new Event("spacecast:play")); // ends what played before
      const { listen, key, title, show, duration } = link.dataset;
      carryOn({ key, title, show, page: link.href, src: listen, at: recallPlace(key), rate: 1, volume: 1, duration: Number(duration) });
      document.querySelector('.dock [data-act="toggle"]').focus();
    });
  }
  // A page kept by the browser for "back" knows nothing of what played since.
  addEventListener("pageshow", (event) => event.persisted && recall() && location.reload());
}
