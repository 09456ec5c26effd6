import { read, whyNot } from './api.js';
import { byId, bytes, make, number } from './dom.js';
import { Editor } from './editor.js';
import { GroupView } from './group.js';
import { feed } from './sparkline.js';
import { refreshGroups, refreshSockets } from './tables.js';
import { mark, refreshTree, setUpTree } from './tree.js';

const PERIOD = 1_000;
const VIEWS = ['items', 'groups', 'sockets'];
const REFRESH = { items: refreshTree, groups: refreshGroups, sockets: refreshSockets };
let shownView = 'items';

const view = new GroupView({
  open: (id) => editor.open(id),
  changed: (id, item) => editor.changed(id, item),
});
const editor = new Editor(view);

function openGroup(stream, group) {
  if (!byId('editor').hidden) editor.close();
  view.show(stream, group);
  mark(stream, group);
  const hash = `#${encodeURIComponent(stream)}/${encodeURIComponent(group)}`;
  if (location.hash !== hash) history.replaceState(null, '', hash);
}

function openFromHash() {
  const [stream, group] = location.hash.slice(1).split('/').map(decodeURIComponent);
  if (stream && group) openGroup(stream, group);
}

function choose(name) {
  shownView = name;
  for (const one of VIEWS) {
    const tab = byId(`tab-${one}`);
    tab.setAttribute('aria-selected', String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
    byId(`view-${one}`).hidden = one !== name;
  }
  void look();
}

byId('tabs').addEventListener('click', ({ target }) => {
  const name = target.id?.replace('tab-', '');
  if (VIEWS.includes(name)) choose(name);
});
byId('tabs').addEventListener('keydown', ({ key }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step === undefined) return;
  const next = VIEWS[(VIEWS.indexOf(shownView) + step + VIEWS.length) % VIEWS.length];
  choose(next);
  byId(`tab-${next}`).focus();
});

const openForm = byId('open-form');
byId('open-group').addEventListener('click', () => {
  openForm.hidden = !openForm.hidden;
  if (!openForm.hidden) openForm.elements.stream.focus();
});
openForm.querySelector('[data-close]').addEventListener('click', () => {
  openForm.hidden = true;
});
openForm.addEventListener('submit', (event) => {
  event.preventDefault();
  openForm.hidden = true;
  openGroup(openForm.elements.stream.value, openForm.elements.group.value);
});

function health(text, good) {
  const element = byId('health');
  if (element.textContent !== text) element.textContent = text;
  element.className = `health ${good ? 'good' : 'bad'}`;
}

function showTotals({ open, subscriptions, outboxBytes, store }) {
  const facts = [
    ['Store', store],
    ['Sockets', number(open)],
    ['Subscriptions', number(subscriptions)],
    ['Outbox', bytes(outboxBytes)],
  ];
  byId('totals').replaceChildren(
    ...facts.map(([name, value]) => {
      const pair = make('div');
      pair.append(make('dt', '', name), make('dd', '', value));
      return pair;
    }),
  );
}

async function look() {
  try {
    const overview = await read('api/overview');
    feed(overview);
    showTotals(overview);
    await REFRESH[shownView]();
    const { notReady } = overview;
    health(notReady.length === 0 ? 'ready' : notReady.join('; '), notReady.length === 0);
  } catch (error) {
    health(whyNot(error), false);
  }
}

async function watch() {
  if (!document.hidden) await look();
  setTimeout(watch, PERIOD);
}

setUpTree((stream, group) => {
  openGroup(stream, group);
  // On a phone the tree lies above the group.
  if (matchMedia('(max-width: 720px)').matches) byId('group').scrollIntoView();
});
addEventListener('hashchange', openFromHash);
openFromHash();
void watch();
