// @ts-check
// The page selects, filters, searches and zooms what Python has drawn and counted. Names are data: they are only ever
// set as text or as attributes, never as markup.
'use strict';
(async () => {
const $ = selector => document.querySelector(selector), $$ = selector => [...document.querySelectorAll(selector)];
const SVG = 'http://www.w3.org/2000/svg';

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), char => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

/** Parts of 1 as numbers; an end of an interval that is not given is the estimate. */
function unfold(layer) {
  const part = number => number == null ? null : number / D.parts;
  layer.value = layer.value.map(part);
  layer.unknown = layer.unknown.map(part);
  layer.links.share = layer.links.share.map(part);
  for (const end of ['low', 'high']) layer[end] = layer[end].map((number, i) => number == null ? layer.value[i] : part(number));
}

if (typeof DecompressionStream === 'undefined') {
  $('#panel').textContent = 'This browser is too old to question the page: it shows the pictures only. '
    + 'Use Chrome or Edge 80, Firefox 113, Safari 16.4 or later.';
  return;
}
document.documentElement.classList.add('asks');  // without it the pictures stand one below the other
const D = await unpack(JSON.parse($('#data').textContent));
for (const one of Object.values(D.layers)) unfold(one);
const { sites, layers, lenses } = D, N = sites.id.length;
const numberOf = new Map(sites.id.map((id, i) => [`${sites.kind[i]}:${id}`, i]));
const LOOK_ORDER = ['severe', 'high', 'moderate', 'unknown', 'unlisted', 'low', 'neutral'];
const KIND_WORDS = ['start', 'company', 'smelter', 'mine'];
const state = { view: 'paths', sel: null, mineral: '', standing: '', lens: '', tier: '', supplier: '' };
const FILTERS = ['mineral', 'standing', 'lens', 'tier', 'supplier'];
const say = text => { $('#live').textContent = text; };

// ---- what the data say ---------------------------------------------------------------------------------------------

const digit = char => char === '-' ? -1 : +char;
const layer = () => layers[state.mineral];
const present = i => layer().present[i] === '1';
const lookOf = (i, of = layer()) => D.looks[digit(of.look[i])];
const percent = share => share == null ? 'unknown' : share > 0 && share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
const country = i => D.countries[sites.country[i]] || (sites.country[i] ? sites.country[i] : 'country unknown');

function interval(of, i) {
  const [value, low, high] = [of.value[i], of.low[i], of.high[i]];
  if (value == null || low == null || low.toFixed(3) === high.toFixed(3)) return percent(value);
  return `${percent(value)} [${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)} %]`;
}

function kindOf(i) {
  const kind = sites.kind[i];
  if (kind === 0) return 'company, where the map starts';
  if (kind === 1) return sites.tier[i] === 1 ? 'company, direct supplier' : `company, tier ${sites.tier[i]}`;
  return KIND_WORDS[kind];
}

/** Lists of neighbours of a layer, made when first needed: [upstream, downstream] per site, as indices of links. */
function neighbours(mineral) {
  const of = layers[mineral];
  if (!of.near) {
    const up = Array.from({ length: N }, () => []), down = Array.from({ length: N }, () => []);
    of.links.tail.forEach((tail, k) => { up[tail].push(k); down[of.links.head[k]].push(k); });
    of.near = { up, down };
  }
  return of.near;
}

function reach(start, side) {
  const lists = neighbours(state.mineral)[side], ends = layer().links[side === 'up' ? 'head' : 'tail'];
  const seen = new Set([start]), todo = [start];
  while (todo.length) for (const k of lists[todo.pop()]) if (!seen.has(ends[k])) { seen.add(ends[k]); todo.push(ends[k]); }
  return seen;
}

// ---- filters -------------------------------------------------------------------------------------------------------

let passing = new Uint8Array(N), passed = 0, upstream = null, downstream = null, near = null, ways = [];

/** The sites on the ways to and from the selected one, itself among them, and the links between them. */
function findNear() {
  const i = state.sel, { tail, head } = layer().links;
  upstream = i == null ? null : reach(i, 'up');
  downstream = i == null ? null : reach(i, 'down');
  near = i == null ? null : new Set([...upstream, ...downstream]);
  ways = [];
  if (near != null) for (let k = 0; k < tail.length; k++) if (near.has(tail[k]) && near.has(head[k])) ways.push(k);
}

function refilter() {
  const lens = state.lens ? new Set(lenses[state.lens].sites[state.mineral]) : null;
  const supplier = state.supplier === '' ? null : numberOf.get(`1:${state.supplier}`);
  const ofSupplier = supplier == null ? null : reach(supplier, 'up');
  const of = layer(), standing = D.standings.indexOf(state.standing);
  passed = 0;
  for (let i = 0; i < N; i++) {
    const fits = present(i) && (standing < 0 || digit(of.standing[i]) === standing) && (!lens || lens.has(i))
      && (state.tier === '' || sites.tier[i] === +state.tier) && (!ofSupplier || ofSupplier.has(i));
    passing[i] = fits ? 1 : 0;
    passed += passing[i];
  }
}

function filtersChanged(announce) {
  refilter();
  findNear();
  for (const view of Object.keys(D.titles)) { showVariant(view); mark(view); }
  showAreas();
  for (const view of Object.keys(D.titles)) {
    $(`#view-${view} .finding h2`).textContent = D.titles[view][state.mineral];
    $(`#view-${view} .finding p`).textContent = D.subtitles[view][state.mineral];
  }
  fillTable();
  panel();
  redraw();
  remember();
  if (announce) say(`${passed.toLocaleString('en')} of ${N.toLocaleString('en')} sites`);
}

// ---- pictures ------------------------------------------------------------------------------------------------------

const originals = {}, shown = {}, zooms = {};
for (const view of Object.keys(D.titles)) {
  const pane = $(`#view-${view} .picture`);
  if (D.pictures[view]['']) pane.append(svgOf(D.pictures[view]['']));
  originals[view] = pane.querySelector('svg');
  shown[view] = '';
  prepare(view);
}

function pictureOf(view) { return $(`#view-${view} .picture svg`); }

function svgOf(text) {
  return document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
}

/** The picture of a mineral, as a document of its own that may be saved. */
function parsed(view, mineral) {
  if (!mineral || !D.pictures[view][mineral]) return originals[view].cloneNode(true);
  const found = svgOf(D.pictures[view][mineral]);
  const base = found.querySelector('g.base:empty');
  if (base) base.replaceWith(originals[view].querySelector('g.base').cloneNode(true));
  return found;
}

function showVariant(view) {
  if (shown[view] === state.mineral) return;
  const old = pictureOf(view), fresh = state.mineral ? parsed(view, state.mineral) : originals[view];
  old.replaceWith(fresh);
  shown[view] = state.mineral;
  prepare(view);
}

/** Make a picture that has just come in zoom, and reachable by keyboard. */
function prepare(view) {
  const svg = pictureOf(view);
  if (!svg.dataset.box) svg.dataset.box = svg.getAttribute('viewBox');
  svg.setAttribute('preserveAspectRatio', 'xMidYMin meet');
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  svg.setAttribute('viewBox', zooms[view] ? zooms[view].join(' ') : svg.dataset.box);
  const first = svg.querySelector('.site, .flow, .cell, .point');
  if (first && !svg.querySelector('[tabindex="0"]')) first.setAttribute('tabindex', '0');
}

function mark(view) {
  const svg = pictureOf(view);
  let any = false;
  for (const one of svg.querySelectorAll('.site')) {
    const i = +one.dataset.i;
    one.classList.toggle('chosen', i === state.sel);
    one.classList.toggle('near', near != null && near.has(i));
    one.classList.toggle('off', !passing[i]);
    any ||= i === state.sel;
  }
  for (const one of svg.querySelectorAll('.link'))
    one.classList.toggle('near', near != null && near.has(+one.dataset.a) && near.has(+one.dataset.b));
  for (const one of svg.querySelectorAll('.arc')) one.classList.toggle('near', near != null && near.has(+one.dataset.to));
  svg.classList.toggle('dim', any);
}

/** On the world map the areas of the chosen lens; those of some minerals only where these are meant. */
function showAreas() {
  if (!D.titles.world) return;
  const lens = state.lens || Object.keys(lenses)[0];
  for (const one of pictureOf('world').querySelectorAll('[data-code]')) {
    if (!one.dataset.lens && !one.dataset.part) continue;
    const listed = (one.dataset.lens || '').split(' ').includes(lens), part = (one.dataset.part || '').split(' ').includes(lens);
    const minerals = state.lens && state.lens !== Object.keys(lenses)[0] ? null : one.dataset.minerals;
    const here = !minerals || !state.mineral || minerals.split(' ').includes(state.mineral.replace(' ', '_')) || minerals.includes(state.mineral);
    one.classList.toggle('area', listed && here);
    one.classList.toggle('area-part', !listed && part && here);
    if (one.classList.contains('land')) continue;
    if ((listed || part) && here) one.removeAttribute('display'); else one.setAttribute('display', 'none');
  }
}

function boxOf(view) { return (pictureOf(view).dataset.box || '0 0 1480 800').split(' ').map(Number); }

function zoomBox(view, factor, x, y) {
  const whole = boxOf(view), now = zooms[view] || whole, width = Math.min(Math.max(now[2] / factor, whole[2] / 16), whole[2]);
  const scale = width / now[2];
  setBox(view, [x - (x - now[0]) * scale, y - (y - now[1]) * scale, width, now[3] * scale]);
}

function setBox(view, box) {
  const whole = boxOf(view);
  if (box[2] >= whole[2] * 0.999) box = null;
  else {
    box[0] = Math.min(Math.max(box[0], whole[0] - box[2] / 2), whole[0] + whole[2] - box[2] / 2);
    box[1] = Math.min(Math.max(box[1], whole[1] - box[3] / 2), whole[1] + whole[3] - box[3] / 2);
  }
  zooms[view] = box;
  pictureOf(view).setAttribute('viewBox', (box || whole).join(' '));
}

function pointIn(view, event) {
  const svg = pictureOf(view), matrix = svg.getScreenCTM();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  return [point.x, point.y, 1 / matrix.a];
}

/** Bring the mark of a site to the middle of a picture that is zoomed; a view without such a mark says so. */
function centre(view, i) {
  const one = pictureOf(view).querySelector(`.site[data-i="${i}"]`);
  if (!one) { say(`${sites.name[i]} has no mark in this view; the network and the table show it`); return; }
  if (!zooms[view]) return;
  const box = one.getBoundingClientRect(), [, , width, height] = zooms[view];
  const [x, y] = pointIn(view, { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 });
  setBox(view, [x - width / 2, y - height / 2, width, height]);
}

// Printed are whole pictures, however far the screen is zoomed in.
const zoomable = Object.keys(D.titles);
addEventListener('beforeprint', () => { for (const view of zoomable) pictureOf(view).setAttribute('viewBox', pictureOf(view).dataset.box); });
addEventListener('afterprint', () => { for (const view of zoomable) if (zooms[view]) setBox(view, zooms[view]); });

/** Dragging, pinching and wheel for an element: ``moves`` has pan(dx, dy), zoom(factor, event) and click(event). */
function gestures(element, moves) {
  const pointers = new Map();
  let travelled = 0, spread = 0;
  element.addEventListener('pointerdown', event => {
    pointers.set(event.pointerId, event);
    travelled = 0;
    spread = 0;
  });
  element.addEventListener('pointermove', event => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    pointers.set(event.pointerId, event);
    const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
    travelled += Math.abs(dx) + Math.abs(dy);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()], wide = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      if (spread) moves.zoom(wide / spread, { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 });
      spread = wide;
    } else if (travelled > 4) {
      if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
      moves.pan(dx, dy);
    }
  });
  for (const end of ['pointerup', 'pointercancel']) element.addEventListener(end, event => {
    if (pointers.delete(event.pointerId) && end === 'pointerup' && travelled <= 4) moves.click(event);
  });
  element.addEventListener('wheel', event => {
    event.preventDefault();
    moves.zoom(Math.exp(-event.deltaY * 0.0015), event);
  }, { passive: false });
}

for (const view of Object.keys(D.titles)) {
  if (view === 'network') continue;
  const pane = $(`#view-${view} .picture`);
  gestures(pane, {
    pan(dx, dy) {
      const [, , scale] = pointIn(view, { clientX: 0, clientY: 0 }), box = [...(zooms[view] || boxOf(view))];
      setBox(view, [box[0] - dx * scale, box[1] - dy * scale, box[2], box[3]]);
    },
    zoom(factor, event) { const [x, y] = pointIn(view, event); zoomBox(view, factor, x, y); },
    click(event) {
      const one = event.target.closest?.('.site') || document.elementFromPoint(event.clientX, event.clientY)?.closest('.site');
      select(one ? +one.dataset.i : null);
    },
  });
  pane.addEventListener('keydown', event => {
    const one = event.target.closest('.site, .flow, .cell, .point');
    if (!one) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (one.dataset.i) select(+one.dataset.i);
      return;
    }
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = nearest(one, [...pane.querySelectorAll('.site, .flow, .cell[tabindex], .point')], step);
    if (next) { one.setAttribute('tabindex', '-1'); next.setAttribute('tabindex', '0'); next.focus(); }
  });
}

/** The element that lies next in a direction: near, and not far aside. */
function nearest(from, all, [dx, dy]) {
  const middle = one => { const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const [x, y] = middle(from);
  let best = null, least = Infinity;
  for (const one of all) {
    if (one === from) continue;
    const [u, v] = middle(one), ahead = (u - x) * dx + (v - y) * dy;
    if (ahead <= 1) continue;
    const cost = ahead + 3 * (Math.abs((u - x) * dy) + Math.abs((v - y) * dx));
    if (cost < least) { least = cost; best = one; }
  }
  return best;
}

// ---- the network ---------------------------------------------------------------------------------------------------

const canvas = $('#canvas'), pen = canvas?.getContext('2d'), net = D.network;
let to = { k: 1, x: 0, y: 0 }, fitted = true, ratio = 1, asked = 0, colours = null;
const cells = new Map();
sites.x.forEach((x, i) => {
  const cell = `${x >> 5},${sites.y[i] >> 5}`;
  if (!cells.has(cell)) cells.set(cell, []);
  cells.get(cell).push(i);
});

function palette() {
  const style = getComputedStyle(document.documentElement), of = name => style.getPropertyValue(`--${name}`).trim();
  const found = { font: of('font') };
  for (const name of [...D.looks, 'ink', 'muted', 'paper', 'focus', 'link']) found[name] = of(name);
  return found;
}

/** Give the canvas the size of the room that it has; what was fitted into it before is fitted again. */
function sizeCanvas() {
  const box = canvas.parentElement.getBoundingClientRect();
  if (!box.width) return;
  ratio = Math.min(2, devicePixelRatio || 1);
  canvas.width = box.width * ratio;
  canvas.height = box.height * ratio;
  if (fitted) fitNetwork(); else redraw();
}

function fitNetwork() {
  const { clientWidth: width, clientHeight: height } = canvas;
  const k = Math.min(width / net.width, height / (net.height + 40));
  to = { k, x: (width - net.width * k) / 2, y: 20 * k + (height - (net.height + 40) * k) / 2 };
  fitted = true;
  redraw();
}

function redraw() { if (canvas && state.view === 'network' && !asked) asked = requestAnimationFrame(draw); }

function curve(x1, y1, x2, y2) {
  const middle = (x1 + x2) / 2;
  pen.moveTo(x1, y1);
  pen.bezierCurveTo(middle, y1, middle, y2, x2, y2);
}

function draw() {
  asked = 0;
  colours ??= palette();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(to.k * ratio, 0, 0, to.k * ratio, to.x * ratio, to.y * ratio);
  if (near == null && !state.mineral) {
    pen.globalAlpha = 0.28;
    for (const [x1, y1, x2, y2, width, look] of net.ribbons) {
      pen.strokeStyle = colours[look];
      pen.lineWidth = width;
      pen.beginPath();
      curve(x1, y1, x2, y2);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }
  if (near != null) drawLinks();
  drawDots();
  pen.fillStyle = colours.ink;
  for (const [x, , words] of net.columns) { pen.font = `700 12px ${colours.font}`; pen.fillText(words, x, 14); }
  for (const [x, y, words, count] of net.labels) {
    pen.font = `700 9.6px ${colours.font}`;
    pen.fillStyle = colours.ink;
    pen.fillText(words, x, y, net.columns[0][1] - 30);
    pen.fillStyle = colours.muted;
    pen.textAlign = 'right';
    pen.fillText(count.toLocaleString('en'), x + net.columns[0][1], y);
    pen.textAlign = 'left';
  }
  if (state.sel != null) {
    pen.strokeStyle = colours.focus;
    pen.lineWidth = 3 / to.k;
    pen.beginPath();
    pen.arc(sites.x[state.sel], sites.y[state.sel], net.pitch * 0.4 + 4 / to.k, 0, 6.3);
    pen.stroke();
  }
}

const MOST_LINKS = 4000;

/** The links on the ways to and from the selected site; of very many the first, since more is one blot. */
function drawLinks() {
  const { tail, head } = layer().links, by = new Map();
  for (const k of ways.slice(0, MOST_LINKS)) {
    const look = lookOf(head[k]);
    if (!by.has(look)) by.set(look, []);
    by.get(look).push(k);
  }
  pen.lineWidth = Math.max(0.5, 0.9 / to.k);
  for (const [look, links] of by) {
    const grave = look === 'severe' || look === 'high' || look === 'moderate';
    pen.strokeStyle = grave ? colours[look] : colours.link;
    pen.globalAlpha = grave ? 0.7 : 0.4;
    for (let from = 0; from < links.length; from += 300) {
      pen.beginPath();
      for (const k of links.slice(from, from + 300)) curve(sites.x[tail[k]], sites.y[tail[k]], sites.x[head[k]], sites.y[head[k]]);
      pen.stroke();
    }
  }
  pen.globalAlpha = 1;
}

function drawDots() {
  const r = net.pitch * 0.4, of = layer(), white = new Set(['unlisted', 'unknown']), big = net.pitch >= 5;
  const groups = new Map();
  for (let i = 0; i < N; i++) {
    const vivid = passing[i] && (near == null || near.has(i));
    const look = present(i) ? lookOf(i, of) : 'neutral';
    const hollow = white.has(look) || (big && D.hollow.includes(digit(of.grade[i])));
    const key = `${look} ${vivid ? 1 : 0} ${hollow ? 1 : 0}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
  }
  for (const [key, members] of groups) {
    const [look, vivid, hollow] = key.split(' ');
    pen.globalAlpha = vivid === '1' ? 1 : 0.13;
    pen.fillStyle = pen.strokeStyle = white.has(look) ? colours.muted : colours[look];
    pen.lineWidth = Math.max(r * 0.35, 0.4);
    pen.beginPath();
    for (const i of members) {
      const x = sites.x[i], y = sites.y[i];
      if (look === 'severe') pen.rect(x - r, y - r, 2 * r, 2 * r);
      else { pen.moveTo(x + r, y); pen.arc(x, y, r, 0, 6.2832); }
    }
    if (hollow === '1') pen.stroke(); else pen.fill();
  }
  pen.globalAlpha = 1;
}

function hit(event) {
  const box = canvas.getBoundingClientRect(), x = (event.clientX - box.left - to.x) / to.k, y = (event.clientY - box.top - to.y) / to.k;
  let best = null, least = Math.max(net.pitch * 0.8, 9 / to.k) ** 2;
  for (let u = (x >> 5) - 1; u <= (x >> 5) + 1; u++) for (let v = (y >> 5) - 1; v <= (y >> 5) + 1; v++)
    for (const i of cells.get(`${u},${v}`) || []) {
      const away = (sites.x[i] - x) ** 2 + (sites.y[i] - y) ** 2;
      if (away < least) { least = away; best = i; }
    }
  return best;
}

function zoomNetwork(factor, x, y) {
  const k = Math.max(0.2, Math.min(14, to.k * factor)), by = k / to.k;
  to = { k, x: x - (x - to.x) * by, y: y - (y - to.y) * by };
  fitted = false;
  redraw();
}

if (canvas) {
  gestures(canvas, {
    pan(dx, dy) { to.x += dx; to.y += dy; fitted = false; redraw(); },
    zoom(factor, event) {
      const box = canvas.getBoundingClientRect();
      zoomNetwork(factor, event.clientX - box.left, event.clientY - box.top);
    },
    click(event) { select(hit(event)); },
  });
  canvas.addEventListener('keydown', event => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const middle = [canvas.clientWidth / 2, canvas.clientHeight / 2];
    if (step) {
      event.preventDefault();
      if (state.sel == null) { select(0); return; }
      const [dx, dy] = step, x = sites.x[state.sel], y = sites.y[state.sel];
      let best = null, least = Infinity;
      for (let i = 0; i < N; i++) {
        const ahead = (sites.x[i] - x) * dx + (sites.y[i] - y) * dy;
        if (i === state.sel || !passing[i] || ahead <= 0.5) continue;
        const cost = ahead + 3 * (Math.abs((sites.x[i] - x) * dy) + Math.abs((sites.y[i] - y) * dx));
        if (cost < least) { least = cost; best = i; }
      }
      if (best != null) select(best);
    } else if (event.key === '+' || event.key === '=') zoomNetwork(1.3, ...middle);
    else if (event.key === '-') zoomNetwork(1 / 1.3, ...middle);
    else if (event.key === '0') fitNetwork();
  });
}

// ---- selection and panel -------------------------------------------------------------------------------------------

function element(tag, text, children = []) {
  const out = document.createElement(tag);
  if (text != null) out.textContent = text;
  out.append(...children);
  return out;
}

function pairs(rows) { return element('dl', null, rows.flatMap(([head, text]) => [element('dt', head), element('dd', text)])); }

function select(i) {
  if (i === state.sel && i == null) return;
  state.sel = i;
  findNear();
  for (const view of Object.keys(D.titles)) if (view === state.view) mark(view);
  panel();
  redraw();
  remember();
  say(i == null ? 'Nothing selected' : `${sites.name[i]}, ${kindOf(i)}, ${upstream.size - 1} sites upstream, ${downstream.size - 1} downstream`);
}

function panel() {
  const out = $('#panel'), i = state.sel;
  out.replaceChildren();
  if (out.hidden !== (i == null)) {
    out.hidden = i == null;
    if (state.view === 'network') sizeCanvas();
  }
  if (i == null) return;
  const close = element('button', 'Close');
  close.type = 'button';
  close.addEventListener('click', () => select(null));
  out.append(close, element('h2', sites.name[i]), element('p', `${kindOf(i)} · ${country(i)}`));
  if (sites.id[i] !== sites.name[i]) out.append(element('p', sites.id[i]));
  out.append(pairs([
    ['Upstream', `${(upstream.size - 1).toLocaleString('en')} sites`],
    ['Downstream', `${(downstream.size - 1).toLocaleString('en')} sites`],
  ]));
  if (ways.length > MOST_LINKS) {
    out.append(element('p', `${MOST_LINKS.toLocaleString('en')} of ${ways.length.toLocaleString('en')} links are drawn.`));
  }
  for (const mineral of state.mineral ? [state.mineral] : D.minerals) figures(out, i, mineral);
  neighbourLists(out, i);
  claimLists(out, i);
}

function figures(out, i, mineral) {
  const of = layers[mineral];
  if (of.present[i] !== '1') return;
  out.append(element('h3', mineral[0].toUpperCase() + mineral.slice(1)));
  if (sites.kind[i] <= 1) {
    const unknown = of.unknown[i], reached = of.reached[i];
    const rows = [['Exposure', unknown > 1 - 1e-6
      ? `unknown, anywhere from ${percent(of.low[i])} to ${percent(of.high[i])}` : interval(of, i)]];
    if (unknown > 0) rows.push(['Unknown', `${percent(unknown)} of its purchases`]);
    const counts = reached ? D.standings.map((name, s) => reached[s] ? `${reached[s]} ${name}` : '').filter(Boolean).join(', ') : '';
    rows.push(['Smelters', counts || 'none known']);
    const grade = digit(of.grade[i]);
    if (grade >= 0) rows.push(['Evidence', D.grades[grade]]);
    out.append(pairs(rows));
    const reasons = D.reasons.said[D.reasons.of[mineral]?.[i]];
    if (reasons) out.append(element('ul', null, reasons.map(reason => element('li', reason))));
  } else if (sites.kind[i] === 2) {
    const risk = of.risk[i] === '1' ? 'yes' : 'not known to be';
    out.append(pairs([
      ['Standing', D.standings[digit(of.standing[i])] ?? 'unknown'], ['Hazard', of.value[i]?.toFixed(2) ?? 'unknown'], ['High-risk', risk],
    ]));
    const why = D.why[mineral]?.[i] || [];
    out.append(element('ul', null, why.map(([says, value, part]) => element('li', `${value.toFixed(2)}: ${says} (${percent(part)} of the hazard)`))));
  } else out.append(pairs([['In an area', of.risk[i] === '1' ? 'yes' : 'not known to be']]));
}

function siteButton(i, aside) {
  const button = element('button', null, [element('span', sites.name[i]), element('span', aside)]);
  button.type = 'button';
  button.addEventListener('click', () => { select(i); $('#panel').focus(); });
  return element('li', null, [button]);
}

function neighbourLists(out, i) {
  const { tail, head, share } = layer().links, lists = neighbours(state.mineral);
  for (const [words, links, ends] of [['Supplied by', lists.up[i], head], ['Supplies', lists.down[i], tail]]) {
    if (!links.length) continue;
    out.append(element('h3', `${words} (${links.length.toLocaleString('en')})`));
    const ranked = [...links].sort((a, b) => (share[b] ?? -1) - (share[a] ?? -1) || ends[a] - ends[b]);
    more(out, ranked, 10, k => siteButton(ends[k], share[k] == null ? '' : percent(share[k])));
  }
}

/** A list of which the first entries show and the others come on demand, some at a time. */
function more(out, entries, first, make) {
  const list = element('ul');
  let at = 0;
  const button = element('button');
  button.type = 'button';
  const add = count => {
    for (const end = Math.min(at + count, entries.length); at < end; at++) list.append(make(entries[at]));
    button.textContent = `Show more (${(entries.length - at).toLocaleString('en')} left)`;
    button.hidden = at >= entries.length;
  };
  button.addEventListener('click', () => add(100));
  add(first);
  out.append(list, button);
}

/** Positions of the claims about each site, by type, made when first needed. */
function claimsOf(i) {
  const out = [];
  for (const [type, table] of Object.entries(D.claims)) {
    if (!table.about) {
      table.about = new Map();
      for (const column of [table.tail, table.head]) column.forEach((end, k) => {
        if (end >= N) return;
        if (!table.about.has(end)) table.about.set(end, []);
        table.about.get(end).push(k);
      });
    }
    const found = table.about.get(i);
    if (found) out.push([type, table, [...new Set(found)]]);
  }
  return out;
}

const endName = end => end < N ? sites.name[end] : D.others[end - N][2];

function claimLists(out, i) {
  const all = claimsOf(i);
  if (!all.length) return;
  out.append(element('h3', 'What documents say'));
  for (const [type, table, found] of all) {
    const details = element('details', null, [element('summary', `${type.toLowerCase().replaceAll('_', ' ')} (${found.length.toLocaleString('en')})`)]);
    details.open = found.length <= 3;
    let made = false;
    const fill = () => {
      if (made) return;
      made = true;
      more(details, found, 20, k => claim(table, k, i));
    };
    details.addEventListener('toggle', fill);
    if (details.open) fill();
    out.append(details);
  }
}

function claim(table, k, i) {
  const mineral = table.mineral[k] >= 0 ? ` (${D.all_minerals[table.mineral[k]]})` : '';
  const told = [];
  for (const [name, column] of Object.entries(table.properties)) {
    const value = column.words ? column.words[column.codes[k]] : column.numbers[k];
    if (value === '' || value == null) continue;
    told.push(`${name.replaceAll('_', ' ')} ${name === 'share' ? percent(value) : value}`);
  }
  const source = D.sources[table.source[k]], row = table.row.words[table.row.codes[k]];
  const sentence = table.tail[k] === i ? `${table.says}: ${endName(table.head[k])}` : `${endName(table.tail[k])} ${table.says} this`;
  const receipt = element('div', `${source[0]}, ${row}${source[2] ? ` (${source[2]})` : ''}`);
  receipt.className = 'receipt';
  return element('li', null, [element('div', sentence + mineral + (told.length ? `; ${told.join('; ')}` : '')), receipt]);
}

// ---- table ---------------------------------------------------------------------------------------------------------

const COLUMNS = [
  ['Site', i => sites.name[i], false], ['Kind', i => kindOf(i), false], ['Country', i => country(i), false],
  ['Tier', i => sites.tier[i] < 0 ? '' : sites.tier[i], true],
  ['Exposure or hazard', i => sites.kind[i] > 2 ? '' : sites.kind[i] < 2 ? (layer().unknown[i] > 1 - 1e-6 ? 'unknown' : interval(layer(), i)) : layer().value[i]?.toFixed(2) ?? 'unknown', true],
  ['Standing', i => D.standings[digit(layer().standing[i])] ?? '', false],
  ['Evidence', i => D.grades[digit(layer().grade[i])] ?? '', false],
];
let sortBy = null, descending = false, rows = [], rowsShown = 0;

function fillTable() {
  rows = [];
  for (let i = 0; i < N; i++) if (passing[i]) rows.push(i);
  const worst = i => LOOK_ORDER.indexOf(lookOf(i)), value = i => layer().value[i] ?? -1;
  const text = i => { const cell = COLUMNS[sortBy][1](i); return typeof cell === 'number' ? cell : String(cell).toLowerCase(); };
  const figure = i => sites.kind[i] < 2 && layer().unknown[i] > 1 - 1e-6 ? null : layer().value[i];
  const keys = sortBy == null ? null : sortBy === 4 ? figure : text;
  const blank = key => +(key == null || key === '');  // what is unknown stands last: it is neither the least nor the most
  rows.sort((a, b) => {
    if (keys == null) return worst(a) - worst(b) || value(b) - value(a) || a - b;
    const [x, y] = [keys(a), keys(b)];
    if (blank(x) !== blank(y)) return blank(x) - blank(y);
    return (x < y ? -1 : x > y ? 1 : 0) * (descending ? -1 : 1) || a - b;
  });
  const about = state.mineral ? ` for ${state.mineral}` : '';
  $('#table-title').textContent = `Sites upstream of ${D.start}${about}, the worst first`;
  if (sortBy != null) $('#table-title').textContent = `Sites upstream of ${D.start}${about}, by ${COLUMNS[sortBy][0].toLowerCase()}`;
  $('#table-count').textContent = `${rows.length.toLocaleString('en')} of ${N.toLocaleString('en')} sites`;
  $('#table-head').replaceChildren(element('tr', null, COLUMNS.map(([name, , number], k) => {
    const button = element('button', name), head = element('th', null, [button]);
    button.type = 'button';
    head.scope = 'col';
    if (number) head.className = 'number';
    head.setAttribute('aria-sort', sortBy !== k ? 'none' : descending ? 'descending' : 'ascending');
    button.addEventListener('click', () => {
      descending = sortBy === k ? !descending : number;
      sortBy = k;
      fillTable();
      $('#table-head').querySelectorAll('button')[k].focus();
    });
    return head;
  })));
  $('#table-rows').replaceChildren();
  rowsShown = 0;
  moreRows();
}

function moreRows() {
  const body = $('#table-rows');
  for (const end = Math.min(rowsShown + 200, rows.length); rowsShown < end; rowsShown++) {
    const i = rows[rowsShown], button = element('button', sites.name[i]);
    button.type = 'button';
    button.addEventListener('click', () => { select(i); $('#panel').focus(); });
    body.append(element('tr', null, COLUMNS.map(([, cell, number], k) => {
      const out = element('td', k ? cell(i) : null, k ? [] : [button]);
      if (number) out.className = 'number';
      return out;
    })));
  }
  const button = $('#table-more');
  button.hidden = rowsShown >= rows.length;
  button.textContent = `Show more (${(rows.length - rowsShown).toLocaleString('en')} left)`;
}
$('#table-more').addEventListener('click', moreRows);

// ---- tabs, search, controls ----------------------------------------------------------------------------------------

const views = $$('[role=tab]').map(tab => tab.dataset.view);

function show(view) {
  state.view = view;
  for (const tab of $$('[role=tab]')) {
    const on = tab.dataset.view === view;
    tab.setAttribute('aria-selected', String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  for (const pane of $$('.view')) pane.classList.toggle('on', pane.id === `view-${view}`);
  $('#zoom').hidden = view === 'table';
  if (view === 'network') sizeCanvas();
  const pane = $(`#view-${view}`);
  if (view === 'world' && !pane.scrollLeft) pane.scrollLeft = (pane.scrollWidth - pane.clientWidth) / 2;  // on a phone
  if (view !== 'table') mark(view);
  remember();
}

$$('[role=tab]').forEach((tab, at, tabs) => {
  tab.addEventListener('click', () => show(tab.dataset.view));
  tab.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = event.key === 'Home' ? tabs[0] : event.key === 'End' ? tabs.at(-1) : step && tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    show(next.dataset.view);
    next.focus();
  });
});

const find = $('#find'), found = $('#found');
const folded = sites.name.map(name => name.toLowerCase());
let choice = -1;

function search() {
  const text = find.value.trim().toLowerCase();
  found.replaceChildren();
  choice = -1;
  find.removeAttribute('aria-activedescendant');
  if (text) {
    const hits = [];
    for (let i = 0; i < N; i++) {
      const at = folded[i].indexOf(text);
      if (at >= 0 || sites.id[i].toLowerCase() === text) hits.push([at === 0 || sites.id[i].toLowerCase() === text ? 0 : 1, i]);
    }
    hits.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    hits.slice(0, 12).forEach(([, i], k) => {
      const item = element('li', `${sites.name[i]} · ${country(i)} · ${kindOf(i)}`);
      item.id = `found-${k}`;
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', 'false');
      item.dataset.i = String(i);
      item.addEventListener('pointerdown', event => { event.preventDefault(); pick(i); });
      found.append(item);
    });
    say(`${hits.length.toLocaleString('en')} ${hits.length === 1 ? 'site' : 'sites'} found`);
  }
  const open = found.children.length > 0;
  found.hidden = !open;
  find.setAttribute('aria-expanded', String(open));
}

function pick(i) {
  find.value = '';
  found.replaceChildren();
  found.hidden = true;
  find.setAttribute('aria-expanded', 'false');
  select(i);
  if (state.view === 'network') {
    const k = Math.max(to.k, 2);
    to = { k, x: canvas.clientWidth / 2 - sites.x[i] * k, y: canvas.clientHeight / 2 - sites.y[i] * k };
    fitted = false;
    redraw();
  } else if (state.view !== 'table') centre(state.view, i);
}

find.addEventListener('input', search);
find.addEventListener('keydown', event => {
  const items = [...found.children];
  if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && items.length) {
    event.preventDefault();
    choice = (choice + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length;
    items.forEach((item, k) => item.setAttribute('aria-selected', String(k === choice)));
    find.setAttribute('aria-activedescendant', items[choice].id);
    items[choice].scrollIntoView({ block: 'nearest' });
  } else if (event.key === 'Enter' && items.length) { event.preventDefault(); pick(+items[Math.max(choice, 0)].dataset.i); }
  else if (event.key === 'Escape') { find.value = ''; search(); event.stopPropagation(); }
});

document.addEventListener('keydown', event => {
  if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); find.focus(); }
  if (event.key === 'Escape' && !$('#about').open) select(null);
});

for (const name of FILTERS) $(`#f-${name}`).addEventListener('change', event => { state[name] = event.target.value; filtersChanged(true); });
$('#clear').addEventListener('click', () => {
  for (const name of FILTERS) { state[name] = ''; $(`#f-${name}`).value = ''; }
  filtersChanged(true);
});
for (const button of $$('[data-zoom]')) button.addEventListener('click', () => {
  const factor = { in: 1.5, out: 1 / 1.5, fit: 0 }[button.dataset.zoom];
  if (state.view === 'network') {
    if (factor) zoomNetwork(factor, canvas.clientWidth / 2, canvas.clientHeight / 2); else fitNetwork();
  } else if (!factor) setBox(state.view, boxOf(state.view));
  else { const box = zooms[state.view] || boxOf(state.view); zoomBox(state.view, factor, box[0] + box[2] / 2, box[1] + box[3] / 2); }
});

function darkNow() {
  const set = document.documentElement.dataset.theme;
  return set ? set === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
function showTheme() {
  colours = null;
  $('#theme').textContent = darkNow() ? 'Light' : 'Dark';
  $('#theme').setAttribute('aria-pressed', String(darkNow()));
  redraw();
}
$('#theme').addEventListener('click', () => { document.documentElement.dataset.theme = darkNow() ? 'light' : 'dark'; showTheme(); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
$('#print').addEventListener('click', () => print());
$('#filters').addEventListener('click', () => {
  $('#filters').setAttribute('aria-expanded', String($('#filter-list').classList.toggle('open')));
});
$('#open-about').addEventListener('click', () => $('#about').showModal());
$('#close-about').addEventListener('click', () => $('#about').close());
for (const source of D.sources) if (source) $('#sources').append(element('li', `${source[0]} (${source[3]}${source[2] ? `, ${source[2]}` : ''})`));

// ---- files ---------------------------------------------------------------------------------------------------------

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const fileName = ending => `${state.view}${state.mineral ? `-${state.mineral.replaceAll(' ', '-')}` : ''}.${ending}`;

/** The present view as Python drew it: whole, in light colours, without selection or filter. */
function svgText() {
  const view = state.view === 'table' ? 'paths' : state.view, svg = parsed(view, state.mineral);
  const box = (svg.dataset.box || svg.getAttribute('viewBox')).split(' ');
  svg.setAttribute('viewBox', box.join(' '));
  svg.setAttribute('width', box[2]);
  svg.setAttribute('height', box[3]);
  svg.classList.remove('dim');
  svg.removeAttribute('preserveAspectRatio');
  delete svg.dataset.box;
  for (const one of svg.querySelectorAll('.site, .link')) one.classList.remove('chosen', 'near', 'off');
  return [new XMLSerializer().serializeToString(svg), +box[2], +box[3]];
}

$('#svg').addEventListener('click', () => save(new Blob([svgText()[0]], { type: 'image/svg+xml' }), fileName('svg')));
$('#png').addEventListener('click', () => {
  const [text, width, height] = svgText(), image = new Image(), url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  image.onload = () => {
    const sheet = document.createElement('canvas');
    sheet.width = 2 * width;
    sheet.height = 2 * height;
    sheet.getContext('2d').drawImage(image, 0, 0, sheet.width, sheet.height);
    URL.revokeObjectURL(url);
    sheet.toBlob(blob => save(blob, fileName('png')), 'image/png');
  };
  image.src = url;
});
$('#csv').addEventListener('click', () => {
  // A text that a spreadsheet could take for a formula gets an apostrophe (OWASP, CSV Injection).
  const cell = value => {
    const text = String(value), safe = /^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [['Id', ...COLUMNS.map(([name]) => name)], ...rows.map(i => [sites.id[i], ...COLUMNS.map(([, of]) => of(i))])];
  save(new Blob([lines.map(line => line.map(cell).join(',')).join('\r\n')], { type: 'text/csv' }), fileName('csv').replace(/^\w+/, 'sites'));
});

// ---- links that lead back ------------------------------------------------------------------------------------------

/** A site in a link: its id, with its kind before it where another site has the same. */
const linkOf = i => sites.id.indexOf(sites.id[i]) === i ? sites.id[i] : `${sites.kind[i]}:${sites.id[i]}`;

let remembering = false;
function remember() {
  if (!remembering) return;
  const out = new URLSearchParams({ view: state.view });
  if (state.sel != null) out.set('sel', linkOf(state.sel));
  for (const name of FILTERS) if (state[name] !== '') out.set(name === 'mineral' ? 'min' : name, state[name]);
  try { history.replaceState(null, '', `#${out}`); } catch { /* a frame in a notebook has no address of its own */ }
}

function recall() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of FILTERS) {
    const value = given.get(name === 'mineral' ? 'min' : name) ?? '', choices = $(`#f-${name}`);
    state[name] = [...choices.options].some(option => option.value === value) ? value : '';
    choices.value = state[name];
  }
  const sel = given.get('sel'), bare = sel == null ? -1 : sites.id.indexOf(sel);
  state.sel = bare >= 0 ? bare : numberOf.get(sel) ?? null;
  filtersChanged(false);
  show(views.includes(given.get('view')) ? given.get('view') : views[0]);
}
addEventListener('hashchange', recall);
addEventListener('resize', () => { if (state.view === 'network') sizeCanvas(); });

showTheme();
recall();
remembering = true;
document.documentElement.dataset.ready = 'true';
})();
