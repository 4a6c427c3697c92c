// The data of the page, names for people, and numbers as people read them.
const data = JSON.parse(document.getElementById('data').textContent);
const { axes, summary, timeline, diagnostics } = data;
const all_members = axes.member.map((_, i) => i);
const all_minerals = axes.mineral.map((_, i) => i);
const level_95 = axes.level.indexOf(0.95);

// Own properties only: an id may well be called "constructor".
function name_of(names, id) {
  return Object.hasOwn(names, id) ? names[id] : id.replaceAll('_', ' ');
}
const country_name = (id) => name_of(data.names.country, id);
const member_id = (member) => axes.member[member];
const member_name = (member) => country_name(member_id(member));
const mineral_name = (mineral) => name_of(data.names.mineral, axes.mineral[mineral]);

// The file has no reliance where there is no demand.
const has_demand = (member, mineral) => diagnostics.import_reliance[member][mineral] !== null;

const absent = '–';
const present = (value) => value !== null && value !== undefined;

// What would round to nothing without being it is told from zero.
function fixed(value, decimals) {
  if (!present(value)) return absent;
  if (value === 0) return '0';
  const least = 10 ** -decimals;
  return Math.abs(value) < least / 2 ? `<${least.toFixed(decimals)}` : value.toFixed(decimals);
}
const count = (number) => number.toLocaleString('en-GB');
const percent = (ratio, decimals = 1) => fixed(present(ratio) ? 100 * ratio : ratio, decimals);
const months = (value) => fixed(value, 1);

function dollars(usd) {
  if (!present(usd)) return absent;
  if (usd === 0) return '$0';
  const [unit, name] = usd >= 1e9 ? [1e9, '\u00a0bn'] : usd >= 1e6 ? [1e6, '\u00a0m'] : [1, ''];
  const digits = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
  return `$${(usd / unit).toLocaleString('en-GB', digits)}${name}`;
}

// An interval without upper end is one that the paths cannot close.
function interval(low, high, format) {
  if (!present(low)) return '';
  return present(high) ? `${format(low)} to ${format(high)}` : `${format(low)} or more`;
}

// Paths that leave enough of them beyond a level.
const tail_paths_needed = (level) => Math.round(data.scenario.least_tail_samples / (1 - level));

const loss_return_paths_needed = (member, period) => summary.member_loss_return_paths_needed[member][period];
// What no path can exceed is no end that paths have found.
const loss_return_high = (member, period) => {
  const high = summary.member_loss_return_hi[member][period];
  return high < data.scenario.largest_annual_loss_usd[member] ? high : null;
};
const loss_return_is_thin = (member, period) => summary.member_loss_return_thin[member][period] === 1;

const start_ms = Date.parse(`${data.scenario.start_date}T00:00:00Z`);
const step_start = (step) => start_ms + axes.time[step] * 86400e3;
const day_text = (ms) => new Date(ms).toISOString().slice(0, 10);
