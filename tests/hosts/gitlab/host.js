'use strict';

module.exports = { isMarkdown: true, characters: 1900 };
