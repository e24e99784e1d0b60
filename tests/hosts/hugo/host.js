'use strict';
const { alertOf } = require('../alerts.js');

module.exports = {
  main: ['main'],
  drop: ['anchor'],
  fewerNames: true,
  alert: (classes) => classes.includes('alert') && alertOf(classes, 'alert-'),
  title: ['alert-title'],
};
