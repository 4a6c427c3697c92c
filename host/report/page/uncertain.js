// Chance and not knowing: what the spread of losses and shortfalls would be if the inputs were known.
const uncertain = data.uncertain;

// Losses as multiples of each member's mean, so that all fit one picture.
function uncertain_rows() {
  const { mean_lo, mean_hi, p5, p95 } = uncertain.member_loss;
  return all_members.map((member) => ({ member, mean: summary.member_loss_mean[member],
    low: mean_lo[member], high: mean_hi[member], path_low: p5[member], path_high: p95[member] }))
    .filter((row) => row.mean > 0 && present(row.low) && present(row.path_high))
    .map((row, at) => ({ ...row, at, name: member_name(row.member),
      tip: `${member_name(row.member)}: mean ${dollars(row.mean)}, ${dollars(row.low)} to ${dollars(row.high)} `
        + `by what the inputs may be; single paths ${dollars(row.path_low)} to ${dollars(row.path_high)}` }));
}

function uncertain_spec(rows, width) {
  const span = (low, high) => ({ x: { scale: 'x', signal: `datum.${low} / datum.mean` },
    x2: { scale: 'x', signal: `datum.${high} / datum.mean` } });
  const bar = (low, high, height, opacity) => ({ type: 'rect', from: { data: 'rows' },
    encode: { enter: { ...span(low, high), yc: { scale: 'y', field: 'at', band: 0.5 },
      height: { value: height }, fill: { value: 'var(--accent)' }, fillOpacity: { value: opacity },
      tooltip: { field: 'tip' } } } });
  return {
    height: rows.length * 26,
    data: [{ name: 'rows', values: rows }],
    scales: [
      { name: 'y', type: 'band', domain: rows.map((row) => row.at), range: 'height', padding: 0.15 },
      name_scale('member_of', rows.map((row) => row.at), (at) => rows[at].name),
      { name: 'x', type: 'linear', range: 'width', nice: true, zero: true,
        domain: [0, Math.max(...rows.map((row) => Math.max(row.path_high, row.high) / row.mean))] },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', grid: true, domain: false, ticks: false, tickCount: 5,
        title: 'loss over the mean loss' },
      { orient: 'left', scale: 'y', domain: false, ticks: false, labelLimit: Math.min(150, width * 0.35),
        encode: named_by('member_of') },
    ],
    marks: [
      bar('path_low', 'path_high', 6, 0.25),
      bar('low', 'high', 12, 0.75),
      { type: 'rule', from: { data: 'rows' },
        encode: { enter: { x: { scale: 'x', value: 1 }, yc: { scale: 'y', field: 'at', band: 0.5 },
          y: { scale: 'y', field: 'at' }, y2: { scale: 'y', field: 'at', band: 1 },
          stroke: { value: 'var(--ink)' }, strokeWidth: { value: 1.5 } } } },
    ],
  };
}

// The input that explains most of what is not known, where draws tell.
function telling_input(member) {
  const shares = uncertain.member_loss.input_share.map((of_input) => of_input[member]);
  const most = Math.max(...shares.map((share) => share ?? 0));
  return most > 0 ? `${uncertain.input[shares.indexOf(most)]} (${percent(most, 0)}\u00a0%)` : absent;
}

function uncertain_tables() {
  const loss = uncertain.member_loss;
  const rows = all_members.map((member) => [member_name(member), dollars(summary.member_loss_mean[member]),
    `${dollars(loss.mean_lo[member])} to ${dollars(loss.mean_hi[member])}`,
    `${dollars(loss.p5[member])} to ${dollars(loss.p95[member])}`,
    percent(loss.between_share[member]), telling_input(member)]);
  const headings = ['Member', 'Mean', 'Mean, by what inputs may be', 'Single paths', 'Not knowing, % of variance',
    'Input that tells most'];
  const shortfall = uncertain.shortfall;
  return [
    table('Loss over the horizon, bands of 5 to 95 %', headings.map((heading) => ({ heading })), rows),
    cell_grid('Mean shortfall, % of demand, with its 5 to 95 % by what the inputs may be', (member, mineral) =>
      figure_cell(percent(summary.shortfall_mean[member][mineral], 2),
        interval(shortfall.mean_lo[member][mineral], shortfall.mean_hi[member][mineral], (value) => percent(value, 2)))),
    table('The uncertain inputs', ['Input', 'Address', 'Distribution'].map((heading) => ({ heading, wrap: true })),
      uncertain.input.map((name, k) => [name, uncertain.address[k], uncertain.distribution[k]])),
  ];
}

function show_uncertain() {
  by_id('uncertain').hidden = uncertain === null;
  if (uncertain === null) return;
  by_id('uncertain-draws').textContent = count(uncertain.draws);
  const rows = uncertain_rows();
  if (rows.length === 0) {
    say_instead(by_id('uncertain-bands'), 'Too few draws, or no loss, to tell chance from not knowing.');
  } else {
    draw(by_id('uncertain-bands'), { label: 'Losses of each member: the band of the mean by what the inputs may be, '
      + 'and that of single paths. The numbers are in the table below.',
      build: (width) => uncertain_spec(rows, width) });
  }
  show_numbers('uncertain-numbers', ...uncertain_tables());
}
