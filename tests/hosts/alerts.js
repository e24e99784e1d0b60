// The tones that alerts have, by the words of hosts.
'use strict';

const tones = { note: 'note', info: 'note', tip: 'note', warning: 'warning', danger: 'caution', caution: 'caution', error: 'caution' };

// The tone of an element by one of its classes: what stands behind `prefix`.
function alertOf(classes, prefix) {
  for (const name of classes) {
    if (name.startsWith(prefix) && tones[name.slice(prefix.length)]) return tones[name.slice(prefix.length)];
  }
  return undefined;
}

module.exports = { tones, alertOf };
