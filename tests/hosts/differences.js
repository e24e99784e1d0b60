// What is different between a page as GitHub shows it and the same page as another host shows it.
'use strict';

// Marks of one host's Markdown that are words on another's page.
const MARKS = [/:::/g, /!!!/g, /\?\?\?/g, /\{\{[<%]/g, /\[!\w+\]/g, /\{ ?[#:.][\w-]/g, /\]\(/g, /\*\*/g, /```/g, /&#?\w+;/g, /<\/?[a-z]+[ >]/g, /^\s*\|.*\|\s*$/gm];

function differences(wanted, found, host, built) {
  const faults = [];
  const told = (what, a, b) => lists(what, a, b).forEach((fault) => faults.push(fault));
  told('word', wanted.words, found.words);
  told('heading', wanted.headings, found.headings);
  told('link', wanted.links, found.links);
  told('alert', wanted.alerts, found.alerts);
  told('table (cells a row)', wanted.tables, found.tables);
  told('code block', wanted.code, found.code);
  if (host.scripts) faults.push(...inScripts(wanted.diagrams, built.scripts));
  else told('diagram', wanted.diagrams, found.diagrams);
  if (host.characters) {
    const drawn = found.diagrams.join('').length;
    if (drawn > host.characters) faults.push(`${drawn} characters of diagrams are more than the host draws on a page`);
    const shown = found.diagrams.length + found.pictures.length;
    if (shown !== wanted.drawn) faults.push(`${shown} diagrams and pictures, not ${wanted.drawn} diagrams`);
  }
  if (host.fewerNames ? wanted.names < found.names : wanted.names !== found.names) faults.push(`${found.names} names are set as code, not ${wanted.names}`);
  for (const mark of MARKS) {
    const [before, after] = [wanted.outside.match(mark) ?? [], found.outside.match(mark) ?? []];
    if (after.length > before.length) faults.push(`syntax is shown: ${after.length - before.length} × ${after.find((one) => !before.includes(one)) ?? after[0]}`);
  }
  return faults;
}

// Diagrams that stand in no script: bundlers write texts as strings in quotes of three kinds.
function inScripts(diagrams, scripts) {
  const found = drawn.get(scripts) ?? new Set(scripts.flatMap(strings));
  drawn.set(scripts, found);
  return diagrams.filter((diagram) => !found.has(diagram)).map((diagram) => `diagram lost: ${short(diagram)}`);
}

const drawn = new Map();

function strings(script) {
  const literals = script.matchAll(/(["'`])((?:flowchart|sequenceDiagram|stateDiagram-v2)\b(?:\\[^]|(?!\1)[^\\])*)\1/g);
  return [...literals].map((literal) => unquoted(literal[2]).replace(/\n+$/, ''));
}

function unquoted(text) {
  return text.replace(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([^]))/gi, (_, braced, four, two, one) => {
    const code = braced ?? four ?? two;
    if (code !== undefined) return String.fromCodePoint(parseInt(code, 16));
    return { n: '\n', t: '\t', r: '\r' }[one] ?? one;
  });
}

function lists(what, wanted, found) {
  const faults = [];
  let [start, end] = [0, 0];
  while (start < wanted.length && start < found.length && wanted[start] === found[start]) start += 1;
  while (end < wanted.length - start && end < found.length - start && wanted[wanted.length - 1 - end] === found[found.length - 1 - end]) end += 1;
  const [lost, added] = [wanted.slice(start, wanted.length - end), found.slice(start, found.length - end)];
  for (const [a, b, at] of hunks(lost, added)) {
    const context = what === 'word' ? `after “${wanted.slice(Math.max(0, start + at - 5), start + at).join(' ')}” ` : '';
    const joiner = what === 'word' ? ' ' : '\n    ';
    if (a.length > 0 && b.length > 0) faults.push(`${what}: ${context}\n  - ${a.map(short).join(joiner)}\n  + ${b.map(short).join(joiner)}`);
    else if (a.length > 0) faults.push(`${what} lost: ${context}${a.map(short).join(joiner)}`);
    else faults.push(`${what} added: ${context}${b.map(short).join(joiner)}`);
  }
  return faults;
}

// [lost, added, place among the wanted] for each stretch that differs, by the longest common subsequence; a very long
// stretch is told as one.
function hunks(wanted, found) {
  if (wanted.length === 0 && found.length === 0) return [];
  if (wanted.length * found.length > 4e6) return [[wanted.slice(0, 30), found.slice(0, 30), 0]];
  const width = found.length + 1;
  const common = new Uint32Array((wanted.length + 1) * width);
  for (let i = wanted.length - 1; i >= 0; i -= 1) {
    for (let j = found.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = wanted[i] === found[j] ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const told = [];
  let [i, j, lost, added, from] = [0, 0, [], [], 0];
  const close = () => {
    if (lost.length + added.length > 0) told.push([lost, added, from]);
    [lost, added] = [[], []];
  };
  while (i < wanted.length || j < found.length) {
    if (i < wanted.length && j < found.length && wanted[i] === found[j]) {
      close();
      i += 1;
      j += 1;
      from = i;
    } else if (j >= found.length || (i < wanted.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) lost.push(wanted[i++]);
    else added.push(found[j++]);
  }
  close();
  return told;
}

function short(text) {
  const line = text.replaceAll('\n', '⏎');
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}

module.exports = { differences, lists };
