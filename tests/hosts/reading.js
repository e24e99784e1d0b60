// Reads a folder of Markdown as GitHub shows it, or a folder of HTML as a docs tool wrote it, into the same terms.
'use strict';
const fs = require('fs');
const path = require('path');
const { micromark } = require('micromark');
const { gfm, gfmHtml } = require('micromark-extension-gfm');
const parse5 = require('parse5');
const { tones } = require('./alerts.js');

const INLINE = new Set(['a', 'abbr', 'b', 'code', 'del', 'em', 'i', 'kbd', 'span', 'strong', 'sub', 'sup', 'small', 'mark']);
const UNSEEN = new Set(['script', 'style', 'template', 'button', 'svg', 'noscript', 'nav', 'footer', '#comment']);

function files(folder, endings) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

// The folder whose page a file is; none if it is no folder's page.
function folderOf(file) {
  const bare = file.replace(/(^|\/)(README|index|_index)\.(md|html)$/, '');
  if (bare !== file) return bare;
  return file.endsWith('.html') ? file.slice(0, -'.html'.length) : undefined;
}

const site = {
  ofMarkdown(folder, host) {
    const trees = new Map();
    for (const file of files(folder, ['.md'])) {
      const page = folderOf(file);
      if (page === undefined) continue;
      const html = micromark(bodyOf(fs.readFileSync(path.join(folder, file), 'utf8')), {
        allowDangerousHtml: true,
        allowDangerousProtocol: true,
        extensions: [gfm()],
        htmlExtensions: [gfmHtml()],
      });
      trees.set(file, parse5.parse(`<main>${html}</main>`));
    }
    return siteOf(folder, trees, { ...host, main: ['main'] });
  },
  ofHtml(folder, host) {
    const trees = new Map();
    for (const file of files(folder, ['.html'])) {
      trees.set(file, parse5.parse(fs.readFileSync(path.join(folder, file), 'utf8')));
    }
    return siteOf(folder, trees, host);
  },
};

function bodyOf(text) {
  return text.startsWith('---\n') ? text.slice(text.indexOf('\n---\n', 3) + 5) : text;
}

function siteOf(folder, trees, host) {
  const ids = new Map();
  const pages = new Map();
  const addresses = [];
  for (const [file, tree] of trees) {
    const here = new Set();
    walk(tree, (node) => {
      const id = attribute(node, 'id') ?? (node.tagName === 'a' ? attribute(node, 'name') : undefined);
      if (id) here.add(id);
      for (const name of ['href', 'src']) {
        const address = attribute(node, name);
        if (address !== undefined) addresses.push([file, address]);
      }
    });
    ids.set(file, here);
    const page = folderOf(file);
    const main = first(tree, host.main);
    if (page !== undefined && main) pages.set(page, content(main, file, host));
  }
  const scripts = host.scripts ? files(folder, ['.js']).map((file) => fs.readFileSync(path.join(folder, file), 'utf8')) : [];
  return { pages, folder, scripts, linkCount: addresses.length, dangling: () => dangling(folder, addresses, ids) };
}

// [page, faults] for each page with links that lead nowhere.
function dangling(folder, addresses, ids) {
  const faults = new Map();
  for (const [file, address] of addresses) {
    if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) continue;
    const [bare, fragment] = split(address);
    const target = fileOf(folder, resolved(file, bare));
    let fault;
    if (target === undefined) fault = `leads nowhere: ${address}`;
    else if (fragment && fragment !== '__top' && ids.has(target) && !ids.get(target).has(fragment)) fault = `no such place on the page: ${address}`;
    if (fault) faults.set(file, new Set([...(faults.get(file) ?? []), fault]));
  }
  return [...faults].map(([file, set]) => [file, [...set]]);
}

function split(address) {
  const [before, fragment] = address.split('#', 2);
  return [decoded(before.split('?')[0]), fragment === undefined ? '' : decoded(fragment)];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The path that an address of `file` names, from the root of the site.
function resolved(file, bare) {
  if (bare === '') return file;
  return path.posix.normalize(bare.startsWith('/') ? bare.slice(1) || '.' : path.posix.join(path.posix.dirname(file), bare));
}

function fileOf(folder, target) {
  const bare = target.replace(/\/$/, '');
  return [bare, `${bare}/index.html`, `${bare}.html`, `${bare}/README.md`].find((file) => {
    const stat = fs.statSync(path.join(folder, file), { throwIfNoEntry: false });
    return stat?.isFile();
  });
}

function attribute(node, name) {
  return node.attrs?.find((one) => one.name === name)?.value;
}

function classes(node) {
  return (attribute(node, 'class') ?? '').split(/\s+/).filter(Boolean);
}

// Build tools of style sheets add hashes to the names of classes: `buttonGroup_M5ko`.
function has(node, names) {
  return classes(node).some((one) => (names ?? []).some((name) => one === name || one.startsWith(`${name}_`)));
}

function walk(node, visit) {
  visit(node);
  (node.childNodes ?? []).forEach((child) => walk(child, visit));
}

function first(tree, selectors) {
  for (const selector of selectors) {
    const pair = selector.match(/^\[(.*)=(.*)\]$/);
    let found;
    walk(tree, (node) => {
      if (found || !node.tagName) return;
      if (pair ? attribute(node, pair[1]) === pair[2] : selector.startsWith('.') ? classes(node).includes(selector.slice(1)) : node.tagName === selector) found = node;
    });
    if (found) return found;
  }
  return undefined;
}

function elements(node) {
  return (node.childNodes ?? []).filter((child) => child.tagName);
}

// The text of a node as it stands, line breaks included.
function rawText(node) {
  if (node.nodeName === '#text') return node.value;
  if (node.tagName === 'br') return '\n';
  return (node.childNodes ?? []).map(rawText).join('');
}

// The node without what the host has put in.
function kept(node, host) {
  const children = (node.childNodes ?? []).filter((child) => !has(child, host.drop)).map((child) => kept(child, host));
  return node.childNodes ? { ...node, childNodes: children } : node;
}

function plain(node) {
  return rawText(node).replace(/\s+/g, ' ').trim();
}

// Ways that every host has in a place of its own: the path above the title, and lists of what is below.
function navigation(main) {
  const own = new Set();
  const all = elements(main);
  const title = all.findIndex((one) => one.tagName === 'h1' || (one.tagName === 'header' && first(one, ['h1'])));
  const above = title > 0 ? all.slice(0, title).find((one) => one.tagName === 'p' && plain(one).includes(' › ')) : undefined;
  if (above) own.add(above);
  all.forEach((one, at) => {
    const isBelow = one.tagName === 'p' && plain(one) === 'Below this page';
    if (isBelow) {
      own.add(one);
      if (all[at + 1]) own.add(all[at + 1]);
    }
    // The list of the site's parts: nothing but links, before the first section.
    const isParts = one.tagName === 'ul' && elements(one).length > 1 && elements(one).every((item) => elements(item).length === 1 && elements(item)[0].tagName === 'a' && plain(item) === plain(elements(item)[0]));
    if (isParts && !all.slice(0, at).some((before) => before.tagName === 'h2')) own.add(one);
  });
  return own;
}

function content(main, file, host) {
  const page = { words: [], links: [], code: [], diagrams: [], headings: [], tables: [], alerts: [], pictures: [], names: 0, outside: '' };
  const nav = navigation(main);
  let text = '';
  const visit = (node) => {
    if (node.nodeName === '#text') {
      text += node.value;
      return;
    }
    if (nav.has(node) || UNSEEN.has(node.nodeName) || has(node, host.drop) || has(node, host.title)) return;
    const tag = node.tagName;
    if (!INLINE.has(tag)) text += '\n';
    if (tag === 'pre') {
      pre(node, page, host);
      return;
    }
    if (/^h[1-6]$/.test(tag ?? '')) page.headings.push(`${tag} ${normal(plain(kept(node, host)), host)}`);
    // Some hosts set the title themselves, before all else and as plain words.
    if (tag === 'h1') return;
    if (tag === 'table' && !has(node, host.layout)) page.tables.push(shape(node));
    if (tag === 'a' && elements(node)[0]?.tagName === 'img' && attribute(elements(node)[0], 'src') === attribute(node, 'href')) {
      page.pictures.push(attribute(elements(node)[0], 'alt'));
      return;
    }
    if (tag === 'summary' || tag === 'p') {
      if (plain(node) === 'As a table') return;
    }
    if (tag === 'a' && attribute(node, 'href') !== undefined && !has(node, host.links)) page.links.push(link(node, file, host));
    const alert = tag === 'blockquote' ? quoteAlert(node) : undefined;
    const tone = alert ?? (tag && host.alert?.(classes(node), tag));
    if (tone) page.alerts.push(tone);
    const before = text.length;
    (node.childNodes ?? []).forEach(visit);
    if (alert) text = text.slice(0, before) + text.slice(before).replace(/\[!\w+\]/, '');
    if (tag === 'code') page.names += 1;
    else if (!INLINE.has(tag)) text += '\n';
  };
  visit(main);
  page.outside = text;
  page.words = normal(text, host).split(' ').filter(Boolean);
  return page;
}

// Spaces are one, what joins or breaks words unseen is gone, and so are the rounded quotes that some hosts put in.
function normal(text, host) {
  let out = text.replace(/[\u2060\u200b\ufeff]/g, '').replace(/\s+/g, ' ').trim();
  out = out.replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"').replace(/\u2026/g, '...').replace(/[\u2013\u2014]/g, '-');
  return host.smart ? out.replace(/--+/g, '-') : out;
}

function pre(node, page, host) {
  const code = first(node, ['code']) ?? node;
  // What cannot be seen keeps a host from running what it finds in code.
  const text = rawText(code).replaceAll('\u2060', '').replace(/\n+$/, '');
  const isDiagram = host.diagram?.test(text) || [node, code].some((one) => has(one, ['mermaid', 'language-mermaid']));
  if (isDiagram) page.diagrams.push(text);
  else page.code.push(text);
}

function shape(table) {
  const rows = [];
  walk(table, (node) => {
    if (node.tagName === 'tr') rows.push(elements(node).filter((cell) => cell.tagName === 'td' || cell.tagName === 'th').length);
  });
  return rows.join(' ');
}

function link(node, file, host) {
  const address = attribute(node, 'href');
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) return `${normal(plain(node), host)} → ${address}`;
  const [bare, fragment] = split(address);
  const target = resolved(file, bare);
  const page = folderOf(target) ?? target.replace(/\/$/, '').replace(/^\.$/, '');
  return `${normal(plain(node), host)} → /${page}${fragment ? `#${fragment}` : ''}`;
}

function quoteAlert(node) {
  const mark = plain(node).match(/^\[!(\w+)\]/);
  return mark ? tones[mark[1].toLowerCase()] : undefined;
}

module.exports = { site };
