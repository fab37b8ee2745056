// "Keep for listening offline" on an episode's page, and the list of what is kept on the page shown without a connection.
// sw.js serves what is kept here, and deletes it when the episode's page no longer names it.
"use strict";
{
  const root = new URL(document.currentScript.dataset.root, location.href);
  const name = `spacecast:${root.pathname}:kept`;
  const here = location.origin + location.pathname;
  const button = document.querySelector("#keep");
  const list = document.querySelector("#kept");
  const possible = "caches" in window && "serviceWorker" in navigator && location.protocol !== "file:";

  const say = (text, state) => {
    button.querySelector("span").textContent = text;
    button.setAttribute("aria-pressed", String(state === "kept"));
    button.disabled = state === "busy";
  };

  // The whole file, told of as it comes: a stretch of one would do for playing, but not for keeping.
  const fetchWhole = async (address, tell) => {
    const response = await fetch(address);
    if (response.status !== 200) throw new Error(String(response.status));
    const size = Number(response.headers.get("Content-Length"));
    const parts = [];
    let got = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      got += value.length;
      if (size) tell(Math.floor((100 * got) / size));
    }
    return new Blob(parts, { type: response.headers.get("Content-Type") ?? "audio/mpeg" });
  };

  const keepEpisode = async (audio, tell) => {
    const sound = await fetchWhole(audio, tell);
    await navigator.storage?.persist?.();
    const cache = await caches.open(name);
    await cache.put(audio, new Response(sound, { headers: { "Content-Type": sound.type, "Content-Length": sound.size, "X-Page": here } }));
    await cache.add(new Request(here, { cache: "no-cache" }));
  };

  const forgetEpisode = async (audio) => {
    const cache = await caches.open(name);
    await Promise.all([cache.delete(audio), cache.delete(here)]);
  };

  const wireButton = async () => {
    const { keep, kept, busy, failed } = button.dataset;
    const size = button.parentElement.querySelector("small");
    const before = size.textContent;
    const audio = new URL(button.dataset.audio, location.href).href;
    const isKept = async () => Boolean(await (await caches.open(name)).match(audio));
    const show = async () => ((await isKept()) ? say(kept, "kept") : say(keep, ""));
    await show();
    button.parentElement.hidden = false;
    button.addEventListener("click", async () => {
      try {
        if (await isKept()) await forgetEpisode(audio);
        else {
          say(busy, "busy");
          await keepEpisode(audio, (percent) => (size.textContent = `${percent} %`));
        }
        await show();
      } catch {
        await forgetEpisode(audio).catch(() => {});
        say(failed, "");
      }
      size.textContent = before;
    });
  };

  const fillList = async () => {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      if (!url.endsWith("/")) continue;
      const page = new DOMParser().parseFromString(await (await cache.match(url)).text(), "text/html");
      const link = Object.assign(document.createElement("a"), { href: url, textContent: page.querySelector("h1").textContent });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    list.parentElement.hidden = !list.children.length;
  };

  if (possible && button) wireButton();
  if (possible && list) fillList();
}
