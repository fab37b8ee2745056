// Put into every page by `spacecast serve`, and into no page of the real site: reloads it, shows what is wrong.
"use strict";
{
  const script = document.currentScript;
  const ours = new URL(".", script.src);
  let source = null;
  let panel = null;

  const makePanel = () => {
    const host = document.createElement("spacecast-preview");
    const root = host.attachShadow({ mode: "open" });
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("preview.css", ours);
    const box = document.createElement("section");
    box.setAttribute("role", "alert");
    box.hidden = true; // without its style it would stand below the page, where nobody looks
    style.onload = style.onerror = () => {
      box.hidden = false;
    };
    const title = document.createElement("h2");
    const list = document.createElement("ul");
    const note = document.createElement("p");
    title.textContent = "This needs mending";
    note.textContent = "Below is the last version that could be built.";
    box.append(title, list, note);
    root.append(style, box);
    document.body.append(host);
    return { host, list };
  };

  const show = (problems) => {
    if (!problems.length) {
      panel?.host.remove();
      panel = null;
      return;
    }
    panel ??= makePanel();
    panel.list.replaceChildren(
      ...problems.map((problem) => {
        const item = document.createElement("li");
        item.textContent = problem;
        return item;
      }),
    );
  };

  const receive = (message) => {
    const { mark, problems } = JSON.parse(message.data);
    if (mark === script.dataset.mark) {
      show(problems);
      return;
    }
    source.close();
    location.reload();
  };

  // A hidden page lets go of its connection: browsers allow six to a server, and this one would be held for ever.
  const follow = () => {
    source?.close();
    source = null;
    if (document.visibilityState === "visible") {
      source = new EventSource(new URL(`events?page=${encodeURIComponent(decodeURI(location.pathname))}`, ours));
      source.onmessage = receive;
    }
  };

  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && follow());
  follow();
}
