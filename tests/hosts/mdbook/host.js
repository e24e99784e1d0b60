'use strict';
const { alertOf } = require('../alerts.js');

module.exports = {
  main: ['main'],
  links: ['header'],
  drop: ['buttons'],
  alert: (classes) => classes.includes('blockquote-tag') && alertOf(classes, 'blockquote-tag-'),
  title: ['blockquote-tag-title'],
};
