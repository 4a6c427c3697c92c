// A figure for each member and mineral as a coloured table.

// As wide as the longest name, at most a share of the picture; a character takes some 6.5 pixels.
const longest_mineral_name = Math.max(...all_minerals.map((mineral) => mineral_name(mineral).length));

// cells: [{member, mineral, value: null where there is no demand, text, thin, tip}].
function heat_map_spec(cells, title, width) {
  const narrow = width < 560;
  const label_width = Math.round(Math.min(longest_mineral_name * (narrow ? 6 : 6.6) + 8, width * 0.4));
  const has_text = (width - label_width) / all_members.length >= 34;
  const largest = Math.max(...cells.map((cell) => cell.value ?? 0));
  const strong_is_light = is_dark();
  const weight = `scale('weight', datum.value)`;
  return {
    height: all_minerals.length * (narrow ? 20 : 25),
    data: [{ name: 'cells', values: cells }],
    scales: [
      { name: 'x', type: 'band', domain: all_members, range: 'width', paddingInner: 0.04 },
      { name: 'y', type: 'band', domain: all_minerals, range: 'height', paddingInner: 0.06 },
      name_scale('member_name', all_members, member_id),
      name_scale('mineral_name', all_minerals, mineral_name),
      { name: 'weight', type: 'linear', domain: [0, largest || 1], range: [0, 1] },
      { name: 'colour', type: 'linear', domain: [0, largest || 1],
        range: { scheme: 'cividis', extent: strong_is_light ? [0.1, 1] : [1, 0] } },
    ],
    axes: [
      { orient: 'top', scale: 'x', domain: false, ticks: false,
        labelAngle: has_text ? 0 : -90, labelAlign: has_text ? 'center' : 'left',
        labelBaseline: has_text ? 'bottom' : 'middle', labelOverlap: false,
        encode: named_by('member_name') },
      { orient: 'left', scale: 'y', domain: false, ticks: false, labelLimit: label_width,
        labelOverlap: false, labelFontSize: narrow ? 10 : 11, minExtent: label_width, maxExtent: label_width,
        encode: named_by('mineral_name') },
    ],
    // Squares, for a gradient is referred to by the page's address, which some file names break.
    legends: largest > 0 ? [{ fill: 'colour', type: 'symbol', symbolType: 'square', symbolSize: 170,
      symbolStrokeWidth: 0, orient: 'bottom', direction: 'horizontal', columnPadding: 14,
      tickCount: narrow ? 3 : 5, title, titleLimit: width - label_width, offset: 10 }] : [],
    marks: [
      { type: 'rect', from: { data: 'cells' },
        encode: { enter: {
          x: { scale: 'x', field: 'member' }, width: { scale: 'x', band: 1 },
          y: { scale: 'y', field: 'mineral' }, height: { scale: 'y', band: 1 },
          fill: { signal: "datum.value > 0 ? scale('colour', datum.value) : 'var(--raised)'" },
          tooltip: { field: 'tip' }, cursor: { value: 'pointer' } } } },
      { type: 'text', from: { data: 'cells' }, interactive: false,
        encode: { enter: {
          x: { scale: 'x', field: 'member', band: 0.5 }, y: { scale: 'y', field: 'mineral', band: 0.5 },
          align: { value: 'center' }, baseline: { value: 'middle' },
          text: { signal: has_text ? "datum.text + (datum.thin ? '†' : '')"
            : "datum.value === null ? '·' : datum.thin ? '†' : ''" },
          fill: { signal: `!(datum.value > 0) ? 'var(--ink-soft)' : `
            + `${weight} ${strong_is_light ? '<' : '>'} 0.5 ? '#fff' : '#111'` } } } },
    ],
  };
}

// figure(member, mineral): {value: as the legend counts it, text, thin, tip}.
function draw_heat_map(id, label, title, figure, choose) {
  const cells = all_members.flatMap((member) => all_minerals.map((mineral) => {
    const place = `${member_name(member)}, ${mineral_name(mineral)}`;
    if (!has_demand(member, mineral)) {
      return { member, mineral, value: null, text: '·', thin: false, tip: `${place}: no demand` };
    }
    const { value, text, thin = false, tip } = figure(member, mineral);
    return { member, mineral, value, text, thin, tip: `${place}: ${tip}` };
  }));
  draw(by_id(id), {
    label: `${label} The numbers are in the table below.`,
    build: (width) => heat_map_spec(cells, title, width),
    on_click: choose && (({ member, mineral }) => member !== undefined && choose(member, mineral)),
  });
}

// The same as a table: members across, or, where each figure has an interval, a row a cell.
function cell_grid(caption, text) {
  return table(caption,
    [{ heading: 'Mineral' }, ...all_members.map((member) => ({ heading: member_id(member) }))],
    all_minerals.map((mineral) => [mineral_name(mineral), ...all_members.map((member) =>
      (has_demand(member, mineral) ? text(member, mineral) : '·'))]));
}
