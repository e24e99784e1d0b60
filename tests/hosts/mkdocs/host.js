'use strict';
const { alertOf } = require('../alerts.js');

module.exports = {
  main: ['.md-content__inner', '[role=main]'],
  drop: ['headerlink', 'md-content__button', 'md-source-file'],
  alert: (classes, tag) => classes.includes('admonition') && tag !== 'details' && alertOf(classes, ''),
  title: ['admonition-title'],
};
