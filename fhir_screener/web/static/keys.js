// Keyboard: on a list j and k move, Enter opens, x selects; on a candidate a r s n u go to the decision. Pages read without this file.
"use strict";
(function () {
  let at = -1;
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));
  const typing = (target) => /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== "checkbox";

  function move(step) {
    const all = rows();
    if (!all.length) return;
    if (all[at]) all[at].classList.remove("current");
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all[at].classList.add("current");
    const link = all[at].querySelector("a");
    if (link) link.focus();
  }

  function select() {
    const box = rows()[at] && rows()[at].querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const part = document.querySelector('[data-key="' + event.key + '"]');
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") select();
    else if (part) part.focus();
    else return;
    event.preventDefault();
  });
})();
