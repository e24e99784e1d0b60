'use strict';

// See ../hosts.js for what may stand here.
module.exports = { main: ['main'] };
