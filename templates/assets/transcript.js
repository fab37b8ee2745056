// The transcript beside the player: words light up as they are said, selected words become a link, and the rest of a long
// one comes when it is wanted. Nothing is put around words: what lights up is painted over the text as it is.
"use strict";
const openTranscript = ({ duration, playFrom, onMore, findIndex }) => {
  const section = document.querySelector("section.transcript");
  if (!section) return null;
  const rest = section.querySelector(".rest a[data-from]");
  const quote = section.querySelector(".quote");
  const paint = (name, ranges) => window.Highlight && CSS.highlights?.set(name, new Highlight(...ranges));
  // As text/spoken.py parts words: by spaces, and letter by letter where a script has none.
  const WORD = /[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\s\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/g;

  let lines = [];
  const collect = () => {
    lines = [...section.querySelectorAll("[data-t]")].map((span) => ({ start: Number(span.dataset.t), span }));
  };

  // The words of a line with their times and places in its text; none where it is not known when each is said.
  const listWords = (line) => {
    if (line.words) return line.words;
    const steps = [...(line.span.dataset.w ?? "")].map((sign) => parseInt(sign, 36) / 10);
    const places = [...line.span.textContent.matchAll(WORD)];
    line.words = [];
    if (steps.length !== places.length + 1) return line.words;
    let at = line.start;
    line.words = places.map(({ 0: text, index }, number) => {
      at += steps[number];
      return { start: at, end: at + steps[number + 1], from: index, to: index + text.length };
    });
    return line.words;
  };
  const findEnd = (line) => listWords(line).at(-1)?.end ?? lines[lines.indexOf(line) + 1]?.start ?? duration;
  const makeRange = (first, from, last, to) => {
    const range = new Range();
    range.setStart(first.span.firstChild, from);
    range.setEnd(last.span.firstChild, to);
    return range;
  };

  // ---- what is said now

  let shownLine = null;
  let shownWord = null;
  const isVisible = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };
  const scrollTo = (element) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  };

  let shownTime = 0;

  const show = (time, mayFollow) => {
    shownTime = time;
    const isBeyond = !isWhole && time >= Number(rest.dataset.from);
    const line = isBeyond ? null : (lines[findIndex(lines, time)] ?? null);
    if (line !== shownLine) {
      // It follows only while it is being read: whoever scrolls away is left alone.
      const follow = mayFollow && shownLine && line && isVisible(shownLine.span);
      shownLine?.span.classList.remove("now");
      line?.span.classList.add("now");
      shownLine = line;
      if (follow) scrollTo(line.span);
    }
    const words = line ? listWords(line) : [];
    const word = words[findIndex(words, time)] ?? null;
    if (word !== shownWord) {
      shownWord = word;
      paint("spoken", word ? [makeRange(line, word.from, line, word.to)] : []);
    }
    if (!isWhole && time >= Number(rest.dataset.from) - 5) loadRest();
  };

  // ---- the rest of a long transcript, from the page that has all of it

  let isWhole = !rest;
  let loading = null;
  const loadRest = () => (loading ??= rest ? fetchRest() : Promise.resolve());
  const fetchRest = async () => {
    try {
      const answer = await fetch(rest.href);
      if (!answer.ok) throw new Error(answer.statusText);
      const all = [...new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(".said")];
      const here = [...section.querySelectorAll(".said")];
      if (all[here.length - 1]?.textContent !== here.at(-1).textContent) return; // another version: the link is left
      const more = all.slice(here.length);
      for (const link of more.flatMap((said) => [...said.querySelectorAll("a.at")])) link.setAttribute("href", link.hash);
      here.at(-1).after(...more);
      collect();
      isWhole = true;
      onMore(more);
      show(shownTime, false);
    } catch {
      loading = null; // the link leads to it all the same
    }
  };

  // ---- words as a link

  const round = (seconds) => String(Math.round(seconds * 10) / 10);

  // Line and place in its text where a selection begins or ends; null where it touches no line.
  const measure = () => {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const touched = lines.filter(({ span }) => range.intersectsNode(span));
    if (!touched.length || !section.contains(range.commonAncestorContainer)) return null;
    const [first, last] = [touched[0], touched.at(-1)];
    const from = range.startContainer === first.span.firstChild ? range.startOffset : 0;
    const to = range.endContainer === last.span.firstChild ? range.endOffset : last.span.textContent.length;
    const begin = listWords(first).find((word) => word.to > from);
    const end = listWords(last).findLast((word) => word.from < to);
    const times = [begin?.start ?? first.start, end?.end ?? findEnd(last)];
    return times[1] > times[0] ? { times, last, range } : null;
  };

  const offerQuote = () => {
    const found = measure();
    if (!found) {
      if (!quote.contains(document.activeElement)) quote.hidden = true;
      return;
    }
    quote.dataset.t = found.times.map(round).join(",");
    const said = found.last.span.closest(".said");
    if (said.nextElementSibling !== quote) said.after(quote); // so that it is what Tab reaches next
    quote.hidden = false;
    const box = [...found.range.getClientRects()].at(-1) ?? found.last.span.getBoundingClientRect();
    const around = section.getBoundingClientRect();
    const left = Math.min(box.left - around.left, around.width - quote.offsetWidth);
    quote.style.left = `${Math.max(0, left)}px`;
    quote.style.top = `${box.bottom - around.top + 6}px`;
  };

  const copyQuote = async (button) => {
    const link = `${location.href.split("#")[0]}#t=${quote.dataset.t}`;
    const text = button.querySelector("span");
    const before = text.textContent;
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      history.replaceState(null, "", link); // no clipboard: the address bar holds it
    }
    text.textContent = button.dataset.done;
    setTimeout(() => {
      text.textContent = before;
      offerQuote();
    }, 2000);
  };

  // The line that is heard as a selection, for those who select with the keyboard: Shift and arrows change it.
  const quoteLine = () => {
    if (!shownLine || !quote) return;
    getSelection().selectAllChildren(shownLine.span);
    offerQuote();
    if (!quote.hidden) quote.querySelector("button").focus();
  };

  const wireQuote = () => {
    let waiting = 0;
    document.addEventListener("selectionchange", () => {
      clearTimeout(waiting);
      waiting = setTimeout(offerQuote, 120);
    });
    const button = quote.querySelector("button");
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
    button.addEventListener("click", () => copyQuote(button));
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || quote.hidden) return;
      quote.hidden = true;
      getSelection().collapseToEnd();
    });
  };

  // Words that a link leads to are painted until another link is followed, and brought into view.
  const showQuoted = async ([start, end], bring) => {
    if (!isWhole && start >= Number(rest.dataset.from)) await loadRest();
    const first = lines[findIndex(lines, start)];
    if (!first) return;
    const words = listWords(first);
    const from = words[findIndex(words, start)]?.from ?? 0;
    if (!Number.isFinite(end)) {
      paint("quoted", []);
    } else {
      const last = lines[Math.max(findIndex(lines, end - 0.1), lines.indexOf(first))];
      const ends = listWords(last);
      const to = ends[findIndex(ends, end - 0.1)]?.to ?? last.span.textContent.length;
      paint("quoted", [makeRange(first, from, last, to)]);
    }
    if (bring) scrollTo(first.span);
  };

  // ---- a click on a word plays from there

  const findWord = (event) => {
    const span = event.target.closest?.("[data-t]");
    const line = span && lines.find((one) => one.span === span);
    if (!line) return null;
    const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const range = caret ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const offset = caret?.offset ?? range?.startOffset ?? 0;
    return listWords(line).findLast((word) => word.from <= offset) ?? line;
  };
  section.addEventListener("click", (event) => {
    const word = getSelection().isCollapsed && findWord(event);
    if (word) playFrom(word.start);
  });

  // ---- search: matches are painted, however many there are

  const wireSearch = () => {
    const field = section.querySelector("#find");
    if (!field || !window.Highlight || !CSS.highlights) return;
    section.querySelector(".finder").hidden = false;
    let ranges = [];
    let chosen = -1;
    const choose = (index) => {
      chosen = ranges.length ? (index + ranges.length) % ranges.length : -1;
      section.querySelector("#found").textContent = field.value.trim() ? `${chosen + 1}/${ranges.length}` : "";
      paint("chosen", chosen < 0 ? [] : [ranges[chosen]]);
      ranges[chosen]?.startContainer.parentElement.scrollIntoView({ block: "center" });
    };
    const fold = (text) => text.toLocaleLowerCase().replaceAll("’", "'");
    // A paragraph is one text, so that what goes over two lines is found too; with the place where each line begins.
    const joinLines = () => {
      const joined = new Map();
      for (const line of lines) {
        const found = joined.get(line.span.parentElement) ?? { text: "", places: [] };
        if (found.places.length && line.span.previousSibling.nodeType === Node.TEXT_NODE) found.text += " ";
        found.places.push({ line, from: found.text.length });
        found.text += fold(line.span.textContent);
        joined.set(line.span.parentElement, found);
      }
      return [...joined.values()];
    };
    const locate = (places, at, more) => {
      const { line, from } = places.findLast((place) => place.from <= at);
      return [line, Math.min(at - from + more, line.span.firstChild.length)];
    };
    const search = async () => {
      await loadRest();
      const wanted = fold(field.value.trim()).replace(/\s+/g, " ");
      ranges = [];
      for (const { text, places } of wanted ? joinLines() : []) {
        for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
          ranges.push(makeRange(...locate(places, at, 0), ...locate(places, at + wanted.length - 1, 1)));
        }
      }
      paint("found", ranges);
      choose(0);
    };
    field.addEventListener("focus", loadRest);
    field.addEventListener("input", search);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      choose(chosen + (event.shiftKey ? -1 : 1));
    });
  };

  collect();
  wireSearch();
  if (quote) wireQuote();
  if (rest) {
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && loadRest(), { rootMargin: "600px" });
    observer.observe(rest);
  }
  return { show, showQuoted, quoteLine };
};
