// Elements and tables. Text of the data only ever becomes text, never markup.
const by_id = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// columns: [{heading, text: left-aligned, wrap: long texts}]; rows: [[text or element, ...]], the
// first cell the row's name.
function table(caption, columns, rows) {
  const kind = (k) => {
    const names = [columns[k].text && 'text', columns[k].wrap && 'text wrap'].filter(Boolean);
    return names.length > 0 ? { class: names.join(' ') } : {};
  };
  const head = columns.map((column, k) => make('th', { scope: 'col', ...kind(k) }, column.heading));
  const body = rows.map((row) => make('tr', {}, ...row.map((cell, k) =>
    (k === 0 ? make('th', { scope: 'row' }, cell) : make('td', kind(k), cell)))));
  const element = make('table', {}, make('caption', {}, caption),
    make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...body));
  // Reachable by keyboard, because a wide table scrolls by itself.
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, element);
}

// A picture's table alternative, folded away.
function show_numbers(id, ...tables) {
  const place = by_id(id);
  const was_open = place.querySelector('details')?.open ?? false;
  const folded = make('details', {}, make('summary', {}, 'The numbers of this picture'), ...tables);
  folded.open = was_open;
  place.replaceChildren(folded);
}

const dagger = () => make('span', { class: 'thin' }, '†');

// A figure with its interval and, where too few paths support it, how many would.
function figure_cell(text, range, is_thin, paths_needed) {
  const cell = make('span', {}, text);
  if (range) cell.append(' ', make('small', {}, `(${range})`));
  if (is_thin) cell.append(' ', dagger(), make('small', {}, ` needs ${count(paths_needed)} paths`));
  return cell;
}
