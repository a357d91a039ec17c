// Keyboard: j and k move between rows, Enter or o opens. Pages read and work without this file.
"use strict";
(function () {
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));
  let at = -1;
  function move(step) {
    const all = rows();
    if (!all.length) return;
    if (at >= 0 && all[at]) all[at].classList.remove("current");
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all[at].classList.add("current");
    const link = all[at].querySelector("a");
    if (link) link.focus();
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
  });
})();
