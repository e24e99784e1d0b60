// What each host makes of Markdown, as far as a comparison has to know.
'use strict';

const tones = { note: 'note', info: 'note', tip: 'note', warning: 'warning', danger: 'caution', caution: 'caution', error: 'caution' };

// main: the element that holds a page's content, as `tag`, `.class` or `[attribute=value]`, the first that is there.
// drop: elements of the host's own inside of it. links: classes of links that are the host's own (their words stay).
// alert(classes): the tone of an element that is an alert, or nothing. title: classes of an alert's own title.
// layout: classes of tables that hold code. diagram: what code begins with that is a diagram, where no class says so.
// scripts: diagrams are drawn from the page's scripts. characters: how many of Mermaid are drawn on a page; the rest is
// pictures. smart: punctuation is rounded. fewerNames: some code is prose, since the host would run it.
const hosts = {
  github: { isMarkdown: true },
  gitlab: { isMarkdown: true, characters: 1900 },
  docusaurus: {
    main: ['.theme-doc-markdown'],
    drop: ['hash-link', 'buttonGroup', 'theme-doc-toc-mobile'],
    alert: (classes) => classes.includes('theme-admonition') && alertOf(classes, 'theme-admonition-'),
    title: ['admonitionHeading'],
    scripts: true,
  },
  hugo: {
    main: ['main'],
    drop: ['anchor'],
    fewerNames: true,
    alert: (classes) => classes.includes('alert') && alertOf(classes, 'alert-'),
    title: ['alert-title'],
  },
  mdbook: {
    main: ['main'],
    links: ['header'],
    drop: ['buttons'],
    alert: (classes) => classes.includes('blockquote-tag') && alertOf(classes, 'blockquote-tag-'),
    title: ['blockquote-tag-title'],
  },
  mkdocs: {
    main: ['.md-content__inner', '[role=main]'],
    drop: ['headerlink', 'md-content__button', 'md-source-file'],
    alert: (classes, tag) => classes.includes('admonition') && tag !== 'details' && alertOf(classes, ''),
    title: ['admonition-title'],
  },
};
// Numbers stand before each line of code, in a table; diagrams are known by their first word.
hosts.techdocs = { ...hosts.mkdocs, drop: [...hosts.mkdocs.drop, 'linenos'], layout: ['highlighttable'], diagram: /^(flowchart|sequenceDiagram|stateDiagram-v2)\b/ };

function alertOf(classes, prefix) {
  for (const name of classes) {
    if (name.startsWith(prefix) && tones[name.slice(prefix.length)]) return tones[name.slice(prefix.length)];
  }
  return undefined;
}

module.exports = { hosts, tones };
