'use strict';
// Draws the curves from the JSON in #data, one chart for the metric while training and one per loss term.
// Of the training stages one is drawn.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = (id) => document.getElementById(id);
  const state = { x: 'tokens', part: 'all', seeds: false, metric: '', stage: data.stages[data.stages.length - 1], variant: '', weighted: false };
  const hidden = new Set();
  let lit = null;  // The variant under the pointer in the legend.
  const charts = [];
  const AXES = { tokens: 'tokens', total_flops: 'FLOPs, student and teacher', student_flops: 'FLOPs, student' };
  const HUES = 6, DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const order = data.variants.map((v) => v.name);
  const others = data.variants.filter((v) => !v.base).map((v) => v.name);
  const onOthers = new Set(data.variants.filter((v) => v.other_examples).map((v) => v.name));
  const mark = (name) => (onOthers.has(name) ? ' (other examples)' : '');  // Of metrics while training.
  const style = (name) => {
    const i = others.indexOf(name);
    if (i < 0) return { color: css('--ink'), dash: [], width: 3 };
    return { color: css('--s' + (i % HUES)), dash: DASHES[Math.floor(i / HUES) % DASHES.length], width: 2 };
  };
  const compact = (v) => {
    const size = Math.abs(v);
    if (size >= 1e15 || (size > 0 && size < 1e-3)) return v.toExponential(1);
    for (const [limit, unit] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
      if (size >= limit) return Number((v / limit).toPrecision(3)) + ' ' + unit;
    }
    return String(Number(v.toPrecision(4)));
  };

  // Mean over seeds at each place of the series, with the lowest and the highest; x is the seeds' mean there, so that
  // uneven sequence lengths average out.
  const mean = (series) => {
    const sums = new Map();
    for (const points of series) {
      points.forEach((p) => {
        if (p.y === null) return;
        const s = sums.get(p.key) || { x: 0, y: 0, n: 0, low: Infinity, high: -Infinity };
        s.x += p.x; s.y += p.y; s.n += 1;
        s.low = Math.min(s.low, p.y); s.high = Math.max(s.high, p.y);
        sums.set(p.key, s);
      });
    }
    return [...sums.values()].filter((s) => s.n === series.length).map((s) => ({ x: s.x / s.n, y: s.y / s.n, low: s.low, high: s.high, n: s.n }));
  };
  const cut = (points, longest) => (state.part === 'all' ? points : points.filter((p) => p.x >= longest / 2));

  // The range of a line over seeds: its lower end, and its upper end that is filled down to it.
  const band = (line, longest) => {
    const points = cut(line.points, longest);
    if (line.seed !== null || !points.length || points[0].n < 2) return [];
    const end = (which, fill) => ({
      label: '', data: points.map((p) => ({ x: p.x, y: p[which] })), borderWidth: 0, pointRadius: 0, pointHitRadius: 0,
      fill, backgroundColor: style(line.variant).color + (lit === null || lit === line.variant ? '2e' : '0a'), order: 3, isBand: true,
    });
    return [end('low', false), end('high', '-1')];
  };

  // lines: [{variant, seed|null, points}]
  const draw = (canvas, lines, yTitle, small) => {
    const longest = Math.max(0, ...lines.map((l) => (l.points.length ? l.points[l.points.length - 1].x : 0)));
    const soft = css('--soft'), grid = css('--faint');
    const bands = small ? [] : lines.flatMap((line) => band(line, longest));
    const datasets = lines.map((line) => {
      const s = style(line.variant);
      const faded = lit !== null && lit !== line.variant;
      return {
        label: line.variant + (small ? '' : mark(line.variant)) + (line.seed === null ? '' : ', seed ' + line.seed), data: cut(line.points, longest),
        borderColor: faded ? grid : s.color, borderDash: s.dash, pointRadius: 0, pointHitRadius: 8, tension: 0,
        borderWidth: line.seed === null ? (lit === line.variant ? s.width + 1 : s.width) : 1.2,
        order: lit === line.variant ? 0 : (faded ? 2 : 1), backgroundColor: s.color,
      };
    });
    const ticks = { color: soft, font: { size: small ? 11 : 12 }, callback: compact, maxRotation: 0, maxTicksLimit: small ? 5 : 9 };
    const title = (text) => ({ display: !small, text, color: soft, font: { size: 13 } });
    charts.push(new Chart(canvas, {
      type: 'line', data: { datasets: [...bands, ...datasets] },
      options: {
        animation: false, parsing: false, normalized: true, maintainAspectRatio: false, responsive: true,
        interaction: { mode: 'nearest', axis: 'xy', intersect: false },
        plugins: {
          legend: { display: false },
          tooltip: {
            displayColors: false,
            filter: (item) => !item.dataset.isBand,
            callbacks: {
              title: (items) => (items.length ? items[0].dataset.label : ''),
              label: (item) => yTitle + ' ' + Number(item.parsed.y.toPrecision(5)) + ' at ' + compact(item.parsed.x) + ' ' + AXES[state.x],
            },
          },
        },
        scales: {
          x: { type: 'linear', min: state.part === 'all' ? 0 : longest / 2, max: longest, ticks, grid: { color: grid }, title: title(AXES[state.x]) },
          y: { ticks, grid: { color: grid }, title: title(yTitle) },
        },
      },
    }));
  };

  const shown = () => data.variants.filter((v) => !hidden.has(v.name));

  // The chosen stage of a run, which not every variant has.
  const NO_STAGE = { evaluations: { metrics: {} }, steps: { terms: {} } };
  const stageOf = (run) => run.stages[state.stage] || NO_STAGE;

  // The chosen metric, or the first one where the stage does not have it; buttons of those that it has not are hidden.
  const chooseMetric = () => {
    const has = (metric) => data.variants.some((v) => v.runs.some((run) => stageOf(run).evaluations.metrics[metric.name]));
    const here = data.metrics.filter(has);
    const metric = here.find((m) => m.name === state.metric) || here[0];
    document.querySelectorAll('[data-set="metric"] button').forEach((button) => {
      button.hidden = !here.some((m) => m.name === button.value);
      button.setAttribute('aria-pressed', String(metric !== undefined && button.value === metric.name));
    });
    return metric;
  };

  const drawMetric = () => {
    const canvas = byId('metric-chart');
    if (!canvas) return;
    const metric = chooseMetric();
    canvas.parentElement.hidden = !metric;
    const lines = [];
    for (const variant of metric ? shown() : []) {
      const series = [];
      for (const run of variant.runs) {
        const evaluations = stageOf(run).evaluations;
        const values = evaluations.metrics[metric.name];
        if (!values) continue;
        const points = values.map((y, i) => ({ key: evaluations.step[i], x: evaluations[state.x][i], y: y === null ? null : y * metric.scale }));
        series.push(points);
        if (state.seeds) lines.push({ variant: variant.name, seed: run.seed, points: points.filter((p) => p.y !== null) });
      }
      if (series.length && !state.seeds) lines.push({ variant: variant.name, seed: null, points: mean(series) });
    }
    if (metric) draw(canvas, lines, metric.title, false);
  };

  const termPoints = (run, name) => {
    const steps = stageOf(run).steps, term = steps.terms[name];
    const factor = state.weighted ? term.weight : 1;
    return term.values.map((y, i) => ({ key: steps.step[i], x: steps[state.x][i], y: y === null ? null : y * factor }));
  };

  const drawTerms = () => {
    const box = byId('terms');
    if (!box) return;
    box.textContent = '';
    const chosen = state.variant ? data.variants.filter((v) => v.name === state.variant) : shown();
    for (const name of data.terms) {
      const lines = [];
      const weights = new Set();
      for (const variant of chosen) {
        const runs = variant.runs.filter((run) => stageOf(run).steps.terms[name]);
        runs.forEach((run) => weights.add(stageOf(run).steps.terms[name].weight));
        const series = runs.map((run) => termPoints(run, name));
        if (state.variant) {
          runs.forEach((run, i) => lines.push({ variant: variant.name, seed: run.seed, points: series[i].filter((p) => p.y !== null) }));
        } else if (series.length) {
          lines.push({ variant: variant.name, seed: null, points: mean(series) });
        }
      }
      if (!lines.length) continue;
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      caption.textContent = name + ' ';
      const detail = document.createElement('span');
      detail.textContent = 'weight ' + [...weights].join(' or ') + (state.weighted ? ', weighted' : '');
      caption.append(detail);
      const holder = document.createElement('div');
      holder.className = 'small';
      const canvas = document.createElement('canvas');
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', 'Loss term ' + name + ' while training');
      holder.append(canvas);
      figure.append(caption, holder);
      box.append(figure);
      draw(canvas, lines, name, true);
    }
  };

  const redraw = () => {
    charts.splice(0).forEach((chart) => chart.destroy());
    drawMetric();
    drawTerms();
  };

  const sample = (name) => {
    const s = style(name);
    return '<svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="' + s.color +
      '" stroke-width="' + s.width + '" stroke-dasharray="' + s.dash.join(' ') + '"/></svg>';
  };
  const drawLegend = () => {
    const legend = byId('legend');
    if (!legend) return;
    legend.textContent = '';
    for (const name of order) {
      const button = document.createElement('button');
      button.type = 'button';
      button.innerHTML = sample(name);
      button.append(name + mark(name));
      button.setAttribute('aria-pressed', String(!hidden.has(name)));
      button.onclick = () => {
        if (!hidden.delete(name)) hidden.add(name);
        button.setAttribute('aria-pressed', String(!hidden.has(name)));
        redraw();
      };
      const light = (value) => { if (lit !== value) { lit = value; redraw(); } };
      button.onmouseenter = button.onfocus = () => light(hidden.has(name) ? null : name);
      button.onmouseleave = button.onblur = () => light(null);
      legend.append(button);
    }
  };

  document.querySelectorAll('[data-set]').forEach((control) => {
    const key = control.dataset.set;
    if (control.tagName === 'SELECT') {
      control.onchange = () => { state[key] = control.value; redraw(); };
      return;
    }
    control.querySelectorAll('button').forEach((button) => {
      button.onclick = () => {
        const value = button.value;
        state[key] = value === 'true' ? true : (value === 'false' ? false : value);
        control.querySelectorAll('button').forEach((b) => b.setAttribute('aria-pressed', String(b === button)));
        redraw();
      };
    });
  });
  // Views of which one is shown, such as the forest plots: the elements that the values of a choice's buttons name.
  document.querySelectorAll('[data-views]').forEach((choice) => {
    const buttons = [...choice.querySelectorAll('button')];
    buttons.forEach((button) => {
      button.onclick = () => buttons.forEach((b) => {
        b.setAttribute('aria-pressed', String(b === button));
        byId(b.value).hidden = b !== button;
      });
    });
  });

  // On paper: light colours, everything unfolded, charts as wide as the page, and tables small enough for it.
  const folded = [];
  const root = document.documentElement;
  const print = () => {
    if (root.classList.contains('printing')) return;
    root.classList.add('printing');
    document.querySelectorAll('details:not([open])').forEach((d) => { d.open = true; folded.push(d); });
    drawLegend();
    redraw();
    charts.forEach((chart) => chart.resize());
    document.querySelectorAll('.scroll').forEach((holder) => {
      const table = holder.firstElementChild;
      table.style.zoom = Math.min(1, holder.clientWidth / table.scrollWidth);
    });
  };
  const printed = () => {
    root.classList.remove('printing');
    folded.splice(0).forEach((d) => { d.open = false; });
    document.querySelectorAll('.scroll > *').forEach((table) => { table.style.zoom = ''; });
    drawLegend();
    redraw();
  };
  addEventListener('beforeprint', print);
  addEventListener('afterprint', printed);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { drawLegend(); redraw(); });
  drawLegend();
  redraw();
})();
