// Buttons that play a passage of a recording: one sounds at a time.

const sound = new Audio();
sound.preload = "none";
let playing = null;
let until = 0;

const stop = () => {
  sound.pause();
  playing?.setAttribute("aria-pressed", "false");
  playing = null;
};

const start = (button) => {
  stop();
  const { sound: address, from, to } = button.dataset;
  until = Number(to);
  playing = button;
  button.setAttribute("aria-pressed", "true");
  if (new URL(address, location).href !== sound.src) sound.src = address;
  sound.currentTime = Number(from);
  sound.play().catch(() => playing === button && stop());
};

sound.addEventListener("timeupdate", () => playing && sound.currentTime >= until && stop());
sound.addEventListener("ended", stop);

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".play-passage");
  if (button) button === playing ? stop() : start(button);
});
