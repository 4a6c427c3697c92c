// Whose deliveries failed, and why: bars of the chosen cell.
const attribution = data.attribution;
// Okabe and Ito, Color Universal Design, 2008; in order of use.
const cause_colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
const cause_colour = (cause) => cause_colours[cause % cause_colours.length];
const cause_name = (cause) => attribution.cause[cause].replaceAll('_', ' ');
const n_shown_countries = 8;

const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);

// [{country, values: [cause]}], the largest first, small ones as one.
function attribution_bars(shares) {
  const bars = attribution.country
    .map((id, k) => ({ country: country_name(id), values: shares[k], total: sum(shares[k]) }))
    .filter((bar) => bar.total > 0)
    .sort((a, b) => b.total - a.total);
  const rest = bars.slice(n_shown_countries);
  if (rest.length < 2) return bars;
  const values = attribution.cause.map((_, cause) => sum(rest.map((bar) => bar.values[cause])));
  return [...bars.slice(0, n_shown_countries), { country: `${rest.length} others`, values, total: sum(values) }];
}

function attribution_spec(bars, width) {
  const rows = bars.map((_, row) => row);
  const segments = bars.flatMap((bar, row) => bar.values.map((value, cause) => ({
    row, cause, value: 100 * (value ?? 0), name: cause_name(cause),
    tip: `${bar.country}, ${cause_name(cause)}: ${percent(value, 2)}\u00a0%`,
  }))).filter((segment) => segment.value > 0);
  return {
    height: bars.length * 26,
    data: [{ name: 'segments', values: segments, transform: [
      { type: 'stack', groupby: ['row'], field: 'value', sort: { field: 'cause' } }] }],
    scales: [
      { name: 'y', type: 'band', domain: rows, range: 'height', padding: 0.15 },
      name_scale('country_name', rows, (row) => bars[row].country),
      { name: 'x', type: 'linear', domain: [0, 100 * bars[0].total], nice: 4, zero: true, range: 'width' },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', grid: true, domain: false, ticks: false, tickCount: 5,
        title: '% of demand' },
      { orient: 'left', scale: 'y', domain: false, ticks: false, labelLimit: Math.min(150, width * 0.35),
        encode: named_by('country_name') },
    ],
    marks: [
      { type: 'rect', from: { data: 'segments' },
        encode: { enter: { x: { scale: 'x', field: 'y0' }, x2: { scale: 'x', field: 'y1' },
          y: { scale: 'y', field: 'row' }, height: { scale: 'y', band: 1 },
          stroke: { value: 'var(--paper)' }, tooltip: { field: 'tip' },
          fill: { signal: `${JSON.stringify(cause_colours)}[datum.cause % ${cause_colours.length}]` } } } },
      // Named where there is room, so that colour is not all there is to tell them by.
      { type: 'text', from: { data: 'segments' }, interactive: false,
        encode: { update: { x: { signal: "(scale('x', datum.y0) + scale('x', datum.y1)) / 2" },
          y: { scale: 'y', field: 'row', band: 0.5 }, align: { value: 'center' },
          baseline: { value: 'middle' }, fontSize: { value: 10 },
          fill: { signal: `datum.cause % ${cause_colours.length} === 0 ? '#fff' : '#111'` },
          text: { signal: "scale('x', datum.y1) - scale('x', datum.y0) > 6 * length(datum.name) + 6 ? datum.name : ''" } } } },
    ],
  };
}

function draw_attribution_side(id, label, shares) {
  const bars = attribution_bars(shares);
  if (bars.length === 0) {
    say_instead(by_id(id), 'No shortfall to attribute.');
    return;
  }
  draw(by_id(id), { label: `${label} The numbers are in the table below.`,
    build: (width) => attribution_spec(bars, width), paper_width: 325 });
}

function attribution_table(caption, shares) {
  const bars = attribution_bars(shares);
  const headings = ['Supplier', ...attribution.cause.map((_, cause) => cause_name(cause)), 'all'];
  return table(caption, headings.map((heading) => ({ heading })),
    bars.map((bar) => [bar.country, ...bar.values.map((value) => percent(value, 2)), percent(bar.total, 2)]));
}

function note_thin_tail(member, mineral) {
  const is_thin = summary.shortfall_thin[member][mineral][level_95] === 1;
  by_id('attribution-note').hidden = !is_thin;
  by_id('attribution-note').replaceChildren(dagger(), ' Too few paths lie beyond VaR 95 of this cell; it would take '
    + `${count(summary.shortfall_paths_needed[member][mineral][level_95])} paths in all.`);
}

function draw_attribution(member, mineral) {
  if (!attribution) return;
  const place = `${member_name(member)}, ${mineral_name(mineral)}`;
  const expected = attribution.expected[member][mineral];
  const tail = attribution.tail[member][mineral];
  draw_attribution_side('attribution-expected', `Expected shortfall of ${place} by supplier and cause.`, expected);
  draw_attribution_side('attribution-tail', `Shortfall of ${place} beyond VaR 95 by supplier and cause.`, tail);
  note_thin_tail(member, mineral);
  show_numbers('attribution-numbers', attribution_table(`Expected, % of demand, ${place}`, expected),
    attribution_table(`Paths beyond VaR 95, % of demand, ${place}`, tail));
}

function start_attribution() {
  by_id('attribution-absent').hidden = attribution !== null;
  by_id('attribution-body').hidden = attribution === null;
  if (attribution === null) return;
  by_id('attribution-paths').textContent = count(attribution.paths);
  by_id('attribution-legend').replaceChildren(...attribution.cause.map((_, cause) => make('li', {},
    make('span', { class: 'swatch', style: `background:${cause_colour(cause)}` }), cause_name(cause))));
}
