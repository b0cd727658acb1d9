// What makes the pages smoother. Each works without it: nothing here decides, and every text comes from the page.
"use strict";
(() => {
  const texts = JSON.parse(document.querySelector('meta[name="facility-texts"]')?.content || "{}");
  const lang = document.documentElement.lang || "en";
  // The server's clock counts, not this machine's.
  const ahead = Date.parse(document.body.dataset.now) - Date.now() || 0;
  const now = () => Date.now() + ahead;

  const toast = (text) => {
    const place = document.querySelector("[data-toast]");
    if (place) place.textContent = text;
  };

  // --- a link to what is folded away opens it
  const unfold = (field) => {
    for (const place of document.querySelectorAll("details:not([open])")) if (place.contains(field)) place.open = true;
  };
  const followHash = () => {
    const field = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (field && field.closest("details:not([open])")) unfold(field), field.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", followHash);

  // --- error summary: takes the focus, and its links go into the field
  const focusSummary = (root) => root.querySelector?.("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    unfold(field);
    field.focus({ preventScroll: true });
    (field.closest(".field") || field).scrollIntoView({ block: "start" });
  });

  // --- searches inside a form answer while one types: the Enter key would send what is not filled in yet
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-find]") && window.htmx) event.preventDefault();
  });

  // --- deadlines: said anew each minute, in the last ones each second, without announcing it
  const LAST = 10 * 60000;
  const unit = (n, name) => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "long" }).format(n);
  const inWords = (ms) => {
    if (ms < LAST) return [[Math.floor(ms / 60000), "minute"], [Math.floor(ms / 1000) % 60, "second"]].filter(([n], at) => n || at).map(([n, name]) => unit(n, name)).join(" ");
    const minutes = Math.floor(ms / 60000), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (days >= 1) return unit(days, "day") + (hours % 24 ? " " + unit(hours % 24, "hour") : "");
    if (hours >= 1) return unit(hours, "hour") + (minutes % 60 ? " " + unit(minutes % 60, "minute") : "");
    return unit(minutes, "minute");
  };
  const countDown = () => {
    for (const place of document.querySelectorAll("[data-deadline]")) {
      const left = Date.parse(place.dataset.deadline) - now();
      place.closest(".deadline")?.classList.toggle("deadline--over", left <= 0);
      place.textContent = left > 0 ? inWords(left) + " " + texts.left : place.dataset.over;
    }
  };
  setInterval(countDown, 60000);
  setInterval(() => {
    for (const place of document.querySelectorAll("[data-deadline]")) {
      const left = Date.parse(place.dataset.deadline) - now();
      if (left < LAST + 60000 && left > -2000) return countDown();
    }
  }, 1000);

  // --- running points of an assessment: what does not apply leaves its section, or the total, in proportion
  const shown = (points) => points === null ? "–" : String(Math.round(points * 100) / 100);
  const reached = (section) => {
    let sum = 0, most = 0;
    for (const item of section.querySelectorAll("[data-weight]")) {
      const field = item.querySelector("input:checked[type=radio], input[type=text]");
      if (field?.value === "na" || item.querySelector("input:checked[type=checkbox]")) continue;
      sum += item.dataset.weight * (Number(field?.value.replace(",", ".")) || 0);
      most += item.dataset.weight * item.dataset.most;
    }
    return most ? sum * section.dataset.points / most : null;
  };
  document.addEventListener("input", (event) => {
    const total = document.querySelector("[data-total]");
    if (!total || !event.target.closest("[data-weight]")) return;
    let sum = 0, most = 0, all = 0;
    for (const section of document.querySelectorAll("[data-points]")) {
      const points = reached(section), place = section.querySelector("[data-reached]");
      if (place) place.textContent = shown(points);
      all += Number(section.dataset.points);
      if (points === null) continue;
      sum += points;
      most += Number(section.dataset.points);
    }
    total.textContent = shown(most ? sum * all / most : 0);
  });

  // --- counters below text areas
  const count = (area) => {
    const place = area.closest(".field")?.querySelector("[data-counter]");
    if (!place) return;
    const most = Number(area.dataset.count), over = [...area.value].length - most;
    place.classList.toggle("count--over", over > 0);
    place.textContent = `${[...area.value].length} / ${most} ${texts.characters}` + (over > 0 ? `: ${over} ${texts.over}` : "");
  };

  document.addEventListener("input", (event) => event.target.dataset?.count && count(event.target));

  // --- streams: a message fetches the part anew; many messages at once fetch it once
  const streams = new Map();
  const open = (place) => {
    if (streams.has(place)) return;
    const source = new EventSource(place.dataset.stream);
    let due = 0;
    source.onmessage = () => {
      clearTimeout(due);
      due = setTimeout(() => htmx.ajax("GET", place.dataset.refresh, { source: place, target: place, swap: place.dataset.swap || "innerHTML" }), 150);
    };
    streams.set(place, source);
  };
  const close = () => {
    for (const source of streams.values()) source.close();
    streams.clear();
  };
  const openAll = () => {
    for (const [place, source] of streams) if (!place.isConnected) source.close(), streams.delete(place);
    if (window.htmx) [...document.querySelectorAll("[data-stream]")].filter(marked).forEach(open);
  };
  addEventListener("pagehide", close);
  // What a browser had set aside of a page may be of somebody who has signed out since: ask the server again.
  addEventListener("pageshow", (event) => event.persisted && ("private" in document.body.dataset ? location.reload() : openAll()));

  // --- frame: the account's menu closes as menus do; "/" leads to the search; tables that fit are no stop for the Tab key
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".account[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".account[open]");
    if (menu) (menu.open = false), menu.querySelector("summary").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select, [contenteditable]")) return;
    const menu = document.querySelector(".menu"), boxes = [...document.querySelectorAll("[data-search]")];
    if (boxes.length && menu?.checkVisibility()) menu.open = true;
    const box = boxes.find((place) => place.checkVisibility());
    if (box) event.preventDefault(), box.focus(), box.select();
  });
  const measure = () => {
    for (const place of document.querySelectorAll(".scroller")) if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
  };
  addEventListener("resize", measure);

  const start = (root) => {
    focusSummary(root);
    countDown();
    root.querySelectorAll?.("[data-count]").forEach(count);
    measure();
    openAll();
  };
  document.addEventListener("htmx:afterSettle", (event) => start(event.detail.elt));
  document.addEventListener("htmx:responseError", (event) => toast(event.detail.xhr.status === 401 ? texts.ended : texts.failed));
  // A form that keeps what is typed says so itself.
  document.addEventListener("htmx:sendError", () => document.querySelector("[data-trouble]") || toast(texts.offline));
  document.addEventListener("htmx:beforeRequest", () => toast(""));
  start(document);
  followHash();
})();
