// The page of a neighbourhood: draws what Python laid out; selects by pointer, keyboard and list. Text stays text.
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const box = document.getElementById('net');
  const list = document.getElementById('list');
  const status = document.getElementById('say');
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const byId = new Map(data.nodes.map((node) => [node.id, node]));
  const nodes = new vis.DataSet(data.nodes);
  const edges = new vis.DataSet(data.edges);
  const net = new vis.Network(box, { nodes, edges }, data.options);
  let selected = null;

  const ink = (name) => data.ink[name][dark.matches ? 1 : 0];

  function nodeColours(node) {
    const look = data.looks[node.look];
    const fill = dark.matches ? look.dark : look.fill;
    const strong = node.hollow && node.look !== 'low'; // the fill of "low" is too pale for an outline on white
    const line = strong || (node.hollow && dark.matches) ? fill : dark.matches ? ink('muted') : look.line;
    return { background: node.hollow ? ink('paper') : fill, border: node.id === selected ? ink('ink') : line };
  }

  function near(id) {
    return new Set([id, ...net.getConnectedNodes(id)]);
  }

  function paint() {
    const close = selected === null ? null : near(selected);
    nodes.update(data.nodes.map((node) => ({
      id: node.id,
      color: nodeColours(node),
      borderWidth: node.id === selected ? 4 : node.borderWidth,
      opacity: close && !close.has(node.id) ? 0.35 : 1,
      font: { ...data.options.nodes.font, color: close && !close.has(node.id) ? ink('muted') : ink('ink'),
        strokeWidth: 3, strokeColor: ink('paper') },
    })));
    edges.update(data.edges.map((edge) => {
      const touches = edge.from === selected || edge.to === selected;
      const look = edge.risky && data.looks[edge.risky];
      const own = look ? (dark.matches ? look.dark : look.fill) : ink('link');
      return { id: edge.id, color: { color: touches ? ink('ink') : own, opacity: close && !touches ? 0.3 : 1 } };
    }));
  }

  function links(id) {
    const up = data.edges.filter((edge) => edge.from === id).length;
    const down = data.edges.filter((edge) => edge.to === id).length;
    return `${up} drawn upstream, ${down} downstream`;
  }

  function select(id, full) {
    selected = id;
    net.unselectAll();
    paint();
    for (const button of list.querySelectorAll('button')) {
      if (Number(button.dataset.id) === id) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
    const node = byId.get(id);
    status.textContent = node ? (full ? `${node.said} · ${links(id)}` : node.said) : '';
  }

  function reveal(id) {
    const at = net.getPosition(id);
    const seen = net.canvasToDOM(at);
    const out = seen.x < 60 || seen.y < 40 || seen.x > box.clientWidth - 60 || seen.y > box.clientHeight - 40;
    if (out) net.moveTo({ position: at, animation: false });
  }

  function next(right, down) {
    const all = net.getPositions();
    const from = all[selected ?? data.middle];
    let best = null;
    let least = Infinity;
    for (const node of data.nodes) {
      const dx = all[node.id].x - from.x;
      const dy = all[node.id].y - from.y;
      const ahead = dx * right + dy * down;
      if (ahead <= 1) continue;
      const cost = ahead + 3 * Math.abs(dx * down) + 3 * Math.abs(dy * right);
      if (cost < least) { least = cost; best = node.id; }
    }
    return best;
  }

  function zoom(by) {
    net.moveTo({ scale: Math.min(4, Math.max(0.05, net.getScale() * by)), animation: false });
  }

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  box.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows[event.key]) {
      const id = selected === null ? data.middle : next(...arrows[event.key]);
      if (id !== null) { select(id, false); reveal(id); }
    } else if (event.key === 'Enter') select(selected ?? data.middle, true);
    else if (event.key === 'Escape') select(null, false);
    else if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') net.fit({ animation: false });
    else return;
    event.preventDefault();
  });
  net.on('click', (event) => select(event.nodes.length ? event.nodes[0] : null, true));
  list.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const id = Number(button.dataset.id);
    select(id, true);
    reveal(id);
  });
  dark.addEventListener('change', paint);

  // All of it if that can be read, else the middle, with as little empty space beside it as may be.
  function begin() {
    net.fit({ animation: false });
    if (net.getScale() > 1.2) net.moveTo({ scale: 1.2, animation: false });
    if (net.getScale() > 0.55) return;
    const scale = 0.7;
    const at = { x: 0, y: 0 };
    for (const [axis, length] of [['x', box.clientWidth], ['y', box.clientHeight]]) {
      const places = data.nodes.map((node) => node[axis]);
      const half = length / scale / 2 - 130;
      const least = Math.min(...places) + half;
      const most = Math.max(...places) - half;
      at[axis] = least > most ? (least + most) / 2 : Math.min(most, Math.max(least, 0));
    }
    net.moveTo({ position: at, scale, animation: false });
  }

  paint();
  begin();
  net.once('afterDrawing', () => { document.documentElement.dataset.ready = String(Math.round(performance.now())); });
})();
