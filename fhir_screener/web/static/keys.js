// Keyboard: on a list j and k move, Enter and o open, x ticks, a r n s u act on the row; on a candidate a r s n u go to the
// decision; / finds, ? shows the keys. Pages read, and decisions can be made, without this file.
"use strict";

// A page that the browser kept whole is asked for anew: after log-out, going back shows nothing.
window.addEventListener("pageshow", function (event) {
  if (event.persisted) window.location.reload();
});

(function () {
  let at = -1;
  let whose = "";
  const all = (what) => Array.from(document.querySelectorAll(what));
  const one = (what) => document.querySelector(what);
  const rows = () => all("[data-row]");
  const address = (row) => row.querySelector("th a").getAttribute("href");
  const box = (row) => row && row.querySelector("input[name=task]");
  const typing = (target) => /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== "checkbox";

  function show(number, focus) {
    const list = rows();
    if (list[at]) list[at].classList.remove("current");
    at = Math.max(-1, Math.min(list.length - 1, number));
    if (at < 0) return;
    list[at].classList.add("current");
    whose = address(list[at]);
    // Only keys move the page: a row that moved under a click on it would lose the click.
    if (!focus) return;
    list[at].querySelector("th a").focus({ preventScroll: true });
    list[at].scrollIntoView({ block: "nearest" });
  }

  function open() {
    const row = rows()[at];
    if (row) row.querySelector("th a").click();
  }

  function tick() {
    const found = box(rows()[at]);
    if (found) found.checked = !found.checked;
  }

  // The decision is on the row: on those that are ticked only where the row is one of them, and accept and reject never.
  function choose(key) {
    const current = box(rows()[at]);
    if (!current) return;
    if (!current.checked || key === "a" || key === "r" || key === "u") all("input[name=task]").forEach((each) => (each.checked = false));
    current.checked = true;
  }

  function act(key) {
    const undo = key === "u" && one("[data-undo]");
    const part = undo || all("[data-key]").find((each) => each.dataset.key === key);
    if (!part) return false;
    if (key !== "/" && !undo) choose(key);
    part.focus();
    return true;
  }

  function help() {
    const dialog = one("#keys");
    if (dialog && !dialog.open) dialog.showModal();
    return Boolean(dialog);
  }

  function pressed(key) {
    if (key === "j") show(at + 1, true);
    else if (key === "k") show(Math.max(0, at - 1), true);
    else if (key === "o") open();
    else if (key === "x") tick();
    else if (key === "?") return help();
    else return "arnsu/".includes(key) && act(key);
    return true;
  }

  function inField(event) {
    const pair = event.target.closest(".pair");
    if (event.key === "Escape") {
      event.target.blur();
      show(at, true);
    } else if (event.key === "Enter" && pair) {
      // Enter does what stands beside the field, never the first button of the form.
      event.preventDefault();
      const buttons = pair.querySelectorAll("button");
      buttons[buttons.length - 1].click();
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    if (typing(event.target)) return inField(event);
    if (event.key === "Enter" && event.target === document.body && at >= 0) open();
    else if (!pressed(event.key)) return;
    event.preventDefault();
  });
  document.addEventListener("focusin", function (event) {
    const row = event.target.closest("[data-row]");
    if (row) show(rows().indexOf(row), false);
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-all]")) all("input[name=task]").forEach((each) => (each.checked = event.target.checked));
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-help]")) help();
  });

  // On a narrow screen the views stand in one row that scrolls: the one that is shown should be seen.
  function toView() {
    const here = one(".views [aria-current]");
    if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 16;
  }

  // What only works with this file is hidden until it is here.
  const reveal = () => all("[data-help], [data-all]").forEach((each) => (each.hidden = false));
  // htmx settles at once (defaultSettleDelay): a key pressed on the new page never has its focus taken back.
  document.addEventListener("htmx:afterSettle", function () {
    reveal();
    toView();
    // A decision that lacks something: on with the field that is at fault.
    const wrong = one("[aria-invalid]");
    // The list may be in another order now: stay with the candidate, or where it was.
    const found = rows().findIndex((row) => address(row) === whose);
    if (at >= 0) show(found >= 0 ? found : Math.min(at, rows().length - 1), !wrong);
    if (wrong) wrong.focus();
  });
  reveal();
  toView();
})();
