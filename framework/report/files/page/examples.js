// Shows the held-out examples from the JSON in #examples-data: one column and one variant at a time, by gain or loss.
(() => {
  const source = document.getElementById('examples-data');
  if (!source) return;
  const columns = JSON.parse(source.textContent);
  const box = document.getElementById('examples');
  const state = { column: 0, variant: 0, losses: true };

  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const number = (value) => String(Number(value.toPrecision(4))).replace('-', '−');

  const select = (label, options, chosen, choose) => {
    const made = element('select');
    made.setAttribute('aria-label', label);
    options.forEach((option, i) => made.append(new Option(option, i, false, i === chosen)));
    made.onchange = () => { choose(Number(made.value)); show(made.getAttribute('aria-label')); };
    return made;
  };

  const order = () => {
    const choice = element('div', undefined, 'choice');
    choice.setAttribute('role', 'group');
    choice.setAttribute('aria-label', 'Order');
    [['largest losses', true], ['largest gains', false]].forEach(([label, losses]) => {
      const button = element('button', label);
      button.type = 'button';
      button.setAttribute('aria-pressed', String(state.losses === losses));
      button.onclick = () => { state.losses = losses; show(label); };
      choice.append(button);
    });
    return choice;
  };

  const table = (column, rows) => {
    const made = element('table', undefined, 'examples');
    const unit = column.unit ? ', ' + column.unit : '';
    const head = element('tr');
    [['example', 'text'], ['text', 'text'], ['answer', 'text'], ['base' + unit], ['variant' + unit], ['gain']].forEach(([title, name]) => {
      const cell = element('th', title, name);
      cell.scope = 'col';
      head.append(cell);
    });
    made.createTHead().append(head);
    const body = made.createTBody();
    for (const [place, base, variant, gain] of rows) {
      const [id, text, answer] = column.texts[place];
      const row = body.insertRow();
      const name = element('th', id, 'text');
      name.scope = 'row';
      row.append(name, element('td', text, 'text shown'), element('td', answer, 'text'), element('td', number(base)), element('td', number(variant)));
      const last = element('td');
      last.append(element('span', (gain > 0 ? '+' : '') + number(gain), 'delta ' + (gain > 0 ? 'better' : 'worse')));
      row.append(last);
    }
    return made;
  };

  // `focus`: what had the keyboard's focus before it was made anew.
  const show = (focus) => {
    const column = columns[state.column];
    state.variant = Math.min(state.variant, column.variants.length - 1);
    const variant = column.variants[state.variant];
    const rows = variant.rows.filter((row) => (row[3] < 0) === state.losses).sort((a, b) => Math.abs(b[3]) - Math.abs(a[3]));
    box.textContent = '';
    if (columns.length > 1) box.append(select('Metric', columns.map((c) => c.title), state.column, (i) => { state.column = i; }));
    box.append(select('Variant of examples', column.variants.map((v) => v.name), state.variant, (i) => { state.variant = i; }), order());
    const holder = element('div', undefined, 'scroll');
    holder.tabIndex = 0;
    holder.setAttribute('role', 'region');
    holder.setAttribute('aria-label', 'Examples of ' + variant.name);
    holder.append(rows.length ? table(column, rows) : element('p', state.losses ? 'It loses on none.' : 'It gains on none.', 'note'));
    box.append(holder);
    if (focus === null) return;
    [...box.querySelectorAll('button, select')].filter((control) => [control.textContent, control.getAttribute('aria-label')].includes(focus))
      .forEach((control) => control.focus());
  };
  show(null);
})();
