// parse.js [--render] PATH...: gives every Mermaid source below the paths to the real Mermaid, in Chromium.
//
// Sources are `pre.mermaid-source` in .html, ```mermaid fences in .md and .mdx, and .mmd files. With --render, each
// .mmd that an expected.json beside it names is also drawn, and what is shown is compared. Exit status 1 if anything
// failed, or if there was nothing to parse.
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const MAX_SHOWN = 20;

/** Every file at or below `place`, in the order of names; none if there is no such place. */
function walk(place) {
  if (!fs.existsSync(place)) return [];
  if (fs.statSync(place).isFile()) return [place];
  return fs.readdirSync(place).sort().flatMap(name => walk(path.join(place, name)));
}

/** The text of an HTML fragment: tags dropped, references decoded. */
function textOf(html) {
  const named = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return html.replace(/<[^>]*>/g, '').replace(/&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|quot|apos|amp));/gi,
    (_, decimal, hex, name) => name ? named[name.toLowerCase()] : String.fromCodePoint(parseInt(decimal ?? hex, decimal ? 10 : 16)));
}

/** The Mermaid sources of one file. */
function sourcesOf(file) {
  const text = () => fs.readFileSync(file, 'utf8');
  switch (path.extname(file)) {
    case '.mmd': return [text()];
    case '.html': return [...text().matchAll(/<pre\b[^>]*\bclass="[^"]*\bmermaid-source\b[^"]*"[^>]*>([\s\S]*?)<\/pre>/g)].map(m => textOf(m[1]));
    case '.md': case '.mdx':
      return [...text().matchAll(/^( *)(`{3,})mermaid\n([\s\S]*?)\n\1\2`* *$/gm)].map(m => m[3].replace(new RegExp('^' + m[1], 'gm'), '') + '\n');
    default: return [];
  }
}

/** What of `expected` the drawn `shown` does not hold, in words. White space does not count, zero-width
 * space included: Mermaid wraps as it likes. */
function differences(expected, shown) {
  const squeezed = text => text.replace(/[\s\u200b]+/g, '');
  return Object.entries(expected).flatMap(([what, texts]) => {
    const wanted = squeezed([].concat(texts).join('')), found = squeezed(shown[what].join(''));
    return wanted === found ? [] : [`${what}: ${JSON.stringify(found.slice(0, 80))} instead of ${JSON.stringify(wanted.slice(0, 80))}`];
  });
}

/** Runs in the page: draws `source` and reads what a person would. */
async function drawn([source, number]) {
  const { svg } = await mermaid.render(`diagram${number}`, source);
  const holder = document.createElement('div');
  holder.innerHTML = svg;
  document.body.append(holder);
  const read = selector => [...holder.querySelectorAll(selector)].map(element => element.textContent);
  const shown = {
    title: read('svg > title'), description: read('svg > desc'), nodes: read('.node .label'), edges: read('.edgeLabel .label'),
    groups: read('.cluster .cluster-label'), participants: read('text.actor'), messages: read('.messageText'), notes: read('.noteText'),
    frames: read('.loopText'),
  };
  shown.foreign = [...holder.querySelectorAll('script, iframe, img, [onerror], [onclick], [onload]')].map(element => element.tagName);
  holder.remove();
  return shown;
}

async function main() {
  const renders = process.argv.includes('--render');
  const places = process.argv.slice(2).filter(argument => argument !== '--render');
  const distinct = new Map();
  let found = 0;
  for (const file of places.flatMap(walk)) {
    for (const source of sourcesOf(file)) {
      found++;
      if (!distinct.has(source)) distinct.set(source, file);
    }
  }
  const executablePath = process.env.CHROMIUM ||
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(candidate => fs.existsSync(candidate));
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const page = await browser.newPage();
  await page.setContent('<body></body>');
  await page.addScriptTag({ path: require.resolve('mermaid/dist/mermaid.min.js') });
  await page.evaluate(() => mermaid.initialize({ startOnLoad: false, sequence: { mirrorActors: false } }));
  const failures = [];
  const sources = [...distinct];
  for (let at = 0; at < sources.length; at += 200) {
    failures.push(...await page.evaluate(async list => {
      const failed = [];
      for (const [source, file] of list) {
        try { await mermaid.parse(source); } catch (error) { failed.push(`${file}: ${String(error.message || error).slice(0, 300)}`); }
      }
      return failed;
    }, sources.slice(at, at + 200)));
  }
  let compared = 0;
  const lists = renders ? places.flatMap(walk).filter(file => path.basename(file) === 'expected.json') : [];
  for (const list of lists) {
    for (const [name, expected] of Object.entries(JSON.parse(fs.readFileSync(list, 'utf8')))) {
      const file = path.join(path.dirname(list), name);
      compared++;
      try {
        const shown = await page.evaluate(drawn, [fs.readFileSync(file, 'utf8'), compared]);
        const wrong = differences({ ...expected, foreign: [] }, shown);
        if (wrong.length) failures.push(`${file}: ${wrong.join('; ')}`);
      } catch (error) {
        failures.push(`${file}: ${String(error.message || error).slice(0, 300)}`);
      }
    }
  }
  await browser.close();
  failures.slice(0, MAX_SHOWN).forEach(failure => console.log(failure));
  if (failures.length > MAX_SHOWN) console.log(`and ${failures.length - MAX_SHOWN} more`);
  const longest = sources.reduce((most, [source]) => Math.max(most, source.length), 0);
  console.log(`${found} sources, ${sources.length} distinct, the longest of ${longest} characters, ${compared} drawn and compared`);
  console.log(`${sources.length + compared - failures.length} passed, ${failures.length} failed`);
  process.exitCode = failures.length || !sources.length ? 1 : 0;
}

main().catch(error => { console.error(error); process.exitCode = 1; });
