'use strict';
const { alertOf } = require('../alerts.js');

module.exports = {
  main: ['.theme-doc-markdown'],
  drop: ['hash-link', 'buttonGroup', 'theme-doc-toc-mobile'],
  alert: (classes) => classes.includes('theme-admonition') && alertOf(classes, 'theme-admonition-'),
  title: ['admonitionHeading'],
  scripts: true,
};
