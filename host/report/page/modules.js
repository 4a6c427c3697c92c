'use strict';
// The plotting library's modules, kept as functions by name, as the two things the page needs.
const vega = (() => {
  const loaded = {};
  function require(name) {
    if (!(name in loaded)) {
      loaded[name] = {};
      library_modules[name](loaded[name], {}, require);
    }
    return loaded[name];
  }
  Object.assign(require('vega-dataflow').transforms, require('vega-transforms'),
    require('vega-view-transforms'), require('vega-encode'));
  return { parse: require('vega-parser').parse, View: require('vega-view').View };
})();
