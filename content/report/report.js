// Filter lines, sorting, the drawer, bytes linked to fields, theme. Nothing is fetched and nothing is written into the page as markup: all
// text comes as nodes that the report already holds.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');
  const $ = id => document.getElementById(id);

  // --- theme ---
  const themes = ['system', 'light', 'dark'];
  const remember = value => { try { localStorage.setItem('bulkhead-theme', value); } catch { /* not where files may not keep anything */ } };
  const recall = () => { try { return localStorage.getItem('bulkhead-theme'); } catch { return null; } };
  const set_theme = theme => {
    if (theme === 'system') root.removeAttribute('data-theme'); else root.setAttribute('data-theme', theme);
    $('theme').textContent = 'Theme: ' + theme;
  };
  set_theme(themes.includes(recall()) ? recall() : 'system');
  $('theme').addEventListener('click', () => {
    const next = themes[(themes.indexOf(root.getAttribute('data-theme') || 'system') + 1) % themes.length];
    set_theme(next);
    remember(next);
  });
  $('print').addEventListener('click', () => window.print());

  // --- filter line: the grammar of the command line ---
  const aliases = { sev: 'severity', seen: 'last_seen', first: 'first_seen', last: 'last_seen', product: 'model', fw: 'firmware', order: 'order_number',
    protocol: 'service', proto: 'service', op: 'operations' };
  const scales = { severity: ['info', 'low', 'medium', 'high', 'critical'], confidence: ['unknown', 'possible', 'likely', 'certain'] };
  const is_word = c => /[a-z0-9]/i.test(c) || c > '\x7f';

  function distance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; ++i) {
      const next = [i];
      for (let j = 1; j <= b.length; ++j) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      row = next;
    }
    return row[b.length];
  }
  function column_of(key, columns) {
    const at = name => columns.findIndex(c => c.key === name);
    for (const name of [key, aliases[key], aliases[key] && aliases[key] + 's', key + 's']) if (name && at(name) >= 0) return at(name);
    const near = columns.map(c => [distance(key, c.key), c.key]).sort((a, b) => a[0] - b[0])[0];
    throw new Error(`"${key}" is not a field here.` + (near && near[0] <= Math.max(2, key.length / 3) ? ` Did you mean "${near[1]}"?`
      : ' Fields: ' + columns.map(c => c.key).join(', ')));
  }
  function comparable(column, value) {
    const scale = scales[column.kind];
    const number = scale ? scale.indexOf(value) : column.kind === 'time' ? Date.parse(value.replace(' ', 'T') + (/z$/i.test(value) ? '' : value.length > 10 ? 'Z' : ''))
      : column.kind === 'number' || column.kind === 'level' ? Number(value) : NaN;
    if (column.kind === 'text' || column.kind === 'address') throw new Error(`"${column.key}" can't be compared with < or >`);
    if (Number.isNaN(number) || number < 0 && scale) throw new Error(`"${column.key}" is not compared with "${value}"`);
    return number;
  }
  function values_of(text) {
    const values = [];
    let value = '', quoted = false;
    for (const c of text) {
      if (c === '"') quoted = !quoted; else if (c === ',' && !quoted) { values.push(value); value = ''; } else value += c;
    }
    return [...values, value].filter(v => v).map(v => v.toLowerCase());
  }
  function address_in(prefix, text) {
    const number = address => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const [base, bits] = prefix.split('/');
    const size = 2 ** (32 - Number(bits));
    return text.split(/[, ]+/).some(one => /^\d+\.\d+\.\d+\.\d+$/.test(one) && Math.floor(number(one) / size) === Math.floor(number(base) / size));
  }
  function has_word(text, value) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
      if (at === 0 || !is_word(text[at - 1]) || !is_word(value[0])) return true;
    return false;
  }
  function term_of(text, columns) {
    const negated = text.length > 1 && text[0] === '-';
    if (negated) text = text.slice(1);
    const found = /^([\w\u0080-\uffff]+)(>=|<=|>|<|:|=)(.*)$/.exec(text);
    const hardware = /^([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$|^[0-9a-f:]*::?[0-9a-f:.]+$/i.test(text) && (text.match(/:/g) || []).length > 1;
    if (!found || hardware) {
      const value = text.replaceAll('"', '').toLowerCase();
      return row => row.texts.some(cell => cell.includes(value)) !== negated;
    }
    const at = column_of(found[1].toLowerCase(), columns), column = columns[at], sign = found[2], values = values_of(found[3]);
    if (!values.length) throw new Error(`"${found[1]}" has no value after '${sign}'`);
    if (sign !== ':' && sign !== '=') {
      const wanted = comparable(column, values[0]);
      const test = { '>=': v => v >= wanted, '<=': v => v <= wanted, '>': v => v > wanted, '<': v => v < wanted }[sign];
      return row => (row.numbers[at] !== null && test(row.numbers[at])) !== negated;
    }
    const test = (row, value) => {
      const text = row.texts[at];
      if (value === '?') return text === '?';
      if (value === '–' || value === 'none') return text === '–';
      if (text === '?' || text === '–') return false;
      if (column.kind === 'address' && value.includes('/')) return address_in(value, text);
      if (sign === '=') return text === value;
      if ((column.kind === 'number' || column.kind === 'level') && row.numbers[at] !== null && !Number.isNaN(Number(value))) return row.numbers[at] === Number(value);
      return has_word(text, value);
    };
    return row => values.some(value => test(row, value)) !== negated;
  }
  function parse(line, columns) {
    if ((line.match(/"/g) || []).length % 2) throw new Error('a quotation mark is not closed');
    return (line.match(/(?:"[^"]*"|[^\s"])+/g) || []).map(text => term_of(text, columns));
  }

  // --- tables: at most `step` rows at a time, all rows filtered ---
  const grouped = number => String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  for (const block of document.querySelectorAll('[data-table]')) {
    const table = block.querySelector('table'), body = table.tBodies[0], name = block.dataset.table, step = 500;
    const rest = block.querySelector('template');
    const heads = [...table.tHead.rows[0].cells];
    const columns = heads.map(th => ({ key: th.dataset.key, kind: th.dataset.kind }));
    const nodes = [...body.rows, ...(rest ? rest.content.querySelectorAll('tr') : [])];
    let rows = null, shown = [], limit = step;
    const read = () => rows || (rows = nodes.map(node => ({ node,
      texts: [...node.cells].map(cell => (cell.dataset.t ?? cell.textContent).trim().toLowerCase()),
      numbers: [...node.cells].map(cell => cell.dataset.v === undefined ? null : Number(cell.dataset.v)) })));
    const field = block.querySelector('input'), say = block.querySelector('.say'), more = block.querySelector('.more');
    const render = () => {
      body.replaceChildren(...shown.slice(0, limit).map(row => row.node));
      const count = Math.min(limit, shown.length);
      say.textContent = `${grouped(count)} of ${grouped(shown.length)} shown` + (shown.length < nodes.length ? `, ${grouped(nodes.length)} in all` : '');
      say.classList.remove('bad');
      more.hidden = count === shown.length;
    };
    const apply = () => {
      try {
        const terms = parse(field.value, columns);
        shown = read().filter(row => terms.every(term => term(row)));
        limit = step;
        render();
        if (!shown.length) say.textContent = `None of ${grouped(nodes.length)} ${name} match.`;
      } catch (error) {
        say.textContent = error.message;
        say.classList.add('bad');
      }
    };
    let wait = 0;
    field.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(() => {
        apply();
        history.replaceState(null, '', '#' + block.id + (field.value ? '?q=' + encodeURIComponent(field.value) : ''));
      }, 80);
    });
    more.addEventListener('click', () => { limit += step; render(); });
    for (const [at, th] of heads.entries()) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'b';
      const plain = document.createElement('span');  // on paper: buttons are not repeated on each page
      plain.className = 'po';
      plain.textContent = th.textContent;
      button.append(...th.childNodes);
      th.append(plain, button);
      button.addEventListener('click', () => {
        const down = th.getAttribute('aria-sort') === 'ascending';
        heads.forEach(other => other.removeAttribute('aria-sort'));
        th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const missing = row => row.texts[at] === '?' ? 1 : row.texts[at] === '–' ? 2 : 0;  // always last
        const key = row => row.numbers[at] ?? row.texts[at];
        const order = (a, b) => a < b ? -1 : a > b ? 1 : 0;
        read().sort((a, b) => missing(a) - missing(b) || order(key(a), key(b)) * (down ? -1 : 1));
        apply();
      });
    }
    block.filter_by = query => { field.value = query; apply(); };
    more.hidden = nodes.length <= body.rows.length;
  }

  // --- drawer: an asset, a piece of evidence ---
  const drawer = $('drawer'), drawer_body = $('drawer-body');
  let opener = null;
  function show(id) {
    const template = $('t-' + id), article = $(id);
    const source = template ? template.content : article && article.matches('.pdu') ? article : null;
    if (!source) return false;
    const copy = source.cloneNode(true);
    if (copy.removeAttribute) copy.removeAttribute('id');
    drawer_body.replaceChildren(copy);
    $('drawer-title').textContent = id.startsWith('v-') ? 'Evidence' : id;
    drawer.hidden = false;
    drawer.scrollTop = 0;
    return true;
  }
  function close() {
    if (drawer.hidden) return;
    drawer.hidden = true;
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
  }
  const hash_id = () => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ''; } };
  function follow() {
    const [id, query] = hash_id().split('?q=');
    const block = $(id);
    if (query !== undefined && block && block.filter_by) { block.filter_by(query); block.scrollIntoView(); return; }
    if (!show(id)) close();
    if (block) for (let at = block; at; at = at.parentElement) if (at.matches('details')) at.open = true;
  }
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const id = decodeURIComponent(link.getAttribute('href').slice(1));
    if (link.closest('.index-link') || !show(id)) return;
    event.preventDefault();
    opener = link;
    history.pushState(null, '', '#' + encodeURIComponent(id));
    $('drawer-close').focus({ preventScroll: true });
  });
  $('drawer-close').addEventListener('click', close);
  window.addEventListener('hashchange', follow);
  window.addEventListener('popstate', follow);
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') close();
    if (event.key === '/' && !event.target.closest('input, textarea')) { event.preventDefault(); document.querySelector('#assets input')?.focus(); }
  });

  // --- bytes and fields ---
  function light(pdu, first, count) {
    pdu.querySelectorAll('.hex .on, tr.on').forEach(node => node.classList.remove('on'));
    if (count <= 0) return;
    const bytes = pdu.querySelectorAll('.hex i');
    for (let i = first; i < first + count && i < bytes.length; ++i) bytes[i].classList.add('on');
    for (const button of pdu.querySelectorAll('.fb'))
      if (Number(button.dataset.o) === first && Number(button.dataset.n) === count) button.closest('tr').classList.add('on');
  }
  const field_at = event => event.target.closest?.('tr')?.querySelector('.fb');
  for (const kind of ['pointerover', 'focusin']) {
    document.addEventListener(kind, event => {
      const pdu = event.target.closest?.('.pdu');
      if (!pdu) return;
      const field = field_at(event);
      if (field) return light(pdu, Number(field.dataset.o), Number(field.dataset.n));
      if (event.target.matches('.hex i')) {
        const at = [...pdu.querySelectorAll('.hex i')].indexOf(event.target);
        const fits = [...pdu.querySelectorAll('.fb')].filter(b => Number(b.dataset.o) <= at && at < Number(b.dataset.o) + Number(b.dataset.n))
          .sort((a, b) => a.dataset.n - b.dataset.n)[0];
        light(pdu, fits ? Number(fits.dataset.o) : 0, fits ? Number(fits.dataset.n) : 0);
      }
    });
  }

  // --- where we are ---
  const links = new Map([...document.querySelectorAll('.toc a')].map(a => [a.getAttribute('href').slice(1), a]));
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      links.forEach(link => link.removeAttribute('aria-current'));
      links.get(entry.target.id)?.setAttribute('aria-current', 'true');
    }
  }, { rootMargin: '-60px 0px -75% 0px' });
  document.querySelectorAll('main > section').forEach(section => watch.observe(section));
  follow();
})();
