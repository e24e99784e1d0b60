// What each host makes of Markdown, as far as a comparison has to know: the file `host.js` in its folder. One without it shows
// Markdown as GitHub does.
'use strict';
const fs = require('fs');
const path = require('path');

// flavor: the flavor that its pages are written in, if that is not its own name.
// isBelow: the pages are in the one folder of the site that has a page.
// main: the element that holds a page's content, as `tag`, `.class` or `[attribute=value]`, the first that is there.
// drop: elements of the host's own inside of it. links: classes of links that are the host's own (their words stay).
// alert(classes): the tone of an element that is an alert, or nothing. title: classes of an alert's own title.
// layout: classes of tables that hold code. diagram: what code begins with that is a diagram, where no class says so.
// scripts: diagrams are drawn from the page's scripts. characters: how many of Mermaid are drawn on a page; the rest is
// pictures. smart: punctuation is rounded. fewerNames: some code is prose, since the host would run it.
function hostOf(name) {
  const file = path.join(__dirname, name, 'host.js');
  return fs.existsSync(file) ? require(file) : { isMarkdown: true };
}

module.exports = { hostOf };
