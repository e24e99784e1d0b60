// Compares a site that a docs tool built of podviz' Markdown with the same pages as GitHub shows them.
//
//   node compare.js --github MARKDOWN_DIR --built HTML_DIR --host NAME [--markdown FLAVOR_MARKDOWN_DIR]
//
// Page by page: every word is there and in order, nothing was added, headings, tables, alerts and links are the same,
// code is kept byte for byte, and each diagram became what the host makes of one. Over the whole site: links and
// fragments lead somewhere. Exits 1 if anything differs and says what, 2 if it cannot compare.
'use strict';
const fs = require('fs');
const path = require('path');
const { site } = require('./reading.js');
const { differences } = require('./differences.js');
const { hostOf } = require('./hosts.js');

const given = {};
for (let at = 2; at < process.argv.length; at += 2) given[process.argv[at].replace(/^--/, '')] = process.argv[at + 1];
const host = given.host && hostOf(given.host);
if (!host || !given.github || !given.built) {
  console.error(`usage: compare.js --github DIR --built DIR --host NAME [--markdown DIR]`);
  process.exit(2);
}
for (const folder of ['github', 'built', 'markdown'].filter((name) => given[name])) {
  if (!fs.existsSync(given[folder])) {
    console.error(`no such folder: ${given[folder]}`);
    process.exit(2);
  }
}

if (host.isBelow) {
  const folders = fs.readdirSync(given.built).map((name) => path.join(given.built, name));
  given.built = folders.find((folder) => fs.existsSync(path.join(folder, 'index.html'))) ?? given.built;
}

const wanted = site.ofMarkdown(given.github, hostOf('github'));
const own = given.markdown ? site.ofMarkdown(given.markdown, host) : wanted;
const built = host.isMarkdown ? site.ofMarkdown(given.built, host) : site.ofHtml(given.built, host);

let shown = 0;
const counts = { pages: 0, words: 0, links: 0, code: 0, diagrams: 0 };
const wrong = [];
for (const [page, reference] of wanted.pages) {
  counts.pages += 1;
  counts.words += reference.words.length;
  counts.links += reference.links.length;
  counts.code += reference.code.length;
  const diagrams = own.pages.get(page)?.diagrams ?? reference.diagrams;
  counts.diagrams += diagrams.length;
  const found = built.pages.get(page);
  const faults = found ? differences({ ...reference, diagrams, drawn: reference.diagrams.length }, found, host, built) : ['the page is missing'];
  if (faults.length > 0) wrong.push([page, faults]);
}
for (const [page, faults] of built.dangling()) wrong.push([page, faults]);
for (const [page, faults] of wrong) {
  shown += 1;
  if (shown > 12) break;
  console.log(`${page === '' ? '(the first page)' : page}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`);
  faults.slice(0, 6).forEach((fault) => console.log(`  ${fault.replaceAll('\n', '\n  ')}`));
  if (faults.length > 6) console.log(`  … and ${faults.length - 6} more`);
}
if (wrong.length > 12) console.log(`… and ${wrong.length - 12} more pages`);
const said = Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(', ');
console.log(`${given.host}: ${said} compared, ${built.linkCount} links followed, ${wrong.length} pages differ`);
if (counts.pages === 0) console.error('there was no page to compare');
process.exit(wrong.length > 0 || counts.pages === 0 ? 1 : 0);
