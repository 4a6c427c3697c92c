// Drawing with Vega: one look, pictures that follow the width of the page and know paper.
const font = 'system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif';
const look = {
  background: null,
  axis: {
    labelFont: font, titleFont: font, labelFontSize: 11, titleFontSize: 11,
    titleFontWeight: 'normal', labelColor: 'var(--ink-soft)', titleColor: 'var(--ink-soft)',
    domainColor: 'var(--rule)', tickColor: 'var(--rule)', gridColor: 'var(--grid)', tickSize: 4,
    labelPadding: 4, titlePadding: 6,
  },
  legend: {
    labelFont: font, titleFont: font, labelFontSize: 11, titleFontSize: 11,
    titleFontWeight: 'normal', labelColor: 'var(--ink-soft)', titleColor: 'var(--ink-soft)',
  },
  text: { font, fontSize: 11 },
};

const pictures = new Map();  // container -> what is drawn in it
let on_paper = false;
const dark_scheme = matchMedia('(prefers-color-scheme: dark)');
const is_dark = () => dark_scheme.matches && !on_paper;

function render(container) {
  const picture = pictures.get(container);
  picture.view?.finalize();
  picture.width = on_paper ? picture.paper_width : container.clientWidth;
  const spec = {
    $schema: 'https://vega.github.io/schema/vega/v5.json',
    config: look, padding: 0, autosize: { type: 'fit-x', contains: 'padding' },
    width: picture.width, description: picture.label, ...picture.build(picture.width),
  };
  picture.view = new vega.View(vega.parse(spec), { renderer: 'svg', container });
  if (picture.on_click) {
    picture.view.addEventListener('click', (_, item) => item?.datum && picture.on_click(item.datum));
  }
  picture.view.run();
  // One picture to a screen reader, its table the way in, instead of a tree of marks.
  container.setAttribute('role', 'img');
  container.removeAttribute('aria-roledescription');
}

// build(width): a Vega specification less its size and look. paper_width: pixels on an A4 page.
function draw(container, { label, build, on_click, paper_width = 670 }) {
  pictures.get(container)?.view?.finalize();
  pictures.set(container, { label, build, on_click, paper_width });
  render(container);
}

// Instead of a picture that would be empty.
function say_instead(container, text) {
  pictures.get(container)?.view?.finalize();
  pictures.delete(container);
  container.removeAttribute('role');
  container.removeAttribute('aria-label');
  container.replaceChildren(make('p', { class: 'note' }, text));
}

const redraw_all = () => [...pictures.keys()].forEach(render);

function follow_the_page() {
  let waiting = 0;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      for (const [container, picture] of pictures) {
        if (!on_paper && container.clientWidth !== picture.width) render(container);
      }
    }, 100);
  });
  dark_scheme.addEventListener('change', redraw_all);
  for (const [event, paper] of [['beforeprint', true], ['afterprint', false]]) {
    addEventListener(event, () => {
      on_paper = paper;
      redraw_all();
      // Paper cannot unfold what stands nowhere else.
      document.querySelectorAll('details.on-paper').forEach((one) => { one.open = paper; });
    });
  }
}

// Names reach Vega as the range of a scale over indices, never inside an expression, which a name
// could end or break; and two places of one name stay two.
const name_scale = (name, all, name_of_one) =>
  ({ name, type: 'ordinal', domain: all, range: all.map(name_of_one) });
const named_by = (scale) => ({ labels: { update: { text: { scale, field: 'value' } } } });

const number_axis = (title, more = {}) => ({
  orient: 'left', scale: 'y', grid: true, domain: false, ticks: false, tickCount: 4, title, ...more,
});
