'use strict';

const mkdocs = require('../mkdocs/host.js');

module.exports = {
  ...mkdocs,
  // Backstage keeps the pages of each part in a folder with its name.
  isBelow: true,
  // Numbers stand before each line of code, in a table; diagrams are known by their first word.
  drop: [...mkdocs.drop, 'linenos'],
  layout: ['highlighttable'],
  diagram: /^(flowchart|sequenceDiagram|stateDiagram-v2)\b/,
};
