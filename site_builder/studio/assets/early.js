// Runs before the page is drawn: notes what is changed before the modules are there, for studio.js.

(() => {
  const changed = new Set();
  const note = ({ target }) => changed.add(target);
  document.addEventListener("change", note, true);
  window.takeEarly = () => {
    document.removeEventListener("change", note, true);
    return changed;
  };
})();
