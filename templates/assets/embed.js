// The player in a frame: play, seek, ranges such as #t=10,20, and a link to the whole page at the time being heard.
"use strict";
{
  const box = document.querySelector("#embed");
  const audio = document.querySelector("#audio");
  const toggle = document.querySelector("#toggle");
  const scrub = document.querySelector("#scrub");
  const now = document.querySelector("#now");
  const whole = document.querySelector("#whole");
  const page = whole.href;
  const duration = Number(box.dataset.duration);
  let stopAt = Infinity;

  const pad = (number) => String(number).padStart(2, "0");
  const formatClock = (seconds) => {
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
  };
  // "1h2m3s", "1:02:03" or "62.5" → seconds; NaN for anything else
  const parseTime = (text) => {
    const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s?)?$/.exec(text);
    if (text && units) return (units[1] ?? 0) * 3600 + (units[2] ?? 0) * 60 + Number(units[3] ?? 0);
    return /^[\d:.]+$/.test(text) ? text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) : NaN;
  };

  const show = () => {
    box.style.setProperty("--heard", String(Math.min(1, audio.currentTime / duration)));
    now.textContent = formatClock(audio.currentTime);
    scrub.value = String(audio.currentTime);
    scrub.setAttribute("aria-valuetext", box.dataset.of.replace("{now}", now.textContent));
    whole.href = audio.currentTime >= 1 ? `${page}#t=${Math.floor(audio.currentTime)}` : page;
    if (audio.currentTime < stopAt) return;
    stopAt = Infinity;
    audio.pause();
  };
  const showState = () => {
    box.classList.toggle("playing", !audio.paused);
    toggle.setAttribute("aria-label", audio.paused ? toggle.dataset.play : toggle.dataset.pause);
  };
  const seek = (time, end = Infinity) => {
    audio.currentTime = Math.min(Math.max(0, time), duration - 0.1);
    stopAt = end;
    show();
  };
  const followHash = () => {
    const [, from, until] = /^#t=([^,]*)(?:,(.+))?$/.exec(decodeURIComponent(location.hash)) ?? [];
    const [start, end] = [parseTime(from || (until ? "0" : "")), parseTime(until ?? "")];
    if (Number.isFinite(start)) seek(start, end > start ? end : Infinity);
  };

  audio.hidden = true;
  toggle.hidden = scrub.hidden = false;
  toggle.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
  scrub.addEventListener("input", () => seek(Number(scrub.value)));
  for (const name of ["play", "pause"]) audio.addEventListener(name, showState);
  for (const name of ["timeupdate", "seeked"]) audio.addEventListener(name, show);
  addEventListener("hashchange", followHash);
  followHash();
}
