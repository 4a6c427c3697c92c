// What is text and tables: the head, the maps of shortfalls, worst paths, the input, provenance.
const by_value = (value) => (a, b) => value(b) - value(a);
const cvar = (member, mineral) => summary.shortfall_cvar[member][mineral][level_95];

const cells_by_cvar = all_members
  .flatMap((member) => all_minerals.map((mineral) => ({ member, mineral })))
  .filter(({ member, mineral }) => has_demand(member, mineral))
  .sort(by_value(({ member, mineral }) => cvar(member, mineral)));
// Of a scenario in which nobody has demand, there is still something to look at.
const worst_cell = cells_by_cvar[0] ?? { member: 0, mineral: 0 };

const many = (number, one, more) => `${count(number)} ${number === 1 ? one : more}`;

function show_head() {
  const { scenario, origin } = data;
  by_id('name').textContent = scenario.name;
  const horizon = scenario.n_steps / scenario.steps_per_year;
  by_id('lede').textContent = `${many(all_members.length, 'member', 'members')}, `
    + `${many(all_minerals.length, 'mineral', 'minerals')}, ${many(Number(horizon.toFixed(2)), 'year', 'years')} `
    + `from ${scenario.start_date} in ${many(scenario.n_steps, 'step', 'steps')}. `
    + `${many(origin.paths_done, 'path', 'paths')}, seed ${origin.seed}.`;
  by_id('threshold').textContent = `${Number((100 * scenario.short_threshold).toPrecision(6))}\u00a0%`;
}

function glance_shortfall() {
  const { member, mineral } = worst_cell;
  if (!(cvar(member, mineral) > 0)) return ['No member runs short of anything on any path.'];
  const line = make('span', {}, 'The most severe shortfall: ',
    make('strong', {}, `${member_name(member)}, ${mineral_name(mineral)}`),
    `. In the worst twentieth of paths ${percent(cvar(member, mineral))}\u00a0% of the demand of the horizon is missing`
    + ` (${interval(summary.shortfall_cvar_lo[member][mineral][level_95], summary.shortfall_cvar_hi[member][mineral][level_95], percent)}\u00a0%),`
    + ` on average over all paths ${percent(summary.shortfall_mean[member][mineral], 2)}\u00a0%.`);
  if (summary.shortfall_thin[member][mineral][level_95]) line.append(' ', dagger());
  const longest = [...cells_by_cvar]
    .sort(by_value((cell) => summary.months_short_mean[cell.member][cell.mineral]))[0];
  return [line, make('span', {}, 'The longest time short: ',
    make('strong', {}, `${member_name(longest.member)}, ${mineral_name(longest.mineral)}`),
    `, ${months(summary.months_short_mean[longest.member][longest.mineral])} months of the horizon on average;`
    + ` the chance of any such time is ${percent(summary.short_probability[longest.member][longest.mineral])}\u00a0%.`)];
}

function glance_loss() {
  const member = [...all_members].sort(by_value((m) => summary.member_loss_mean[m]))[0];
  if (!(summary.member_loss_mean[member] > 0)) return ['No member loses anything on any path.'];
  const line = make('span', {}, 'The largest loss: ', make('strong', {}, member_name(member)),
    `, ${dollars(summary.member_loss_mean[member])} expected over the horizon,`
    + ` ${dollars(summary.member_loss_cvar[member][level_95])} in the worst twentieth of paths.`);
  if (summary.member_loss_thin[member][level_95]) line.append(' ', dagger());
  return [line];
}

function glance_thin() {
  const n_thin = cells_by_cvar.filter(({ member, mineral }) =>
    summary.shortfall_thin[member][mineral][level_95]).length;
  return n_thin === 0 ? [] : [`Too few paths support CVaR 95 of ${many(n_thin, 'cell', 'cells')} out of `
    + `${count(cells_by_cvar.length)}; they are marked †.`];
}

function show_glance() {
  const lines = data.origin.paths_done === 0 ? ['No path has been sampled yet.']
    : [...glance_shortfall(), ...glance_loss(), ...glance_thin()];
  by_id('glance-list').replaceChildren(...lines.map((line) => make('li', {}, line)));
}

function show_shortfalls(choose) {
  draw_heat_map('cvar-map', 'CVaR 95 of the shortfall for each mineral and member.', 'CVaR 95 of shortfall, % of demand',
    (member, mineral) => {
      const range = interval(summary.shortfall_cvar_lo[member][mineral][level_95],
        summary.shortfall_cvar_hi[member][mineral][level_95], percent);
      const thin = summary.shortfall_thin[member][mineral][level_95] === 1;
      const needed = thin ? `; needs ${count(summary.shortfall_paths_needed[member][mineral][level_95])} paths` : '';
      return { value: 100 * cvar(member, mineral), text: percent(cvar(member, mineral)), thin,
        tip: `${percent(cvar(member, mineral), 2)}\u00a0% (${range})${needed}` };
    }, choose);
  show_numbers('cvar-numbers', cell_grid('CVaR 95 of the shortfall, % of demand, with its 95 % interval',
    (member, mineral) => figure_cell(percent(cvar(member, mineral), 2),
      interval(summary.shortfall_cvar_lo[member][mineral][level_95],
        summary.shortfall_cvar_hi[member][mineral][level_95], (value) => percent(value, 2)),
      summary.shortfall_thin[member][mineral][level_95] === 1,
      summary.shortfall_paths_needed[member][mineral][level_95])));
  draw_heat_map('months-map', 'Expected months short for each mineral and member.', 'expected months short',
    (member, mineral) => {
      const value = summary.months_short_mean[member][mineral];
      return { value, text: months(value),
        tip: `${fixed(value, 2)} months; chance of any ${percent(summary.short_probability[member][mineral])}\u00a0%` };
    }, choose);
  show_numbers('months-numbers',
    cell_grid('Expected months short, ± its standard error', (member, mineral) =>
      figure_cell(`${fixed(summary.months_short_mean[member][mineral], 2)} ± ${fixed(summary.months_short_stderr[member][mineral], 2)}`)),
    cell_grid('Chance of being short at all, %, with its 95 % interval', (member, mineral) =>
      figure_cell(percent(summary.short_probability[member][mineral]),
        interval(summary.short_probability_lo[member][mineral], summary.short_probability_hi[member][mineral], percent))));
}

const replay_command = (path) => `blocrisk replay ${shell_word(data.origin.file)} --path ${path}`;
const shell_word = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// The first entry may carry the story of its path.
function worst_table(id, caption, unit, paths, format) {
  if (paths.length === 0) {
    by_id(id).replaceChildren(make('p', { class: 'note' }, 'On no path is there any.'));
    return;
  }
  const stories = paths.filter((entry) => entry.story).map((entry) => make('details', {},
    make('summary', {}, `The story of path ${entry.path}`), make('pre', {}, entry.story)));
  by_id(id).replaceChildren(table(caption, ['Rank', 'Path', unit].map((heading) => ({ heading })),
    paths.map((entry, rank) => [`${rank + 1}`, `${entry.path}`, format(entry.value)])), ...stories);
}

function show_worst_paths(member, mineral) {
  const by_shortfall = data.worst_paths.by_shortfall[member][mineral];
  const by_loss = data.worst_paths.by_loss[member];
  worst_table('worst-shortfall', `${member_name(member)}, ${mineral_name(mineral)}`, '% of demand missing',
    by_shortfall, (value) => percent(value, 2));
  worst_table('worst-loss', member_name(member), 'Loss over the horizon', by_loss, dollars);
  const first = by_shortfall[0] ?? by_loss[0];
  by_id('replay-command').textContent = replay_command(first ? first.path : 'NUMBER');
}

function minerals_table() {
  const columns = [{ heading: 'Mineral' }, { heading: 'N−1 coverage, %' },
    ...axes.stage.map((stage) => ({ heading: `HHI, ${stage.replaceAll('_', ' ')}` })),
    ...axes.stage.map((stage) => ({ heading: `Scale, ${stage.replaceAll('_', ' ')}` }))];
  return table('Base year, for each mineral', columns, all_minerals.map((mineral) => [
    mineral_name(mineral), percent(diagnostics.n1_coverage[mineral]),
    ...diagnostics.hhi[mineral].map((value) => fixed(value, 2)),
    ...diagnostics.calibration_scale[mineral].map((value) => fixed(value, 3))]));
}

function show_input() {
  by_id('minerals-table').replaceChildren(minerals_table());
  draw_heat_map('reliance-map', 'Import reliance for each mineral and member.', 'import reliance, % of demand',
    (member, mineral) => {
      const value = diagnostics.import_reliance[member][mineral];
      return { value: 100 * value, text: percent(value, 0), tip: `${percent(value)}\u00a0%` };
    });
  show_numbers('reliance-numbers', cell_grid('Import reliance, % of demand', (member, mineral) =>
    percent(diagnostics.import_reliance[member][mineral])));
  by_id('adjustments').replaceChildren(adjustments_text());
}

function adjustments_text() {
  const say = (text) => make('p', { class: 'note' }, text);
  if (data.adjustments === null) return say('This program cannot read the scenario in the file, so that it cannot tell.');
  if (data.adjustments.length === 0) return say('Nothing.');
  const columns = [{ heading: 'Mineral' }, { heading: 'Stage', text: true }, { heading: 'What', text: true },
    { heading: 'Adjusted', wrap: true }];
  const rows = data.adjustments.map((entry) =>
    [name_of(data.names.mineral, entry.mineral), entry.stage, entry.subject, entry.message]);
  return make('details', { class: 'on-paper' },
    make('summary', {}, many(rows.length, 'adjustment', 'adjustments')),
    table('In the order in which calibration made them', columns, rows));
}

function show_origin() {
  const { origin } = data;
  const asked = origin.paths_done === origin.paths_asked ? '' : ` of ${count(origin.paths_asked)} asked`;
  const rows = [
    ['Result file', origin.file], ['Seed', origin.seed],
    ['Paths', `${count(origin.paths_done)}${asked}`], ['Path numbers', origin.path_ranges],
    ['Stopped because', origin.stop_reason], ['Scenario, SHA-256', origin.scenario_sha256],
    ['Calibrated network, hash', origin.network_hash],
    ['Program', `blocrisk ${origin.engine_version}, commit ${origin.commit}`],
    ['Command', origin.command_line], ['Backend', origin.backend], ['Devices', origin.devices],
    ['Compiler', origin.compiler], ['Started', origin.start_time], ['Ended', origin.end_time],
  ].filter(([, value]) => present(value));
  by_id('origin-facts').replaceChildren(...rows.flatMap(([name, value]) =>
    [make('dt', {}, name), make('dd', {}, value)]));
}
