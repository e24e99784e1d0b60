"use strict";
// Everything on the page works without this file; it adds the search, the theme button and the diagram viewer.
// Data reaches the page as text only, never as markup.
(() => {
  const html = document.documentElement, root = html.dataset.root, on = (node, type, act, how) => node.addEventListener(type, act, how);
  const byId = (id) => document.getElementById(id);
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    node.append(...children); // strings become text
    return node;
  };
  const button = (text, label, act) => {
    const node = make("button", { type: "button", "aria-label": label }, text);
    on(node, "click", act);
    return node;
  };

  // Theme: set before the first paint. A browser may refuse storage to pages from file://.
  try { html.dataset.theme = localStorage.getItem("podviz-theme") || ""; } catch { /* the system's theme, then */ }
  const startTheme = () => {
    const toggle = byId("pv-theme"), system = matchMedia("(prefers-color-scheme: dark)");
    if (!toggle) return;
    const other = () => (html.dataset.theme || (system.matches ? "dark" : "light")) === "dark" ? "light" : "dark";
    const tell = () => { toggle.textContent = other() === "dark" ? "Dark" : "Light"; toggle.setAttribute("aria-label", toggle.textContent + " theme"); };
    on(toggle, "click", () => {
      html.dataset.theme = other();
      try { localStorage.setItem("podviz-theme", html.dataset.theme); } catch { /* it lasts for this page */ }
      tell();
    });
    on(system, "change", tell);
    toggle.hidden = false;
    tell();
  };

  // The index is a script, since a page from file:// may not fetch.
  let loading;
  const index = () => loading ||= new Promise((done) => {
    const script = make("script", { src: root + "assets/search.js" });
    script.onload = script.onerror = () => {
      const all = (window.podvizIndex || []).map(([title, kicker, ns, path, above, words, env = ""]) =>
        ({ title, kicker, ns, path, above, env, words: words ? words.split("\n") : [] }));
      const app = (entry) => !entry ? "" : entry.kicker === "Application" && entry.path.includes("/app/") ? entry.title : app(all[entry.above]);
      for (const entry of all) entry.app = app(entry);
      done(all);
    };
    document.head.append(script);
  });
  const address = (entry) => root + (entry.path && entry.path + "/") + "index.html";

  // Search: identifiers, whole or by their parts.
  const parts = (name) => name.replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const grade = (name, term) => {
    const low = name.toLowerCase();
    if (low === term) return 100;
    if (low.startsWith(term)) return 70;
    const all = parts(name);
    if (all.includes(term)) return 60;
    if (all.some((part) => part.startsWith(term))) return 45;
    const wanted = parts(term); // `shop/web` finds both of its parts, in this order
    return low.includes(term) ? 25 : wanted[1] && all.join(" ").includes(wanted.join(" ")) ? 20 : 0;
  };
  const find = (entries, query) => {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean), found = [];
    for (const entry of entries) {
      let score = -entry.title.length / 100, why = "";
      const fits = terms.every((term) => {
        const [, key, start] = /^(kind|ns|env|app):(.*)$/.exec(term) || [];
        if (key) return (key === "kind" ? entry.kicker : entry[key]).toLowerCase().startsWith(start);
        let best = grade(entry.title, term) * 2;
        for (const word of best ? [] : entry.words) {
          if (grade(word, term) > best) { best = grade(word, term); why = word; }
        }
        best ||= grade(entry.kicker, term) / 4 || grade(entry.ns, term) / 8;
        score += best;
        return best;
      });
      if (fits) found.push({ entry, score, why });
    }
    return found.sort((a, b) => b.score - a.score).slice(0, 30);
  };
  const startSearch = () => {
    const form = byId("pv-search"), input = byId("pv-query");
    if (!form || !input) return;
    const list = make("ul", { class: "found", id: "pv-found", role: "listbox", "aria-label": "Found", hidden: "" });
    const set = (name, value) => input.setAttribute(name, value);
    set("role", "combobox"); set("aria-controls", list.id); set("aria-expanded", "false"); set("aria-autocomplete", "list");
    form.append(list);
    form.hidden = false;
    let shown = [], at = 0, asked = "";
    const close = () => { list.hidden = true; set("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const choose = (next) => {
      at = (next + shown.length) % shown.length;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", i === at));
      list.children[at].scrollIntoView({ block: "nearest" });
      set("aria-activedescendant", list.children[at].id);
    };
    const update = async () => {
      const entries = await index();
      asked = input.value.trim();
      if (!asked) return close();
      shown = find(entries, asked);
      list.replaceChildren(...shown.map(({ entry, why }, i) => {
        const what = [entry.kicker, entry.ns && "in " + entry.ns, entry.env && "environment " + entry.env, why && "has " + why].filter(Boolean).join(" · ");
        const item = make("li", { id: "pv-found-" + i, role: "option" }, make("span", { class: "name" }, entry.title), make("span", { class: "what" }, what));
        on(item, "mousedown", (event) => { event.preventDefault(); location.href = address(entry); });
        return item;
      }));
      if (!shown.length) list.append(make("li", { class: "none", role: "option", "aria-disabled": "true" }, "Nothing has this name."));
      const box = input.getBoundingClientRect();
      list.style.left = box.left + "px";
      list.style.top = box.bottom + "px";
      list.hidden = false;
      set("aria-expanded", "true");
      if (shown.length) choose(0);
    };
    on(input, "input", update);
    on(input, "focus", update);
    on(input, "blur", close);
    on(form, "submit", (event) => event.preventDefault());
    on(input, "keydown", async ({ key }) => {
      if (key === "Escape") { if (list.hidden) input.blur(); else close(); }
      else if (key === "ArrowDown" && shown.length) choose(at + 1);
      else if (key === "ArrowUp" && shown.length) choose(at - 1);
      else if (key === "Enter") { if (asked !== input.value.trim()) await update(); if (asked && shown[at]) location.href = address(shown[at].entry); }
    });
    on(input, "keydown", (event) => { if (/^(Escape|Enter|Arrow(Up|Down))$/.test(event.key)) event.preventDefault(); });
    return input;
  };

  const dialog = (kind, title, ...children) => {
    const heading = make("h2", { id: "pv-" + kind }, title), opener = document.activeElement;
    const node = make("dialog", { class: kind, "aria-labelledby": heading.id }, heading, ...children);
    on(node, "close", () => { node.remove(); opener.focus({ preventScroll: true }); });
    document.body.append(node);
    node.showModal();
    return node;
  };

  // A diagram in a window of its own: the picture itself moves there and back, so that no id is there twice.
  const view = (canvas, svg) => {
    const label = canvas.getAttribute("aria-label"), box = svg.getBoundingClientRect();
    const width = parseFloat(canvas.style.getPropertyValue("--natural")) || box.width, height = width * box.height / box.width;
    const stage = make("div", { class: "stage", tabindex: "0", role: "application", "aria-label": "Diagram: arrows move it, plus and minus zoom" });
    let scale = 1, x = 0, y = 0, moved = 0;
    const move = (dx, dy) => { x += dx; y += dy; svg.style.transform = `translate(${x}px,${y}px) scale(${scale})`; };
    const zoom = (factor, cx = stage.clientWidth / 2, cy = stage.clientHeight / 2) => {
      const by = Math.min(8, Math.max(.05, scale * factor)) / scale;
      scale *= by;
      move((cx - x) * (1 - by), (cy - y) * (1 - by));
    };
    const fit = () => {
      const [w, h] = [stage.clientWidth, stage.clientHeight];
      scale = Math.min((w - 40) / width, (h - 40) / height, 2);
      x = y = 0;
      move((w - width * scale) / 2, (h - height * scale) / 2);
    };
    const larger = () => zoom(1.25), smaller = () => zoom(.8);
    canvas.style.minHeight = canvas.offsetHeight + "px"; // the page behind keeps its place
    const tools = make("div", { class: "bar" }, button("−", "Zoom out", smaller), button("+", "Zoom in", larger), button("Fit", "Fit to the window", fit), button("Close", "Close", () => node.close()));
    const node = dialog("viewer", label, tools, stage);
    on(node, "close", () => { svg.removeAttribute("style"); canvas.append(svg); canvas.style.minHeight = ""; removeEventListener("resize", fit); });
    stage.append(svg);
    svg.style.width = width + "px";
    const place = (a) => { const at = stage.getBoundingClientRect(); return [a.clientX - at.left, a.clientY - at.top]; };
    on(stage, "wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), ...place(event)); }, { passive: false });
    const fingers = new Map();
    on(stage, "pointerdown", (event) => { fingers.set(event.pointerId, place(event)); moved = 0; });
    on(stage, "pointermove", (event) => {
      const before = fingers.get(event.pointerId), now = place(event);
      if (!before) return;
      fingers.set(event.pointerId, now);
      const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
      moved += Math.abs(dx) + Math.abs(dy);
      if (moved > 4) stage.setPointerCapture(event.pointerId);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      const far = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]) || 1;
      if (other) zoom(far(now) / far(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      else move(dx, dy);
    });
    for (const end of ["pointerup", "pointercancel"]) on(stage, end, (event) => fingers.delete(event.pointerId));
    on(stage, "dragstart", (event) => event.preventDefault());
    on(stage, "click", (event) => { if (moved > 4) event.preventDefault(); }, true); // a link that was dragged
    const keys = { "+": larger, "=": larger, "-": smaller, 0: fit, ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0), ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60) };
    on(node, "keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    addEventListener("resize", fit);
    fit();
    stage.focus();
  };
  const startDiagrams = () => {
    for (const svg of document.querySelectorAll(".canvas > svg")) {
      const canvas = svg.parentElement, open = button("Open", "Open: " + canvas.getAttribute("aria-label"), () => view(canvas, svg));
      open.className = "open";
      const more = canvas.parentElement.querySelector(".more");
      more ? more.prepend(open) : canvas.after(open);
    }
  };

  const help = () => {
    const keys = [["/ or s", "Search"], ["↑ ↓ Enter", "Choose what was found"], ["kind:service", "Search for a kind"], ["ns:shop", "Search in a namespace"], ["app:cart", "Search in an application"], ["env:prod", "Search in an environment"], ["+ − 0", "In an open diagram: zoom in, zoom out, fit"], ["Esc", "Close"], ["?", "This help"]];
    const list = make("dl", {}, ...keys.flatMap(([key, what]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)]));
    const node = dialog("help", "Keys", list, button("Close", "Close", () => node.close()));
  };

  // The contents on the right follow the page, and a range such as #L3-L9 is marked.
  const startContents = () => {
    const pairs = [...document.querySelectorAll(".contents a")].map((link) => [link, byId(decodeURIComponent(link.hash.slice(1)))]).filter((pair) => pair[1]);
    const follow = () => {
      const seen = pairs.findLast(([, target]) => target.getBoundingClientRect().top < 140) || pairs[0];
      for (const pair of pairs) pair[0].classList.toggle("seen", pair === seen);
    };
    on(window, "scroll", follow, { passive: true });
    follow();
    const mark = () => {
      for (const line of document.querySelectorAll(".marked")) line.classList.remove("marked");
      const [, first, last] = /^#L(\d{1,7})-L(\d{1,7})$/.exec(location.hash) || [];
      for (let n = +first; n <= Math.min(last, +first + 9999); n++) byId("L" + n)?.classList.add("marked");
      byId("L" + first)?.scrollIntoView({ block: "center" });
    };
    on(window, "hashchange", mark);
    mark();
  };

  on(document, "DOMContentLoaded", () => {
    startTheme();
    startDiagrams();
    startContents();
    const input = startSearch();
    on(document, "keydown", (event) => {
      if (event.target.closest?.("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (input && (event.key === "/" || event.key === "s")) { event.preventDefault(); input.focus(); input.select(); }
      else if (event.key === "?") help();
    });
  });
})();
