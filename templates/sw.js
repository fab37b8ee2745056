// Keeps the site for times without a connection. What can change (pages, feed, transcripts, the search index) is always
// asked of the network first, so that nothing withdrawn is shown while there is a connection; what is named by its digest
// is kept for good; audio is kept only when the listener asks, and goes when its page no longer names it.
"use strict";

const SCOPE = new URL(self.registration.scope);
const NAME = `spacecast:${SCOPE.pathname}:`; // several shows may share an origin
const ASSETS = `${NAME}assets:{{ version }}`;
const PAGES = `${NAME}pages`;
const KEPT = `${NAME}kept`; // audio and the pages it belongs to; written by offline.js too
const OFFLINE = new URL({{ offline | json }}, SCOPE).href;
const LISTED = {{ assets | json }};
const MOST_PAGES = 150;
const NAMED_BY_DIGEST = /[.-][0-9a-f]{8}(-[a-z0-9]+)?\.[a-z0-9]+$/;
const SOUND = /\.(m4a|mp4|mp3|aac|opus|ogg)$/;
const AN_HOUR = 3600e3;

self.addEventListener("install", (event) => {
  const files = [...LISTED, OFFLINE].map((path) => new Request(new URL(path, SCOPE), { cache: "no-cache" }));
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(`${NAME}assets:`) && name !== ASSETS) await caches.delete(name);
      }
      await self.clients.claim();
      // The page that brought this worker here came without it: keep that one too, and the way home.
      const open = (await self.clients.matchAll()).map(({ url }) => bare(new URL(url)));
      for (const address of new Set([SCOPE.href, ...open])) {
        await fetch(address, { cache: "no-cache" }).then((response) => learn(address, response)).catch(() => {});
      }
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return;
  if (request.headers.get("accept")?.includes("text/event-stream")) return; // a preview that waits for changes
  if (SOUND.test(url.pathname) || request.headers.has("range")) event.respondWith(answerSound(request));
  else if (NAMED_BY_DIGEST.test(url.pathname)) event.respondWith(answerFile(request));
  else event.respondWith(answerPage(event, bare(url)));
});

const bare = (url) => url.origin + url.pathname;

// ---- sound: from what is kept, in the stretches that players ask for, else from the network and nowhere else

const answerSound = async (request) => {
  const kept = await (await caches.open(KEPT)).match(bare(new URL(request.url)));
  return kept ? cutRange(kept, request.headers.get("range")) : fetch(request);
};

const cutRange = async (response, range) => {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (!first && !last) return response;
  const whole = await response.blob();
  const start = first ? Number(first) : Math.max(0, whole.size - Number(last));
  const end = first && last ? Math.min(Number(last), whole.size - 1) : whole.size - 1;
  const headers = { "Content-Type": response.headers.get("Content-Type") ?? "audio/mpeg", "Accept-Ranges": "bytes" };
  if (start > end) return new Response(null, { status: 416, headers: { ...headers, "Content-Range": `bytes */${whole.size}` } });
  headers["Content-Range"] = `bytes ${start}-${end}/${whole.size}`;
  headers["Content-Length"] = String(end - start + 1);
  return new Response(whole.slice(start, end + 1), { status: 206, statusText: "Partial Content", headers });
};

// ---- files that never change

const answerFile = async (request) => {
  const known = await findAnywhere(request.url);
  if (known) return known;
  const response = await fetch(request);
  if (response.status === 200) await keep(PAGES, request.url, response.clone());
  return response;
};

// ---- pages and everything else: the network first

const answerPage = async (event, address) => {
  let response;
  try {
    response = await fetch(event.request, { cache: "no-cache" });
  } catch (error) {
    const known = await findAnywhere(address);
    if (known) return known;
    if (event.request.mode === "navigate") return Response.redirect(OFFLINE); // not its content: links are relative
    throw error;
  }
  if (response.type !== "opaqueredirect") event.waitUntil(learn(address, response.clone()));
  if (event.request.mode === "navigate") event.waitUntil(sweep());
  return response;
};

const learn = async (address, response) => {
  if (response.status === 200) {
    if (await (await caches.open(KEPT)).match(address)) await review(address, response.clone());
    await keep(PAGES, address, response);
  } else if (response.status === 404 || response.status === 410) {
    for (const name of [PAGES, KEPT]) await (await caches.open(name)).delete(address);
    await forgetSound(address, () => false);
  }
};

const keep = async (name, address, response) => {
  const cache = await caches.open(name);
  await cache.delete(address); // so that keys() stays in the order of use
  await cache.put(address, response);
  const addresses = await cache.keys();
  for (const old of addresses.slice(0, Math.max(0, addresses.length - MOST_PAGES))) await cache.delete(old);
};

const findAnywhere = async (address) => {
  for (const name of [PAGES, KEPT, ASSETS]) {
    const found = await (await caches.open(name)).match(address);
    if (found) return found;
  }
};

// ---- what is kept must still be published

// The page at `address` was fetched anew: it takes the place of the kept one; sound that it no longer names goes.
const review = async (address, response) => {
  const text = await response.clone().text();
  const names = (sound) => text.includes(sound.split("/").pop());
  await forgetSound(address, names);
  const cache = await caches.open(KEPT);
  if (names((await findSound(address)) ?? "?/\0")) await cache.put(address, response);
  else await cache.delete(address);
};

const findSound = async (address) => (await soundsOf(address))[0];

const soundsOf = async (address) => {
  const cache = await caches.open(KEPT);
  const found = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (response.headers.get("X-Page") === address) found.push(request.url);
  }
  return found;
};

const forgetSound = async (address, isNamed) => {
  const cache = await caches.open(KEPT);
  for (const sound of await soundsOf(address)) if (!isNamed(sound)) await cache.delete(sound);
};

// Kept episodes may never be visited again while there is a connection, so ask after all of them now and then.
let swept = 0;
const sweep = async () => {
  if (Date.now() - swept < AN_HOUR) return;
  swept = Date.now();
  const cache = await caches.open(KEPT);
  for (const { url } of await cache.keys()) {
    if (!url.endsWith("/")) continue;
    try {
      await learn(url, await fetch(url, { cache: "no-cache" }));
    } catch {} // no connection after all
  }
};
