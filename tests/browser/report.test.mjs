// The report as a person meets it: opened as a file and from the server, light and dark, filtered, followed down to bytes, printed.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const { BULKHEAD_CHROMIUM, BULKHEAD_WRITE_REPORT, BULKHEAD_SCRATCH } = process.env;
const file = join(BULKHEAD_SCRATCH, 'report.html');
const file_url = 'file://' + file;
let browser, server, served_url;

before(async () => {
  execFileSync(BULKHEAD_WRITE_REPORT, [file]);
  browser = await chromium.launch({ executablePath: BULKHEAD_CHROMIUM, args: ['--no-sandbox', '--disable-background-networking'] });
  server = spawn(BULKHEAD_WRITE_REPORT, ['--serve']);
  served_url = await new Promise(resolve => server.stdout.once('data', data => resolve(String(data).trim())));
});
after(async () => {
  await browser?.close();
  server?.kill('SIGTERM');
});

/// A page that fails the test on any script error, refused script or request to elsewhere.
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.wrong = [];
  page.on('pageerror', error => page.wrong.push(error.message));
  page.on('console', message => { if (message.type() === 'error') page.wrong.push(message.text()); });
  page.on('request', request => { if (!request.url().startsWith(url.split('#')[0])) page.wrong.push('asked for ' + request.url()); });
  page.on('dialog', dialog => { page.wrong.push('dialog'); dialog.dismiss(); });
  await page.goto(url);
  return page;
}
const close = page => page.context().close();
const shown_rows = page => page.locator('#assets tbody tr').count();

for (const source of ['file', 'served']) {
  const url = () => source === 'file' ? file_url : served_url;

  test(`${source}: opens without an error and asks for nothing else`, async () => {
    const page = await open(url());
    assert.match(await page.title(), /OT security assessment/);
    assert.equal(await page.locator('h1').count(), 1);
    for (const id of ['summary', 'scope', 'quality', 'zones', 'assets', 'flows', 'findings', 'risk', 'evidence', 'changes', 'files'])
      assert.equal(await page.locator(`section#${id} h2`).count(), 1, id);
    assert.deepEqual(page.wrong.filter(text => !text.includes('favicon')), []);
    await close(page);
  });

  test(`${source}: names chosen by an attacker are shown as text and run nothing`, async () => {
    const page = await open(url());
    await page.locator('#q-assets').fill('onerror');
    await page.waitForTimeout(200);
    assert.match(await page.locator('#assets tbody').innerText(), /<img src=x onerror=document\.title='owned'>/);
    await page.locator('#assets tbody a').first().click();
    assert.match(await page.locator('#drawer').innerText(), /<img src=x/);
    assert.notEqual(await page.title(), 'owned');
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.locator('script').count(), 1);
    const text = await page.locator('body').innerText();
    assert.ok(!/[\u202a-\u202e\u2066-\u2069\u0007\u001b]/.test(text), 'no control character in the text');
    assert.deepEqual(page.wrong.filter(entry => !entry.includes('favicon')), []);
    await close(page);
  });

  test(`${source}: every evidence tag leads to its frame`, async () => {
    const page = await open(url());
    const tags = await page.locator('#findings a.ev[href^="#E"]').evaluateAll(links => [...new Set(links.map(a => a.getAttribute('href').slice(1)))]);
    assert.ok(tags.length >= 20);
    for (const tag of tags) {
      const article = page.locator(`article.pdu[id="${tag}"]`);
      assert.equal(await article.count(), 1, tag);
      assert.match(await article.innerText(), /frame 4\d.\d{3}/u, tag);
    }
    await page.locator('#findings a.ev').first().click();
    assert.equal(await page.locator('#drawer').isVisible(), true);
    assert.match(await page.locator('#drawer').innerText(), /Write Multiple Registers/);
    assert.match(page.url(), /#E1$/);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#drawer').isVisible(), false);
    const dead = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map(a => decodeURIComponent(a.getAttribute('href').slice(1)))
      .filter(id => !document.getElementById(id) && !document.getElementById('t-' + id)));
    assert.deepEqual(dead, [], 'no link leads nowhere');
    await close(page);
  });
}

test('a field shows its bytes and a masked byte shows no value', async () => {
  const page = await open(file_url + '#E1');
  const pdu = page.locator('#drawer .pdu');
  await pdu.locator('.fb', { hasText: 'address' }).focus();
  assert.deepEqual(await pdu.locator('.hex i.on').allInnerTexts(), ['00', '64']);
  await pdu.locator('.hex i').nth(7).hover();
  assert.deepEqual(await pdu.locator('.hex i.on').allInnerTexts(), ['10']);
  assert.deepEqual(await pdu.locator('.hex i.x').allInnerTexts(), ['xx', 'xx', 'xx', 'xx']);
  assert.match(await pdu.innerText(), /4 bytes are masked/);
  await close(page);
});

test('the filter line finds, refuses in words, and lives in the address', async () => {
  const page = await open(file_url);
  const filter = async line => {
    await page.locator('#q-assets').fill(line);
    await page.waitForTimeout(150);
    return shown_rows(page);
  };
  assert.equal(await filter(''), 60);
  assert.equal(await filter('zone:office'), 6);
  assert.equal(await filter('zone:office -name:station-001'), 5);
  assert.ok(await filter('worst>=high') > 0);
  await filter('lvl:2');
  assert.equal(await page.locator('#assets .say').innerText(), '"lvl" is not a field here. Did you mean "level"?');
  await filter('role:nothing-like-this');
  assert.match(await page.locator('#assets .say').innerText(), /None of 60 assets match/);
  await filter('zone:trip');
  await page.reload();
  assert.equal(await page.locator('#q-assets').inputValue(), 'zone:trip');
  assert.equal(await shown_rows(page), 6);
  await close(page);
});

test('the filter line and the API agree', async () => {
  const page = await open(served_url);
  const lines = ['', 'zone:office', 'role:plc,hmi', '-role:plc', 'level>=1', 'level:1', 'level<2', 'worst>=high', 'worst:critical', 'firmware:?', '-firmware:?',
    'worst:none', 'ip:10.20.16.0/24', 'ip:10.20', 'station-01', '"engineering workstation"', 'vendor=siemens', 'vendor="siemens ag"', 'services:502',
    'confidence>=likely', 'confidence:certain role:drive', 'sev:high', 'lvl:2', 'zone>3', 'level>=two', '00:1b:1b:02:00:05', 'name:"', 'vendor:'];
  for (const line of lines) {
    const response = await fetch(served_url + 'api/v1/assets?limit=1000&q=' + encodeURIComponent(line));
    const answer = await response.json();
    await page.locator('#q-assets').fill(line);
    await page.waitForTimeout(120);
    const bad = await page.locator('#assets .say.bad').count();
    assert.equal(bad, response.ok ? 0 : 1, line);
    if (response.ok) {
      const ids = await page.locator('#assets tbody th').allInnerTexts();
      assert.deepEqual(ids.sort(), answer.rows.map(row => row.id).sort(), line);
    }
  }
  await close(page);
});

test('columns sort, and say so', async () => {
  const page = await open(file_url);
  await page.locator('#assets th[data-key=level] button').click();
  assert.equal(await page.locator('#assets th[data-key=level]').getAttribute('aria-sort'), 'ascending');
  await page.locator('#assets th[data-key=worst] button').click();
  await page.locator('#assets th[data-key=worst] button').click();
  assert.match(await page.locator('#assets tbody tr').first().innerText(), /critical/);
  await close(page);
});

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: no serious accessibility violation, with the drawer open and closed`, async () => {
    const page = await open(file_url, { colorScheme, bypassCSP: true });
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(background, colorScheme === 'light' ? 'rgb(238, 241, 244)' : 'rgb(14, 20, 26)');
    for (const hash of ['', '#E1', '#A-0002']) {
      await page.evaluate(target => { location.hash = target; }, hash);
      await page.evaluate(() => document.querySelectorAll('details').forEach((details, i) => { if (i < 12) details.open = true; }));
      const result = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      const serious = result.violations.filter(violation => ['serious', 'critical'].includes(violation.impact));
      assert.deepEqual(serious.map(v => `${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary}`), []);
    }
    await close(page);
  });
}

test('the theme switch overrides the system and is remembered', async () => {
  const page = await open(served_url, { colorScheme: 'light' });
  await page.locator('#theme').click();
  await page.locator('#theme').click();
  assert.equal(await page.locator('#theme').innerText(), 'Theme: dark');
  await page.reload();
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(14, 20, 26)');
  await close(page);
});

test('everything can be reached by keyboard', async () => {
  const page = await open(file_url);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q-assets');
  await page.locator('#assets tbody a').first().focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'drawer-close');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'A-0001', 'focus goes back to where it came from');
  await close(page);
});

test('a narrow window needs no sideways scrolling but in tables and drawings', async () => {
  const page = await open(file_url, { viewport: { width: 400, height: 800 } });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const culprits = await page.evaluate(() => [...document.querySelectorAll('body *')].filter(node => node.getBoundingClientRect().right > 401 &&
    !node.closest('.scroll, .draw, .hex')).slice(0, 5).map(node => node.outerHTML.slice(0, 100)));
  assert.ok(wide <= 1, `${wide} px too wide: ${culprits.join('\n')}`);
  await close(page);
});

test('prints as A4: page furniture on each page, the summary on one', async t => {
  const page = await open(file_url);
  const pdf = join(BULKHEAD_SCRATCH, 'report.pdf');
  await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
  await close(page);
  let pages;
  try {
    pages = execFileSync('pdftotext', ['-layout', pdf, '-']).toString().split('\f').slice(0, -1);
  } catch {
    t.skip('no pdftotext');
    return;
  }
  assert.ok(pages.length > 8 && pages.length < 80, `${pages.length} pages`);
  assert.match(pages[0], /1 +Executive summary/);
  assert.match(pages[0], /What to do first/);
  assert.match(pages[1], /2 +Scope, method, limits/);
  assert.equal(pages.filter(text => /1 Executive summary/.test(text)).length, 1);
  pages.forEach((text, i) => {
    assert.match(text, /Eastwater Treatment Works · OT security assessment/, `head of page ${i + 1}`);
    assert.match(text, /Simulated plant\. Every figure on this page is demonstration data\./, `simulated line of page ${i + 1}`);
    assert.match(text, new RegExp(`issue draft · 2026-11-13 .*Confidential .*${i + 1} of ${pages.length}`), `foot of page ${i + 1}`);
  });
  const size = execFileSync('pdfinfo', [pdf]).toString();
  assert.match(size, /Page size: +59\d\.\d+ x 84\d/);
});

test('5,000 assets and 40,000 conversations stay usable', async () => {
  const big = join(BULKHEAD_SCRATCH, 'big.html');
  execFileSync(BULKHEAD_WRITE_REPORT, [big, '5000', '40000']);
  const size = statSync(big).size;
  assert.ok(size < 40e6, `${size} bytes`);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const start = Date.now();
  await page.goto('file://' + big);
  const loaded = Date.now() - start;
  assert.equal(await shown_rows(page), 500);
  const times = [];
  for (const line of ['role:plc', 'worst>=high', 'station-4']) {
    const before = Date.now();
    await page.locator('#q-assets').fill(line);
    await page.waitForFunction(() => / of .* shown/.test(document.querySelector('#assets .say').textContent));
    times.push(Date.now() - before);
    await page.locator('#q-assets').fill('');
    await page.waitForTimeout(300);
  }
  console.log(`big report: ${(size / 1e6).toFixed(1)} MB, opened in ${loaded} ms, filtered in ${times.join(', ')} ms`);
  assert.ok(loaded < 15000, `opened in ${loaded} ms`);
  await context.close();
  assert.ok(readFileSync(big, 'utf8').includes('500'));
});
