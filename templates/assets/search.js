// The search page: what was said, found by Pagefind in the browser, as links to the moment. The ids of the index are
// "l1m23s:2" (a line at 1:23 by person 2), "l1m23s:2:0342" (the same with the tenths of a second from each word to the
// next), "c2m5s" (a chapter) and "n40s" (a time-stamped note).
"use strict";
{
  const AT_ONCE = 8; // results shown before "Show more"
  const MOMENTS = 4; // moments of an episode shown before "More moments"
  const AROUND = 14; // words, or letters of a script without spaces, before and after a match

  const field = document.querySelector("#q");
  const box = document.querySelector("#results");
  const status = document.querySelector("#found-count");
  const texts = box.dataset;
  const root = new URL(texts.root, location.href);
  const { lang } = document.documentElement;
  const locale = lang === "en" ? "en-GB" : lang; // as the site's own dates are written
  let engine = null;
  let asked = 0;

  const loadEngine = async () => {
    const at = new URL(texts.index, location.href);
    const pagefind = await import(at.href);
    await pagefind.options({ baseUrl: "/" });
    await pagefind.init();
    // The index of a large show comes in parts, each in a folder of its own beside the first.
    const parts = (texts.parts ?? "").split(" ").filter(Boolean).map((part) => new URL(`${part}/`, at).href);
    await Promise.all(parts.map((part) => pagefind.mergeIndex(part, { baseUrl: "/" })));
    return pagefind;
  };

  const make = (name, props = {}, ...children) => {
    const element = Object.assign(document.createElement(name), props);
    element.append(...children);
    return element;
  };

  // ---- what was found, and where

  // Scripts without spaces between words are indexed letter by letter (see render/searchable.py), and asked for as a phrase.
  const UNSPACED = /[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;
  const isGlued = (word) => isUnspaced(word) || /^[\u3000-\u303f\uff00-\uffef]/.test(word);
  const isUnspaced = (word) => word.search(UNSPACED) >= 0;
  const splitWords = (text) => text.trim().split(/\s+/);
  const ask = async (pagefind, words) => {
    if (!isUnspaced(words)) return (await pagefind.search(words)).results;
    const letters = words.replace(UNSPACED, " $& ").trim();
    const { results } = await pagefind.search(`"${letters}"`);
    return results.length ? results : (await pagefind.search(letters)).results;
  };
  const parseId = (id) => {
    const found = /^([lcn])((?:\d+h)?(?:\d+m)?\d+s)(?::(\d*)(?::([0-9a-z]+))?)?$/.exec(id);
    return found && { kind: found[1], fragment: found[2], person: found[3] ? Number(found[3]) : null, steps: found[4] ?? "" };
  };
  // Where a link to a word of a line leads: to when it is said, else to the line.
  const findMoment = ({ fragment, steps }, word) => {
    if (word < 0 || word >= steps.length) return fragment;
    const tenths = [...steps.slice(0, word + 1)].reduce((sum, sign) => sum + parseInt(sign, 36), 0);
    const seconds = parseSeconds(fragment) + tenths / 10;
    const [h, m] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    return `${h ? `${h}h` : ""}${h || m ? `${m}m` : ""}${Math.round((seconds % 60) * 10) / 10}s`;
  };
  const parseSeconds = (fragment) => {
    const [, h, m, s] = /^(?:(\d+)h)?(?:(\d+)m)?(\d+)s$/.exec(fragment);
    return (h ?? 0) * 3600 + (m ?? 0) * 60 + Number(s);
  };
  const formatClock = (fragment) => {
    const [, h, m, s] = /^(?:(\d+)h)?(?:(\d+)m)?(\d+)s$/.exec(fragment);
    return `${h ? `${h}:` : ""}${h ? (m ?? "0").padStart(2, "0") : (m ?? 0)}:${s.padStart(2, "0")}`;
  };

  // A stretch of the text as nodes, the matches marked and no more than AROUND words on each side of the first.
  const markWords = (words, start, end, matches) => {
    const first = matches.find((at) => at >= start && at < end) ?? start;
    const from = Math.max(start, first - AROUND);
    const to = Math.min(end, first + AROUND + 1);
    const nodes = from > start ? ["… "] : [];
    for (let at = from; at < to; at++) {
      const glue = isGlued(words[at]) && (at + 1 === to || isGlued(words[at + 1])) ? "" : " ";
      nodes.push(matches.includes(at) ? make("mark", { textContent: words[at] }) : words[at], glue);
    }
    return to < end ? [...nodes, "…"] : nodes;
  };

  // The anchors that hold a match, by time: [{ kind, fragment, person, nodes }]
  const findMoments = (data, words, matches) => {
    const anchors = data.anchors.map((anchor) => ({ ...anchor, end: anchor.location + splitWords(anchor.text).length }));
    const hit = anchors.filter(({ id, location, end }) => parseId(id) && matches.some((at) => at >= location && at < end));
    const moments = hit.map(({ id, location, end }) => {
      const moment = parseId(id);
      const start = words[location] === formatClock(moment.fragment) ? location + 1 : location; // a note begins with it
      const first = matches.find((at) => at >= start && at < end) ?? start;
      return { ...moment, target: findMoment(moment, first - start), nodes: markWords(words, start, end, matches) };
    });
    // What was said goes before a chapter or note that begins there: one moment is one result.
    const rank = ({ kind }) => "lnc".indexOf(kind);
    moments.sort((a, b) => parseSeconds(a.fragment) - parseSeconds(b.fragment) || rank(a) - rank(b));
    return moments.filter((moment, index) => moment.fragment !== moments[index - 1]?.fragment);
  };

  const formatDate = (date) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(new Date(date));

  // As the site's own pages write a length.
  const formatLength = (seconds) => {
    if (seconds < 59.5) return texts.seconds.replace("{seconds}", Math.round(seconds));
    const minutes = Math.round(seconds / 60);
    const text = minutes < 60 ? texts.minutes : texts.hours;
    return text.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
  };

  // ---- results as elements

  const makeMoment = (address, moment, people) => {
    const link = make("a", { href: `${address}#t=${moment.target}` });
    link.append(make("span", { className: "at", textContent: formatClock(moment.fragment) }), " ");
    const speaker = people[moment.person];
    const said = make("span", { className: "said-text" }, ...(speaker ? [make("b", { textContent: speaker }), " "] : []));
    said.append(...moment.nodes);
    link.append(said);
    // The episode's page plays from there: whoever clicks on something that was said wants to hear it.
    link.addEventListener("click", () => {
      try {
        sessionStorage.setItem("spacecast:play", link.href);
      } catch {}
    });
    const item = make("li", {}, link);
    if (moment.person !== null) item.className = `p${moment.person % 8}`;
    return item;
  };

  const makeMoments = (address, moments, people) => {
    const items = moments.map((moment) => makeMoment(address, moment, people));
    const list = make("ol", { className: "hits" }, ...items.slice(0, MOMENTS));
    if (items.length <= MOMENTS) return [list];
    const rest = make("ol", { className: "hits" }, ...items.slice(MOMENTS));
    const summary = make("summary", { textContent: `${texts.moments} (${items.length - MOMENTS})` });
    return [list, make("details", {}, summary, rest)];
  };

  const makeResult = (data) => {
    const { meta } = data;
    const address = new URL(data.raw_url.replace(/^\//, ""), root).href;
    const words = splitWords(data.raw_content);
    const matches = data.locations;
    const people = meta.people ? JSON.parse(meta.people) : [];
    const when = meta.date ? [make("time", { dateTime: meta.date, textContent: formatDate(meta.date) }), make("span", { textContent: formatLength(Number(meta.length)) })] : [make("span", { textContent: meta.kind === "person" ? texts.person : texts.page })];
    const what = make("div", { className: "what" }, make("h2", { className: "row-title" }, make("a", { href: address, textContent: meta.title })));
    if (people.length) what.append(make("p", { className: "row-people", textContent: people.join(", ") }));
    const moments = findMoments(data, words, matches);
    const after = splitWords(meta.title.replace(UNSPACED, " $& ")).length;
    const inText = matches.filter((at) => at >= after);
    if (moments.length) what.append(...makeMoments(address, moments, people));
    else if (inText.length) what.append(make("p", { className: "row-summary" }, ...markWords(words, after, words.length, inText)));
    return make("li", { className: "row hit" }, make("p", { className: "when" }, ...when), what);
  };

  const showResults = async (results, list, turn) => {
    const data = await Promise.all(results.slice(0, AT_ONCE).map((result) => result.data()));
    if (turn !== asked) return;
    list.append(...data.map(makeResult));
    const rest = results.slice(AT_ONCE);
    if (!rest.length) return;
    const button = make("button", { type: "button", className: "button plain", textContent: texts.more });
    button.addEventListener("click", async () => {
      button.remove();
      const next = list.children.length;
      await showResults(rest, list, turn);
      list.children[next]?.querySelector("a").focus();
    });
    box.append(button);
  };

  const search = async () => {
    const turn = ++asked;
    const words = field.value.trim();
    history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : location.pathname);
    if (!words) {
      box.replaceChildren();
      status.textContent = "";
      return;
    }
    try {
      engine ??= loadEngine();
      const results = await ask(await engine, words);
      if (turn !== asked) return;
      const list = make("ol", { className: "rows" });
      status.textContent = results.length ? texts.count.replace("{count}", results.length) : texts.none.replace("{words}", words);
      box.replaceChildren(...(results.length ? [list] : []));
      await showResults(results, list, turn);
    } catch {
      engine = null;
      status.textContent = texts.failed;
    }
  };

  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search();
  });
  field.form.hidden = false;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  if (field.value) search();
  else if (matchMedia("(hover: hover)").matches) field.focus({ preventScroll: true });
}
