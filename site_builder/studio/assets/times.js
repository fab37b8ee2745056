// Times as people type them, and fields that hold one.

const pad = (number) => String(number).padStart(2, "0");

/** 75.5 → "1:15.5"; to the millisecond, as short as that can be said. */
export const format = (seconds) => {
  const whole = Math.round(seconds * 1000);
  const s = Math.floor(whole / 1000);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const clock = h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
  const rest = whole % 1000;
  return rest ? `${clock}.${String(rest).padStart(3, "0").replace(/0+$/, "")}` : clock;
};

/** "1:02:03.5", "2:03", "90" → seconds; NaN for anything else. */
export const parse = (text) => {
  const clock = /^(?:(\d+):(?=[0-5]?\d:))?(?:(\d+):)?(\d+(?:[.,]\d+)?)$/.exec(text.trim());
  if (!clock) return NaN;
  return Number(clock[1] ?? 0) * 3600 + Number(clock[2] ?? 0) * 60 + Number(clock[3].replace(",", "."));
};

/**
 * Makes the arrow keys work in fields of times: a tenth of a second, with Shift a second, with Alt one frame. `moved` is
 * told at once; the field saves a moment after the last step, or when it is left.
 */
export const steer = (within, frame, longest, moved) => {
  let waiting = null;
  const settle = () => {
    clearTimeout(waiting?.timer);
    const field = waiting?.field;
    waiting = null;
    const shown = field?.isConnected ? field : document.getElementById(field?.id); // it may have been drawn anew
    shown?.dispatchEvent(new Event("change", { bubbles: true }));
  };
  within.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches?.("input.time") || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const step = event.altKey ? frame : event.shiftKey ? 1 : 0.1;
    const now = parse(field.value);
    const value = Math.min(longest, Math.max(0, (Number.isNaN(now) ? 0 : now) + (event.key === "ArrowUp" ? step : -step)));
    put(field, value);
    moved(field, value);
    if (waiting && waiting.field !== field) settle();
    clearTimeout(waiting?.timer);
    waiting = { field, timer: setTimeout(settle, 600) };
  });
  within.addEventListener("focusout", ({ target }) => waiting?.field === target && settle());
  within.addEventListener("input", ({ target }) => {
    if (!target.matches?.("input.time")) return;
    const value = parse(target.value);
    if (!Number.isNaN(value)) {
      tell(target, value);
      moved(target, value);
    }
  });
};

const tell = (field, value) => {
  field.setAttribute("aria-valuenow", value.toFixed(3));
  field.setAttribute("aria-valuetext", format(value));
};

/** Writes a time into a field, for eyes and for screen readers. */
export const put = (field, value) => {
  field.value = format(value);
  tell(field, value);
};
