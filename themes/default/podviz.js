"use strict";
// Everything on the page works without this file; it adds the search, the theme button and the diagram viewer.
// Data reaches the page as text only, never as markup.
(() => {
  const html = document.documentElement;
  const root = html.dataset.root;
  const saved = { // a browser may refuse storage to pages from file://
    get: () => { try { return localStorage.getItem("podviz-theme"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("podviz-theme", value); } catch { /* it lasts for this page */ } },
  };
  const theme = saved.get();
  if (theme === "light" || theme === "dark") html.dataset.theme = theme; // before the first paint

  const make = (tag, props, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };
  const dialog = (className, title, ...children) => {
    const heading = make("h2", { textContent: title, id: "pv-" + className });
    const node = make("dialog", { className });
    node.setAttribute("aria-labelledby", heading.id);
    const opener = document.activeElement;
    node.addEventListener("close", () => { node.remove(); opener?.focus?.(); });
    return { node, heading, show: () => { node.append(...children); document.body.append(node); node.showModal(); } };
  };

  // Theme
  const startTheme = () => {
    const button = document.getElementById("pv-theme");
    if (!button) return;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const dark = () => (html.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
    const tell = () => { button.textContent = dark() ? "Light" : "Dark"; button.setAttribute("aria-label", button.textContent + " theme"); };
    button.addEventListener("click", () => { saved.set(html.dataset.theme = dark() ? "light" : "dark"); tell(); });
    system.addEventListener("change", tell);
    button.hidden = false;
    tell();
  };

  // The index is a script, since a page from file:// may not fetch.
  let loading;
  const index = () => loading ||= new Promise((done) => {
    const script = make("script", { src: root + "assets/search.js" });
    script.onload = () => done((window.podvizIndex || []).map(([title, kicker, ns, path, above, words]) => ({ title, kicker, ns, path, above, words: words ? words.split("\n") : [] })));
    script.onerror = () => done([]);
    document.head.append(script);
  });
  const address = (entry) => root + (entry.path ? entry.path + "/" : "") + "index.html";

  // Search: identifiers, whole or by their parts.
  const parts = (name) => name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const grade = (name, term) => {
    const low = name.toLowerCase();
    if (low === term) return 100;
    if (low.startsWith(term)) return 70;
    const all = parts(name);
    if (all.includes(term)) return 60;
    if (all.some((part) => part.startsWith(term))) return 45;
    if (low.includes(term)) return 25;
    const wanted = parts(term); // `shop/web:1.2` finds all of its parts in this order
    return wanted.length > 1 && all.join(" ").includes(wanted.join(" ")) ? 20 : 0;
  };
  const find = (entries, query) => {
    const terms = query.trim().split(/\s+/).filter(Boolean);
    const found = [];
    for (const entry of terms.length ? entries : []) {
      let score = 0, why = "";
      const fits = terms.every((raw) => {
        const [, key, rest] = /^(kind|ns):(.*)$/i.exec(raw) || [];
        if (key) {
          const value = key.toLowerCase() === "ns" ? entry.ns : entry.kicker;
          score += 1;
          return value.toLowerCase().startsWith(rest.toLowerCase());
        }
        const term = raw.toLowerCase();
        let best = grade(entry.title, term) * 2;
        for (const word of best ? [] : entry.words) {
          const points = grade(word, term);
          if (points > best) { best = points; why = word; }
        }
        best ||= grade(entry.kicker, term) / 4 || grade(entry.ns, term) / 8;
        score += best;
        return best > 0;
      });
      if (fits) found.push({ entry, score: score - entry.title.length / 100, why });
    }
    return found.sort((a, b) => b.score - a.score).slice(0, 30);
  };
  const startSearch = () => {
    const form = document.getElementById("pv-search"), input = document.getElementById("pv-query");
    if (!form || !input) return;
    const list = make("ul", { className: "found", id: "pv-found", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Found");
    for (const [name, value] of [["role", "combobox"], ["aria-controls", list.id], ["aria-expanded", "false"], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
    form.append(list);
    form.hidden = false;
    let shown = [], at = 0;
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const choose = (next) => {
      at = (next + shown.length) % shown.length;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
      list.children[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[at].id);
    };
    const update = async () => {
      const entries = await index();
      shown = find(entries, input.value);
      list.replaceChildren(...shown.map(({ entry, why }, i) => {
        const what = [entry.kicker, entry.ns && "in " + entry.ns, why && "has " + why].filter(Boolean).join(" · ");
        const item = make("li", { id: "pv-found-" + i }, make("span", { className: "name", textContent: entry.title }), make("span", { className: "what", textContent: what }));
        item.setAttribute("role", "option");
        item.addEventListener("mousedown", (event) => { event.preventDefault(); location.href = address(entry); });
        return item;
      }));
      if (!input.value.trim()) return close();
      if (!shown.length) {
        const none = make("li", { className: "none", textContent: "Nothing has this name." });
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        list.append(none);
      }
      const box = input.getBoundingClientRect();
      list.style.left = box.left + "px";
      list.style.top = box.bottom + "px";
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      if (shown.length) choose(0);
    };
    input.addEventListener("input", update);
    input.addEventListener("focus", () => { index(); if (input.value) update(); });
    input.addEventListener("blur", close);
    form.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("keydown", async (event) => {
      if (event.key === "Escape") { if (list.hidden) input.blur(); else close(); event.preventDefault(); }
      else if (event.key === "ArrowDown" && shown.length) { event.preventDefault(); choose(at + 1); }
      else if (event.key === "ArrowUp" && shown.length) { event.preventDefault(); choose(at - 1); }
      else if (event.key === "Enter") { event.preventDefault(); await update(); if (shown[at]) location.href = address(shown[at].entry); }
    });
    return input;
  };

  // The open branch also shows what stands beside this page.
  const startBranch = async () => {
    const here = document.querySelector("#pv-branch [aria-current]")?.parentElement;
    if (!here) return;
    const entries = await index();
    const me = entries.find((entry) => entry.path === html.dataset.path);
    if (!me || me.above < 0) return;
    const folder = (entry) => entry.path.replace(/[^/]*$/, ""); // of one kind
    const beside = entries.filter((entry) => entry.above === me.above && folder(entry) === folder(me));
    const mine = beside.indexOf(me), most = 40;
    const from = Math.max(0, Math.min(mine - most / 2, beside.length - most));
    const item = (entry) => {
      const link = make("a", { href: address(entry) }, make("code", { textContent: entry.title }));
      const node = make("li", {}, link);
      node.dataset.depth = here.dataset.depth;
      return node;
    };
    here.before(...beside.slice(from, mine).map(item));
    let last = here;
    while (last.nextElementSibling) last = last.nextElementSibling;
    last.after(...beside.slice(mine + 1, from + most).map(item));
    if (beside.length > most) here.parentElement.append(make("li", { className: "more", textContent: beside.length - most + " more beside this page" }));
    const side = here.closest(".side");
    if (here.offsetTop > side.clientHeight - 80) side.scrollTop = here.offsetTop - side.clientHeight / 2;
  };

  // A diagram in a window of its own: the picture itself moves there and back, so that no id is there twice.
  const view = (figure) => {
    const canvas = figure.querySelector(".canvas"), svg = canvas.querySelector("svg");
    const box = svg.getBoundingClientRect();
    const natural = parseFloat(canvas.style.getPropertyValue("--natural")) || box.width;
    const size = [natural, natural * box.height / box.width];
    const stage = make("div", { className: "stage", tabIndex: 0 });
    stage.setAttribute("role", "application");
    stage.setAttribute("aria-label", "Diagram: arrows move it, plus and minus zoom");
    const button = (text, label, onclick) => { const node = make("button", { type: "button", textContent: text, onclick }); node.setAttribute("aria-label", label); return node; };
    const bar = make("div", { className: "bar" });
    const { node, heading, show } = dialog("viewer", canvas.getAttribute("aria-label"), bar, stage);
    let scale = 1, x = 0, y = 0;
    const draw = () => { svg.style.transform = `translate(${x}px,${y}px) scale(${scale})`; };
    const zoom = (factor, cx = stage.clientWidth / 2, cy = stage.clientHeight / 2) => {
      const next = Math.min(8, Math.max(.05, scale * factor));
      x = cx - (cx - x) * next / scale; y = cy - (cy - y) * next / scale; scale = next; draw();
    };
    const fit = () => {
      scale = Math.min((stage.clientWidth - 40) / size[0], (stage.clientHeight - 40) / size[1], 2);
      x = (stage.clientWidth - size[0] * scale) / 2; y = (stage.clientHeight - size[1] * scale) / 2; draw();
    };
    bar.append(heading, button("−", "Zoom out", () => zoom(1 / 1.25)), button("+", "Zoom in", () => zoom(1.25)), button("Fit", "Fit to the window", fit), button("Close", "Close", () => node.close()));
    const keep = canvas.style.minHeight;
    canvas.style.minHeight = canvas.offsetHeight + "px";
    node.addEventListener("close", () => { svg.removeAttribute("style"); canvas.append(svg); canvas.style.minHeight = keep; removeEventListener("resize", fit); });
    stage.append(svg);
    svg.style.width = size[0] + "px";
    stage.addEventListener("wheel", (event) => { event.preventDefault(); const at = stage.getBoundingClientRect(); zoom(Math.exp(-event.deltaY / 400), event.clientX - at.left, event.clientY - at.top); }, { passive: false });
    const fingers = new Map();
    let moved = 0;
    stage.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, event); moved = 0; });
    stage.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      moved += Math.abs(dx) + Math.abs(dy);
      if (moved > 4 && !stage.hasPointerCapture(event.pointerId)) { stage.setPointerCapture(event.pointerId); stage.classList.add("moving"); }
      if (fingers.size === 2) {
        const other = [...fingers].find(([id]) => id !== event.pointerId)[1], at = stage.getBoundingClientRect();
        const far = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY) || 1;
        zoom(far(event) / far(before), (event.clientX + other.clientX) / 2 - at.left, (event.clientY + other.clientY) / 2 - at.top);
      } else { x += dx; y += dy; draw(); }
      fingers.set(event.pointerId, event);
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) stage.addEventListener(end, (event) => { fingers.delete(event.pointerId); stage.classList.remove("moving"); });
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    stage.addEventListener("click", (event) => { if (moved > 4) event.preventDefault(); }, true);
    node.addEventListener("keydown", (event) => {
      const keys = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(1 / 1.25), "0": fit, f: fit, ArrowLeft: () => { x += 60; draw(); }, ArrowRight: () => { x -= 60; draw(); }, ArrowUp: () => { y += 60; draw(); }, ArrowDown: () => { y -= 60; draw(); } };
      if (!event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key]) { event.preventDefault(); keys[event.key](); }
    });
    addEventListener("resize", fit);
    show();
    fit();
    stage.focus();
  };
  const startDiagrams = () => {
    for (const figure of document.querySelectorAll(".diagram")) {
      const canvas = figure.querySelector(".canvas");
      if (!canvas?.querySelector("svg")) continue;
      const button = make("button", { type: "button", className: "open", textContent: "Open" });
      button.setAttribute("aria-label", "Open the diagram: " + canvas.getAttribute("aria-label"));
      button.addEventListener("click", () => view(figure));
      canvas.after(button);
    }
  };

  const help = () => {
    const list = make("dl");
    for (const [key, what] of [["/ or s", "Search"], ["↑ ↓ Enter", "Choose what was found"], ["kind:service", "Search for a kind"], ["ns:shop", "Search in a namespace"], ["+ − 0", "In an open diagram: zoom in, zoom out, fit"], ["Esc", "Close"], ["?", "This help"]]) {
      list.append(make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: what }));
    }
    const close = make("button", { type: "button", textContent: "Close" });
    const { node, heading, show } = dialog("help", "Keys", list, close);
    close.addEventListener("click", () => node.close());
    node.append(heading);
    show();
  };

  // The contents on the right follow the page, and a range such as #L3-L9 is marked.
  const startContents = () => {
    const links = [...document.querySelectorAll(".contents a")];
    const pairs = links.map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))]).filter(([, target]) => target);
    const follow = () => {
      const past = pairs.filter(([, target]) => target.getBoundingClientRect().top < 140);
      const seen = (past.at(-1) || pairs[0])?.[0];
      links.forEach((link) => link.classList.toggle("seen", link === seen));
    };
    if (pairs.length) { addEventListener("scroll", follow, { passive: true }); follow(); }
    const mark = () => {
      document.querySelectorAll(".marked").forEach((line) => line.classList.remove("marked"));
      const [, first, last] = /^#L(\d{1,7})-L(\d{1,7})$/.exec(location.hash) || [];
      const lines = [];
      for (let n = +first; n <= Math.min(+last, +first + 5000); n++) lines.push(document.getElementById("L" + n));
      lines.forEach((line) => line?.classList.add("marked"));
      lines[0]?.scrollIntoView({ block: "center" });
    };
    addEventListener("hashchange", mark);
    mark();
  };

  document.addEventListener("DOMContentLoaded", () => {
    startTheme();
    startDiagrams();
    startContents();
    startBranch();
    const input = startSearch();
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.key === "/" || event.key === "s") && input) { event.preventDefault(); input.focus(); input.select(); }
      else if (event.key === "?") help();
    });
  });
})();
