'use strict';

module.exports = { ...require('../mkdocs/host.js'), flavor: 'mkdocs' };
