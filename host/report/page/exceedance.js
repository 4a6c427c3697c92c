// Loss of a year against its return period, a small panel for each member.
const periods = axes.return_period;

function exceedance_points(member) {
  return periods.map((period, k) => ({
    period,
    loss: summary.member_loss_return[member][k],
    low: summary.member_loss_return_lo[member][k],
    high: loss_return_high(member, k),
    thin: loss_return_is_thin(member, k),
  }));
}

function exceedance_spec(member) {
  const points = exceedance_points(member);
  const largest = Math.max(...points.flatMap((p) => [p.loss, p.high ?? 0]));
  const [unit, unit_name] = largest >= 1e9 ? [1e9, 'bn USD'] : [1e6, 'm USD'];
  const top = largest / unit;
  const values = points.map((p) => ({
    ...p, loss: p.loss / unit, low: p.low / unit, high: p.high / unit, is_open: !present(p.high),
    tip: `once in ${count(p.period)} years: ${dollars(p.loss)} (${interval(p.low, p.high, dollars)})`,
  }));
  // The dashed part begins where the solid one ends.
  const first_thin = values.findIndex((p) => p.thin);
  const n_firm = first_thin < 0 ? values.length : first_thin;
  const x = { scale: 'x', field: 'period' };
  const line = (name, dash) => ({
    type: 'line', from: { data: name }, interactive: false,
    encode: { enter: { x, y: { scale: 'y', field: 'loss' }, stroke: { value: 'var(--accent)' },
      strokeWidth: { value: 2 }, strokeDash: { value: dash } } },
  });
  return {
    height: 130,
    data: [
      { name: 'all', values },
      { name: 'firm', values: values.slice(0, n_firm) },
      { name: 'thin', values: n_firm < values.length ? values.slice(Math.max(n_firm - 1, 0)) : [] },
    ],
    scales: [
      { name: 'x', type: 'log', domain: [periods[0], periods.at(-1)], range: 'width' },
      { name: 'y', type: 'linear', domain: [0, top], nice: 4, range: 'height' },
    ],
    axes: [
      number_axis(unit_name),
      { orient: 'bottom', scale: 'x', values: [2, 10, 100, 1000], format: ',d', title: 'years' },
    ],
    marks: [
      { type: 'area', from: { data: 'all' }, interactive: false,
        encode: { enter: { x, y: { scale: 'y', field: 'low' },
          y2: { signal: "datum.is_open ? 0 : scale('y', datum.high)" },
          fill: { value: 'var(--accent)' }, fillOpacity: { value: 0.2 } } } },
      line('firm', []),
      line('thin', [4, 3]),
      { type: 'symbol', from: { data: 'all' },
        encode: { enter: { x, y: { scale: 'y', field: 'loss' }, size: { value: 26 },
          stroke: { value: 'var(--accent)' }, tooltip: { field: 'tip' },
          fill: { signal: "datum.thin ? 'var(--paper)' : 'var(--accent)'" } } } },
    ],
  };
}

function exceedance_caption(member) {
  const k = periods.indexOf(100);
  const caption = make('span', {}, `1 in 100 years: ${dollars(summary.member_loss_return[member][k])}`);
  if (loss_return_is_thin(member, k)) caption.append(' ', dagger());
  return make('figcaption', {}, make('strong', {}, member_name(member)), caption);
}

function draw_exceedance() {
  const place = by_id('exceedance');
  const largest = (member) => Math.max(...summary.member_loss_return[member]);
  const with_loss = all_members.filter((member) => largest(member) > 0);
  const order = with_loss.sort((a, b) => largest(b) - largest(a));
  for (const member of order) {
    const picture = make('div');
    place.append(make('figure', {}, exceedance_caption(member), picture));
    draw(picture, {
      label: `Loss of a year of ${member_name(member)} by return period; the numbers are in the table below.`,
      build: () => exceedance_spec(member),
      paper_width: 205,
    });
  }
  exceedance_note(place, order.length);
  show_numbers('exceedance-numbers', exceedance_table(), horizon_loss_table());
}

function exceedance_note(place, n_drawn) {
  if (n_drawn === all_members.length) return;
  const none = all_members.filter((member) => !(Math.max(...summary.member_loss_return[member]) > 0));
  const text = data.scenario.n_years === 0 ? 'The horizon has no whole year.'
    : n_drawn === 0 ? 'No member lost anything in any sampled year: every curve is zero.'
      : `No loss in any of these return periods: ${none.map(member_name).join(', ')}.`;
  place.after(make('p', { class: 'note' }, text));
  by_id('exceedance-legend').hidden = n_drawn === 0;
}

function exceedance_table() {
  const rows = all_members.map((member) => [member_name(member), ...periods.map((_, k) => figure_cell(
    dollars(summary.member_loss_return[member][k]),
    interval(summary.member_loss_return_lo[member][k], loss_return_high(member, k), dollars),
    loss_return_is_thin(member, k), loss_return_paths_needed(member, k)))]);
  return table('Loss of a year, by return period in years, with its 95 % interval',
    [{ heading: 'Member' }, ...periods.map((period) => ({ heading: count(period) }))], rows);
}

function horizon_loss_table() {
  const rows = all_members.map((member) => [member_name(member),
    figure_cell(`${dollars(summary.member_loss_mean[member])} ± ${dollars(summary.member_loss_stderr[member])}`),
    figure_cell(dollars(summary.member_loss_cvar[member][level_95]),
      interval(summary.member_loss_cvar_lo[member][level_95], summary.member_loss_cvar_hi[member][level_95], dollars),
      summary.member_loss_thin[member][level_95] === 1, summary.member_loss_paths_needed[member][level_95])]);
  return table('Loss over the horizon',
    ['Member', 'Mean ± standard error', 'CVaR 95, with its 95 % interval'].map((heading) => ({ heading })), rows);
}
