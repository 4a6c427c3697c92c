// Bands of a quantity through time: the cell's shortfall and cover, the mineral's price.
const timeline_levels = axes.timeline_quantile;

// One row a step, with fields q05, q25, ... and mean; `scale` turns ratios into percent.
function fan_rows(mean, quantile, scale) {
  return mean.map((value, step) => {
    const row = { time: step_start(step), mean: value * scale };
    timeline_levels.forEach((level, k) => {
      row[`q${String(Math.round(level * 100)).padStart(2, '0')}`] = quantile[step][k] * scale;
    });
    return row;
  });
}

function fan_spec(rows, { with_99, width }) {
  const shown = with_99 ? 'q99' : 'q95';
  const largest = Math.max(...rows.flatMap((row) => [row[shown], row.mean]));
  const x = { scale: 'x', field: 'time' };
  const band = (low, high, opacity) => ({
    type: 'area', from: { data: 'rows' },
    encode: { enter: { x, y: { scale: 'y', field: low }, y2: { scale: 'y', field: high },
      fill: { value: 'var(--accent)' }, fillOpacity: { value: opacity } } },
  });
  const line = (field, colour, dash, thickness) => ({
    type: 'line', from: { data: 'rows' },
    encode: { enter: { x, y: { scale: 'y', field }, stroke: { value: colour },
      strokeWidth: { value: thickness }, strokeDash: { value: dash } } },
  });
  return {
    height: 170,
    data: [{ name: 'rows', values: rows }],
    scales: [
      { name: 'x', type: 'utc', domain: { data: 'rows', field: 'time' }, range: 'width' },
      { name: 'y', type: 'linear', domain: [0, largest || 1], nice: 4, range: 'height' },
    ],
    axes: [
      number_axis(null, { minExtent: 36 }),
      { orient: 'bottom', scale: 'x', format: '%b %Y', tickCount: width < 500 ? 4 : 8,
        labelOverlap: true, labelFlush: true },
    ],
    marks: [
      band('q05', 'q95', 0.2),
      band('q25', 'q75', 0.28),
      ...(with_99 ? [line('q99', 'var(--ink-soft)', [1, 3], 1.5)] : []),
      line('mean', 'var(--accent-2)', [5, 3], 1.5),
      line('q50', 'var(--accent)', [], 2),
    ],
  };
}

function fan_table(caption, rows, decimals) {
  const fields = ['mean', 'q05', 'q25', 'q50', 'q75', 'q95', 'q99'];
  const headings = ['mean', '5 %', '25 %', 'median', '75 %', '95 %', '99 %'];
  return table(caption, [{ heading: 'From' }, ...headings.map((heading) => ({ heading }))],
    rows.map((row) => [day_text(row.time), ...fields.map((field) => fixed(row[field], decimals))]));
}

function draw_fan(id, label, rows, options) {
  if (rows.length < 2) {
    say_instead(by_id(id), 'A single step makes no curve; its numbers are in the table below.');
    return;
  }
  draw(by_id(id), { label: `${label} The numbers are in the table below.`,
    build: (width) => fan_spec(rows, { ...options, width }) });
}

// What lies far out, read off a handful of paths.
function note_thin_fans() {
  const thin = [['the outer bands', 0.95], ['the 99\u00a0% line', 0.99]]
    .filter(([, level]) => tail_paths_needed(level) > data.origin.paths_done)
    .map(([what, level]) => `${what} ${count(tail_paths_needed(level))}`);
  if (thin.length === 0) return;
  by_id('fan-note').replaceChildren(dagger(), ` Too few paths for what lies far out: it would take for ${thin.join(', for ')}.`);
  by_id('fan-note').hidden = false;
}

function draw_fans(member, mineral) {
  const place = `${member_name(member)}, ${mineral_name(mineral)}`;
  const price = fan_rows(timeline.price_ratio_mean[mineral], timeline.price_ratio_quantile[mineral], 1);
  draw_fan('fan-price', `World price of ${mineral_name(mineral)} through time.`, price, {});
  const price_table = fan_table(`World price over base price, ${mineral_name(mineral)}`, price, 2);
  if (!has_demand(member, mineral)) {
    const text = `${member_name(member)} has no demand for ${mineral_name(mineral)}.`;
    ['fan-shortfall', 'fan-cover'].forEach((id) => say_instead(by_id(id), text));
    show_numbers('fan-numbers', price_table);
    return;
  }
  const shortfall = fan_rows(timeline.shortfall_mean[member][mineral],
    timeline.shortfall_quantile[member][mineral], 100);
  const cover = fan_rows(timeline.days_of_cover_mean[member][mineral],
    timeline.days_of_cover_quantile[member][mineral], 1);
  if (Math.max(...shortfall.flatMap((row) => [row.q99, row.mean])) > 0) {
    draw_fan('fan-shortfall', `Shortfall of ${place} through time.`, shortfall, { with_99: true });
  } else {
    say_instead(by_id('fan-shortfall'), 'No shortfall in any step.');
  }
  draw_fan('fan-cover', `Days of cover of ${place} through time.`, cover, {});
  show_numbers('fan-numbers', fan_table(`Shortfall, % of the demand of each step, ${place}`, shortfall, 2),
    fan_table(`Days of cover, ${place}`, cover, 1), price_table);
}
