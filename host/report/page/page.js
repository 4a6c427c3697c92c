// Puts the page together and keeps the choosers of a cell in step.
const choosers = [];

function choose(member, mineral) {
  for (const { member_select, mineral_select } of choosers) {
    for (const [select, value] of [[member_select, member], [mineral_select, mineral]]) {
      select.value = value;
      // What a printed page says in the chooser's place.
      select.parentElement.dataset.chosen = select.selectedOptions[0].text;
    }
  }
  draw_fans(member, mineral);
  draw_attribution(member, mineral);
  show_worst_paths(member, mineral);
}

function add_chooser(place) {
  const options = (all, name) => all.map((k) => make('option', { value: k }, name(k)));
  const member_select = make('select', {}, ...options(all_members, member_name));
  const mineral_select = make('select', {}, ...options(all_minerals, mineral_name));
  place.append(make('label', {}, make('span', {}, 'Member'), member_select),
    make('label', {}, make('span', {}, 'Mineral'), mineral_select));
  const chosen = () => choose(Number(member_select.value), Number(mineral_select.value));
  member_select.addEventListener('change', chosen);
  mineral_select.addEventListener('change', chosen);
  choosers.push({ member_select, mineral_select });
}

document.querySelectorAll('.chooser').forEach(add_chooser);
show_head();
show_glance();
draw_exceedance();
show_shortfalls(choose);
note_thin_fans();
start_attribution();
show_uncertain();
choose(worst_cell.member, worst_cell.mineral);
show_input();
show_origin();
follow_the_page();
