// The recording as a picture: waveform over lanes, with what is trimmed, cut, muted and taken out; edges can be dragged.
import { format } from "./times.js";

const LANE = 30;
const AXIS = 20;
const BAND = 20; // a line of labels above the waveform
const GRIP = 22; // half of 44 px, the reach of a finger

/** Shapes in every detail: all of it at a glance, and each minute as it is looked at. */
class Shapes {
  constructor(address, duration, ready) {
    this.address = address;
    this.duration = duration;
    this.ready = ready;
    this.glance = null;
    this.tiles = new Map();
    this.density = 50;
    this.follow(address);
  }

  /** The whole at a glance; while it is made it comes again and again, each time with more in it. */
  async follow(address) {
    const response = await fetch(address);
    if (!response.ok) return;
    const points = Number(response.headers.get("x-points"));
    const glance = new Uint8Array(points);
    let at = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      for (let from = 0; from < value.length; ) {
        const piece = value.subarray(from, from + points - at);
        glance.set(piece, at);
        from += piece.length;
        at = (at + piece.length) % points;
      }
      this.glance = glance;
      this.ready();
    }
  }

  async load(address) {
    const response = await fetch(address);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  }

  tile(number) {
    if (!this.tiles.has(number)) {
      this.tiles.set(number, null);
      this.load(`${this.address}&tile=${number}`).then((bytes) => {
        this.tiles.set(number, bytes);
        if (bytes) this.ready();
      });
    }
    return this.tiles.get(number);
  }

  /** Loudest from one time to another, 0 to 1; `fine` where tiles are wanted. */
  peak(from, to, fine) {
    if (fine) {
      const number = Math.floor(from / 60);
      const bytes = this.tile(number);
      if (bytes?.length) return max(bytes, (from - number * 60) * this.density, (to - number * 60) * this.density) / 160;
    }
    if (!this.glance) return 0;
    const scale = this.glance.length / this.duration;
    return (max(this.glance, from * scale, to * scale) / 255) * (fine ? 0.8 : 0.95);
  }

  /** The quietest moment near a time, where it is known in detail. */
  pause(time, reach) {
    const number = Math.floor(time / 60);
    const bytes = this.tiles.get(number);
    if (!bytes) return time;
    let best = time;
    let least = Infinity;
    const middle = (time - number * 60) * this.density;
    for (let at = Math.floor(middle - reach * this.density); at <= middle + reach * this.density; at++) {
      if (at < 1 || at >= bytes.length - 1) continue;
      const level = bytes[at - 1] + 2 * bytes[at] + bytes[at + 1] + Math.abs(at - middle) * 0.15;
      if (level < least) [least, best] = [level, number * 60 + (at + 0.5) / this.density];
    }
    return best;
  }
}

const max = (bytes, from, to) => {
  let found = 0;
  const end = Math.min(bytes.length, Math.max(Math.floor(from) + 1, Math.ceil(to)));
  for (let at = Math.max(0, Math.floor(from)); at < end; at++) if (bytes[at] > found) found = bytes[at];
  return found;
};

/** Draws, and tells what is done by hand: `on.seek(time)`, `on.select(from, to)`, `on.drag(edge, time)`, `on.drop(edge)`. */
export class Timeline {
  constructor(root, sound, on) {
    this.on = on;
    this.root = root;
    this.stage = root.querySelector("#stage");
    this.overview = root.querySelector("#overview");
    this.sound = sound;
    this.duration = sound.duration;
    this.view = [0, sound.duration];
    this.selection = null;
    this.now = 0;
    this.shapes = new Shapes(root.closest(".editor").dataset.shape, sound.duration, () => this.draw());
    new ResizeObserver(() => this.draw()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.listen();
  }

  show(sound) {
    this.sound = sound;
    this.draw();
  }

  zoom(factor, around = (this.view[0] + this.view[1]) / 2) {
    const length = Math.min(this.duration, Math.max(2, (this.view[1] - this.view[0]) * factor));
    const share = (around - this.view[0]) / (this.view[1] - this.view[0]);
    this.move(around - share * length, length);
  }

  move(from, length = this.view[1] - this.view[0]) {
    const start = Math.min(Math.max(0, from), this.duration - length);
    this.view = [start, start + length];
    this.draw();
  }

  /** Scrolls so that a moment is seen. */
  reveal(time) {
    const [from, to] = this.view;
    if (time < from || time > to) this.move(time - (to - from) * 0.1);
  }

  /** Every edge that can be dragged, by name. */
  edges() {
    const { trim, cuts, mutes } = this.sound;
    const found = [["trim-start", trim[0]], ["trim-end", trim[1]]];
    cuts.forEach(([from, to], number) => found.push([`cut-${number}-0`, from], [`cut-${number}-1`, to]));
    mutes.forEach(([from, to], number) => found.push([`mute-${number}-0`, from], [`mute-${number}-1`, to]));
    if (this.selection) found.push(["select-0", this.selection[0]], ["select-1", this.selection[1]]);
    return found;
  }

  listen() {
    const { stage, overview } = this;
    let held = null;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const x = event.offsetX;
      const time = this.time(x);
      const near = this.edges()
        .map(([name, at]) => [name, Math.abs(this.x(at) - x)])
        .filter(([, far]) => far <= (event.pointerType === "mouse" ? 7 : GRIP))
        .sort((a, b) => a[1] - b[1])[0];
      held = near ? { edge: near[0] } : { from: time, x };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      const time = this.snap(this.time(event.offsetX), event.ctrlKey);
      if (!held) {
        const near = this.edges().some(([, at]) => Math.abs(this.x(at) - event.offsetX) <= 7);
        stage.style.cursor = near ? "ew-resize" : "text";
      } else if (held.edge) this.on.drag(held.edge, time);
      else if (Math.abs(event.offsetX - held.x) > 4) {
        held.moved = true;
        const from = this.snap(held.from, event.ctrlKey);
        this.on.select(Math.min(from, time), Math.max(from, time));
      }
    });
    const drop = () => {
      if (held?.edge) this.on.drop(held.edge);
      else if (held && !held.moved) this.on.seek(held.from);
      held = null;
    };
    stage.addEventListener("pointerup", drop);
    stage.addEventListener("pointercancel", () => (held = null));
    stage.addEventListener("wheel", (event) => {
      if (event.ctrlKey) {
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.time(event.offsetX));
      } else if (event.deltaX) {
        event.preventDefault();
        this.move(this.view[0] + (event.deltaX / stage.clientWidth) * (this.view[1] - this.view[0]));
      }
    }, { passive: false });
    const pan = (event) => {
      const length = this.view[1] - this.view[0];
      const time = (event.offsetX / overview.clientWidth) * this.duration;
      if (length >= this.duration * 0.99) this.on.seek(time);
      else this.move(time - length / 2);
    };
    overview.addEventListener("pointerdown", (event) => {
      overview.setPointerCapture(event.pointerId);
      pan(event);
    });
    overview.addEventListener("pointermove", (event) => event.buttons && pan(event));
  }

  snap(time, isFree) {
    const clamped = Math.min(this.duration, Math.max(0, time));
    const reach = Math.min(0.4, (12 / this.stage.clientWidth) * (this.view[1] - this.view[0]));
    return isFree ? clamped : Math.round(this.shapes.pause(clamped, reach) * 1000) / 1000;
  }

  time(x) {
    return this.view[0] + (x / this.stage.clientWidth) * (this.view[1] - this.view[0]);
  }

  x(time) {
    return ((time - this.view[0]) / (this.view[1] - this.view[0])) * this.stage.clientWidth;
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const style = getComputedStyle(this.root);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.paintStage();
    this.paintOverview();
  }

  prepare(canvas, height) {
    const ratio = devicePixelRatio || 1;
    const width = canvas.parentElement.clientWidth;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return [pen, width];
  }

  paintOverview() {
    const [pen, width] = this.prepare(this.overview, 34);
    const scale = width / this.duration;
    const { trim } = this.sound;
    for (let x = 0; x < width; x += 2) {
      const time = x / scale;
      const level = this.shapes.peak(time, time + 2 / scale, false) * 28 + 1;
      pen.fillStyle = time < trim[0] || time > trim[1] ? this.colour("line") : this.colour("wave");
      pen.fillRect(x, 17 - level / 2, 1.2, level);
    }
    const [from, to] = this.view;
    if (to - from < this.duration * 0.99) {
      pen.strokeStyle = this.colour("accent");
      pen.lineWidth = 2;
      pen.strokeRect(from * scale + 1, 1, Math.max(4, (to - from) * scale - 2), 32);
    }
    pen.fillStyle = this.colour("ink");
    pen.fillRect(this.now * scale - 0.75, 0, 1.5, 34);
  }

  paintStage() {
    const { speakers } = this.sound;
    const wave = 132;
    const top = BAND * (this.sound.refused.length ? 2 : 1); // chapters, and what is taken out
    const inner = wave + speakers.length * LANE;
    const height = top + inner + AXIS;
    const [pen, width] = this.prepare(this.stage, height);
    pen.save();
    pen.translate(0, top);
    this.paintSelection(pen, inner);
    this.paintWave(pen, width, wave);
    this.paintLanes(pen, width, wave);
    this.paintEdits(pen, width, wave, inner);
    pen.restore();
    this.paintChapters(pen, height - AXIS);
    this.paintTaken(pen, width);
    this.paintNames(pen, top + wave);
    this.paintAxis(pen, width, height);
    const x = this.x(this.now);
    pen.fillStyle = this.colour("ink");
    pen.fillRect(x - 1, 0, 2, height - AXIS);
    pen.beginPath();
    pen.arc(Math.min(Math.max(x, 4), width - 4), 4, 4, 0, 7);
    pen.fill();
  }

  paintWave(pen, width, wave) {
    const span = (this.view[1] - this.view[0]) / width;
    const fine = span * 3 < this.duration / 4000;
    pen.fillStyle = this.colour("wave");
    const heard = this.x(this.now);
    for (let x = 0; x < width; x += 3) {
      const time = this.view[0] + x * span;
      const level = Math.min(1, this.shapes.peak(time, time + 3 * span, fine)) * (wave - 26) + 2;
      pen.fillStyle = x < heard ? this.colour("accent-fill") : this.colour("wave");
      pen.fillRect(x, wave / 2 - level / 2, 2, level);
    }
  }

  paintLanes(pen, width, wave) {
    const { speakers, turns } = this.sound;
    pen.fillStyle = this.colour("line");
    speakers.forEach((_, lane) => pen.fillRect(0, wave + lane * LANE + 22, width, 1));
    for (const [speaker, start, end] of turns) {
      if (end < this.view[0] || start > this.view[1]) continue;
      const left = this.x(start);
      pen.fillStyle = this.colour(`p${speaker % 8}`);
      pen.fillRect(left, wave + speaker * LANE + 17, Math.max(1.5, this.x(end) - left), 10);
    }
  }

  paintNames(pen, wave) {
    pen.font = `550 12px ${getComputedStyle(this.root).fontFamily}`;
    pen.textBaseline = "alphabetic";
    this.sound.speakers.forEach((name, lane) => {
      const y = wave + lane * LANE;
      pen.fillStyle = this.colour("paper");
      pen.fillRect(0, y, pen.measureText(name).width + 8, 16);
      pen.fillStyle = this.colour("ink");
      pen.fillText(name, 2, y + 12);
    });
  }

  /** From one time to another: veil, stripes, or both. */
  cover(pen, [from, to], height, { veil, stripes }) {
    const [left, right] = [this.x(from), this.x(to)];
    if (right < 0 || left > this.stage.clientWidth) return;
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, right - left, height);
    pen.clip();
    if (veil) {
      pen.globalAlpha = veil;
      pen.fillStyle = this.colour("paper");
      pen.fillRect(left, 0, right - left, height);
    }
    if (stripes) {
      pen.globalAlpha = 0.55;
      pen.strokeStyle = stripes;
      pen.lineWidth = 1.5;
      pen.beginPath();
      const first = Math.floor(Math.max(left, 0) / 9) * 9 - height;
      for (let x = first; x < Math.min(right, this.stage.clientWidth); x += 9) {
        pen.moveTo(x, height);
        pen.lineTo(x + height, 0);
      }
      pen.stroke();
    }
    pen.restore();
  }

  paintEdits(pen, width, wave, height) {
    const { trim, cuts, mutes, refused } = this.sound;
    this.cover(pen, [0, trim[0]], height, { veil: 0.78 });
    this.cover(pen, [trim[1], this.duration], height, { veil: 0.78 });
    for (const span of mutes) this.cover(pen, span, height, { veil: 0.62 });
    for (const span of cuts) this.cover(pen, span, height, { veil: 0.5, stripes: this.colour("quiet") });
    for (const span of refused) {
      this.cover(pen, span, height, { veil: 0.7, stripes: this.colour("bad") });
    }
    const edge = (time, colour, side) => {
      const x = this.x(time);
      if (x < -6 || x > width + 6) return;
      pen.fillStyle = colour;
      pen.fillRect(x - 1, 0, 2, height);
      pen.beginPath();
      pen.roundRect(x - (side > 0 ? 1 : 9), wave / 2 - 14, 10, 28, 4);
      pen.fill();
    };
    edge(trim[0], this.colour("accent-fill"), 1);
    edge(trim[1], this.colour("accent-fill"), -1);
    for (const [from, to] of [...cuts, ...mutes]) {
      edge(from, this.colour("quiet"), -1);
      edge(to, this.colour("quiet"), 1);
    }
  }

  /** Says in a line of its own, below the chapters, what is taken out for somebody. */
  paintTaken(pen, width) {
    let free = 0;
    for (const [from, to] of this.sound.refused) {
      const text = this.root.closest(".editor").dataset.taken;
      pen.font = `12px ${getComputedStyle(this.root).fontFamily}`;
      const wide = pen.measureText(text).width + 8;
      const left = Math.max(free, 0, Math.min(this.x(from), width - wide));
      if (this.x(to) < 0 || this.x(from) > width || left > this.x(to)) continue;
      if (left + wide > width) return;
      this.write(pen, text, left + 4, BAND + 14, "bad");
      free = left + wide + 8;
    }
  }

  paintSelection(pen, height) {
    if (!this.selection) return;
    const [left, right] = this.selection.map((time) => this.x(time));
    pen.fillStyle = this.colour("accent-wash");
    pen.fillRect(left, 0, right - left, height);
    pen.fillStyle = this.colour("accent");
    pen.fillRect(left - 1, 0, 2, height);
    pen.fillRect(right - 1, 0, 2, height);
  }

  /** Chapters, and in pale between them those that are only proposed. */
  paintChapters(pen, height) {
    const { chapters, proposals = [] } = this.sound;
    const all = [...chapters.map(([at, title]) => [at, title, false]), ...proposals.map(([at, title]) => [at, title, true])].sort((a, b) => a[0] - b[0]);
    all.forEach(([at, title, isProposed], number) => {
      const x = this.x(at);
      const room = this.x(all[number + 1]?.[0] ?? this.duration) - x - 12;
      pen.strokeStyle = this.colour(isProposed ? "quiet" : "ink");
      pen.lineWidth = 1.5;
      pen.globalAlpha = isProposed ? 0.55 : 0.7;
      pen.setLineDash(isProposed ? [3, 4] : []);
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
      pen.stroke();
      pen.setLineDash([]);
      pen.globalAlpha = 1;
      if (room > 40) this.write(pen, fit(pen, title, room), x + 6, 14, isProposed ? "quiet" : "ink", isProposed ? "italic " : "");
    });
  }

  write(pen, text, x, y, colour, style = "") {
    pen.font = `${style}12px ${getComputedStyle(this.root).fontFamily}`;
    pen.fillStyle = this.colour("paper");
    pen.fillRect(x - 3, y - 13, pen.measureText(text).width + 6, 18);
    pen.fillStyle = this.colour(colour);
    pen.fillText(text, x, y);
  }

  paintAxis(pen, width, height) {
    const steps = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
    const length = this.view[1] - this.view[0];
    const step = steps.find((each) => (each / length) * width >= 74) ?? 7200;
    pen.font = `11.5px ${getComputedStyle(this.root).fontFamily}`;
    pen.fillStyle = this.colour("quiet");
    for (let time = Math.ceil(this.view[0] / step) * step; time <= this.view[1]; time += step) {
      const x = this.x(time);
      if (x < width - 34) pen.fillText(format(Math.round(time * 10) / 10), x, height - 4);
    }
  }
}

const fit = (pen, text, room) => {
  let shown = text;
  while (shown.length > 1 && pen.measureText(shown).width > room) shown = `${shown.slice(0, -2)}…`;
  return shown;
};
