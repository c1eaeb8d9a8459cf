/* The queue, for staff at a desk: keys, and rows that come by themselves. Everything on the page
   works without it (docs/decisions/0027). It holds no words and no health data of its own. */
"use strict";
(() => {
  const EVERY = 20000;
  const live = document.getElementById("queue-live");
  const stale = document.getElementById("queue-stale");
  const keysOn = document.getElementById("queue-keys-on");

  /* Keys
     ---- */
  const links = () => [...live.querySelectorAll("a[data-key=open]")];
  const rowOf = (node) => (node && node.closest ? node.closest("tr[data-row]") : null);
  let last = null; // the row that had the focus, also when it has gone elsewhere since

  live.addEventListener("focusin", (event) => { last = rowOf(event.target) || last; });

  function step(by) {
    const all = links();
    const at = last ? all.findIndex((link) => rowOf(link).dataset.row === last.dataset.row) : -1;
    const next = at < 0 ? all[0] : all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) { next.focus(); rowOf(next).scrollIntoView({ block: "nearest" }); }
  }

  function inRow(key) {
    const id = last && last.dataset.row;
    return id ? live.querySelector(`tr[data-row="${id}"] [data-key=${key}]`) : null;
  }

  const does = {
    j: () => step(1),
    k: () => step(-1),
    c: () => { const it = inRow("claim"); if (it) { sessionStorage.setItem("queue-row", last.dataset.row); it.click(); } },
    a: () => { const it = inRow("assign"); if (it) { it.click(); } },
    p: () => { const it = inRow("call"); if (it) { it.focus(); } },
    "/": () => document.getElementById("in-list").focus(),
    "?": () => {
      const keys = document.getElementById("queue-keys");
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
    },
  };

  keysOn.closest("p").hidden = false;
  keysOn.checked = localStorage.getItem("queue-keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("queue-keys", keysOn.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (!keysOn.checked || typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const act = does[event.key.toLowerCase()];
    if (act && !event.repeat || act && "jk".includes(event.key)) { event.preventDefault(); act(); }
  });

  // Back from a claim of one's own: on with the same row.
  const before = sessionStorage.getItem("queue-row");
  sessionStorage.removeItem("queue-row");
  const again = before && live.querySelector(`tr[data-row="${before}"] a[data-key=open]`);
  if (again) { again.focus(); }

  /* Rows that come by themselves
     ---------------------------- */
  if (!live.dataset.poll) { return; }
  let etag = live.dataset.etag, seen = new Date(), timer = 0, asking = false;

  function put(part, fresh) {
    const old = document.getElementById(part);
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const row = rowOf(held), key = held && held.dataset.key, href = held && held.getAttribute("href");
    old.replaceWith(fresh);
    if (!held) { return; }
    const same = row ? fresh.querySelector(`tr[data-row="${row.dataset.row}"] ${key ? `[data-key=${key}]` : `a[href="${href}"]`}`)
      : [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === href);
    const stays = same || (row && fresh.querySelector(`tr[data-row="${row.dataset.row}"] a[data-key=open]`));
    // A row that has left takes the focus to the list, never to another patient.
    if (stays) { stays.focus({ preventScroll: true }); } else { live.tabIndex = -1; live.focus({ preventScroll: true }); }
  }

  function show(html) {
    const came = new DOMParser().parseFromString(html, "text/html");
    const count = document.getElementById("queue-count").textContent;
    for (const part of ["queue-head", "queue-chips", "queue-rows"]) {
      const fresh = document.importNode(came.getElementById(part), true);
      if (fresh.outerHTML !== document.getElementById(part).outerHTML) { put(part, fresh); }
    }
    if (last) { last = live.querySelector(`tr[data-row="${last.dataset.row}"]`) || last; }
    const now = document.getElementById("queue-count").textContent;
    if (now !== count) {
      const waiting = document.getElementById("queue-head").dataset.waiting;
      document.getElementById("queue-news").textContent = now;
      document.title = document.title.replace(/^(.*?)(?: \([^)]*\))?( - .*)$/, waiting === "0" ? "$1$2" : `$1 (${waiting})$2`);
      const badge = document.querySelector(".ic-snav a[aria-current] .ic-count");
      if (badge) { badge.textContent = waiting; }
    }
  }

  function busy() {
    const marked = getSelection();
    return live.matches(":active") || (marked && !marked.isCollapsed && live.contains(marked.anchorNode));
  }

  async function ask() {
    if (asking || document.hidden || busy()) { return; }
    asking = true;
    try {
      const answer = await fetch(live.dataset.poll, { headers: { "If-None-Match": etag }, cache: "no-store", redirect: "manual" });
      if (answer.status === 200) { etag = answer.headers.get("ETag"); show(await answer.text()); }
      if (answer.status !== 200 && answer.status !== 304) {
        if (answer.status < 500) { clearInterval(timer); } // signed out, or no longer a nurse here
        throw new Error(String(answer.status));
      }
      seen = new Date();
      stale.hidden = true;
    } catch {
      stale.querySelector("b").textContent = seen.toTimeString().slice(0, 5);
      stale.hidden = false;
    } finally {
      asking = false;
    }
  }

  timer = setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
})();
