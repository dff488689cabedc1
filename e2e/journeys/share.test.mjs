// A page of figures is shown to somebody without an account, and on another site.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';

import { accessible, connected, looksRight, picture, posted, serverWithMerchant, visit } from '../support.mjs';

const both = serverWithMerchant();
const binary = process.env.CHARTSY_BIN ?? path.resolve('..', 'target', 'debug', 'chartsy');

/** The owner's page, with a connection. Each journey goes on from the one before. */
let owner;
let id;
const sites = [];
after(() => Promise.all(sites.map((site) => new Promise((resolve) => site.close(resolve)))));

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

/** A link, made by the API. */
async function share(body) {
  const request = { name: 'Link', page: 'mrr', view: 'range=12m&currency=usd', ...body };
  const { url } = await posted(owner.page.request, both.app.url, `/connections/${id}/share-links`, request);
  const { pathname, hash } = new URL(url);
  return { url: `${both.app.url}${pathname}${hash}`, code: hash.slice(1) };
}

/** Whoever has a link, in a browser of their own; with every answer of the API that it gets. */
async function stranger(t, url, options) {
  const page = await visit(t, 'about:blank', options);
  const answers = [];
  page.on('response', (response) => {
    if (response.url().includes('/api/')) answers.push(response);
  });
  await page.goto(url);
  return { page, answers };
}

/** Charts and tables have come when nothing says any more that it loads. Some ask when they come into view. */
async function settled(page) {
  await page.setViewportSize({ width: 1440, height: 8000 });
  await loaded(page);
  await page.setViewportSize({ width: 1440, height: 1000 });
}

async function loaded(page) {
  await page.waitForFunction(() => document.querySelector('[role=status][aria-label^="Loading"], #root .animate-pulse') === null);
  await page.waitForLoadState('networkidle');
}

const refused = (answers) => answers.filter((answer) => answer.status() >= 400).map((answer) => `${answer.status()} ${answer.url()}`);

test('the owner shares MRR, and a stranger sees that page and nothing else of the app', async (t) => {
  owner = { page: await visit(t, 'about:blank') };
  id = await connected(owner.page, both.app, both.merchant);
  // The journeys that follow ask by the same session.
  owner.state = await owner.page.context().storageState();
  const { page } = owner;
  await page.goto(`${both.app.url}/c/${id}/mrr?range=12m`);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('dialog', { name: 'Share this page' }).waitFor();
  await page.getByLabel('Name').fill('For the bank');
  await looksRight(page, 'share-dialog');
  await page.getByRole('button', { name: 'Create link' }).click();
  const link = await page.getByRole('dialog').locator('code').textContent();
  assert.match(link, /\/shared\/link_[0-9a-z]+#chtl_/);
  await looksRight(page, 'share-dialog-done');

  const { page: seen, answers } = await stranger(t, link);
  await heading(seen, 'MRR Breakdown');
  await seen.getByRole('region', { name: 'MRR now' }).waitFor();
  await settled(seen);
  await looksRight(seen, 'share-mrr');
  assert.deepEqual(refused(answers), []);
  assert.equal(await seen.getByRole('heading', { name: 'Top customers by MRR now' }).count(), 0);
  const links = await seen.getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  assert.deepEqual(links.filter((href) => !href.startsWith('/help/')), [], 'there is no way to another page');
  assert.equal(await seen.getByRole('navigation').count(), 0);
  assert.deepEqual(await seen.context().cookies(), []);
  assert.equal(seen.url(), link);

  await page.getByRole('link', { name: 'All share links' }).click();
  await heading(page, 'Share links');
  await page.getByText('opened 1 time').waitFor();
  await looksRight(page, 'share-links');
  await page.getByRole('button', { name: 'Revoke For the bank' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No page is shared.').waitFor();
  await seen.reload();
  await heading(seen, 'This link doesn’t work anymore');
  assert.ok(!/MRR|bank/.test(await seen.locator('body').textContent()));
  await looksRight(seen, 'share-ended');
  await page.goto(`${both.app.url}/settings/audit?kind=share_link`);
  await page.getByText('Shared a page by a link').waitFor();
  await page.getByText('Revoked a share link').waitFor();
});

/** The owner signed in again, for a journey of its own. */
async function ownerAgain(t) {
  owner = { ...owner, page: await visit(t, both.app.url, { storageState: owner.state }) };
}

const PAGES = [
  ['overview', 'currency=usd', 'Overview'],
  ['mrr', 'range=quarter&vs=year&currency=usd&by=country', 'MRR Breakdown'],
  ['plans', 'range=12m&currency=usd&by=plan', 'Plans'],
  ['churn', 'range=24m&currency=usd', 'Churn'],
  ['retention', 'what=mrr&currency=usd', 'Retention'],
  ['trials', 'range=12m&currency=usd', 'Trials'],
  ['revenue', 'range=6m-full&currency=usd', 'Revenue'],
  ['payments', 'range=12m&currency=usd', 'Payments'],
  ['geography', 'range=12m&currency=usd&map=customers', 'Geography'],
  ['metrics/arr', 'range=ytd&currency=usd&by=plan', 'ARR'],
  ['metrics/scheduled_churn', 'currency=usd', 'Scheduled churn'],
];

test('every page that can be shared gets all that it asks for', async (t) => {
  await ownerAgain(t);
  const { page: seen, answers } = await stranger(t, 'about:blank');
  for (const [page, view, title] of PAGES) {
    for (const hides of [{}, { hides_amounts: true, hides_counts: true }]) {
      const { url } = await share({ page, view, ...hides });
      answers.length = 0;
      await seen.goto('about:blank');
      await seen.goto(url);
      await heading(seen, title);
      await settled(seen);
      assert.deepEqual(refused(answers), [], `${page}?${view}`);
      assert.equal(await seen.getByText('Choose a longer range').count(), 0, `${page} has a card of what is hidden`);
      const shown = `${page.replace('/', '-')}${hides.hides_amounts ? '-hidden' : ''}`;
      if (hides.hides_amounts) await looksRight(seen, `share-${shown}`);
      else await picture(seen, `share-${shown}`);
    }
  }
});

/** Every whole number of an answer, however deep. */
function numbers(value, found = new Set()) {
  if (Number.isInteger(value)) found.add(Math.abs(value));
  else if (value && typeof value === 'object') for (const one of Object.values(value)) numbers(one, found);
  return found;
}

test('where amounts and counts are hidden, none is in any answer or on the page', async (t) => {
  await ownerAgain(t);
  const { url } = await share({ page: 'mrr', hides_amounts: true, hides_counts: true });
  const { page, answers } = await stranger(t, url);
  await heading(page, 'MRR Breakdown');
  await settled(page);
  const asked = answers.filter((answer) => answer.url().includes('/shared/metrics/'));
  assert.ok(asked.length > 10);
  const own = new Set();
  const told = new Set();
  for (const answer of asked) {
    const path = answer.url().replace('/shared/', `/connections/${id}/`);
    for (const { points } of (await (await owner.page.request.get(path)).json()).series) numbers(points, own);
    for (const { points, currency } of (await answer.json()).series) {
      assert.equal(currency, 'xxx');
      numbers(points, told);
    }
  }
  // Index numbers are rounded to tenths, so they all end in 0; small amounts are too short to tell.
  const amounts = [...own].filter((amount) => amount >= 1000 && amount % 10 !== 0);
  assert.ok(amounts.length > 20, `${amounts}`);
  assert.deepEqual(amounts.filter((amount) => told.has(amount)), []);
  for (const answer of answers) assert.ok(!/total_minor|"scale"/.test(await answer.text()), answer.url());
  const text = await page.locator('body').textContent();
  assert.ok(!/[$€£]|\d customers?\b/.test(text), text);
  await page.getByText('MRR was 100 when this page was shared').waitFor();
});

test('a password is asked for, a wrong one is refused, and a link that has expired says only that', async (t) => {
  await ownerAgain(t);
  const { url } = await share({ password: 'first quarter' });
  const { page } = await stranger(t, url);
  await heading(page, 'This page has a password');
  await looksRight(page, 'share-password');
  await page.getByLabel('Password').fill('second quarter');
  await page.getByRole('button', { name: 'Open the page' }).click();
  await page.getByText('Wrong password').waitFor();
  await looksRight(page, 'share-password-wrong');
  await page.getByLabel('Password').fill('first quarter');
  await page.getByRole('button', { name: 'Open the page' }).click();
  await heading(page, 'MRR Breakdown');
  await page.reload();
  await heading(page, 'This page has a password');

  const soon = await share({ expires_at: Math.floor(Date.now() / 1000) + 2 });
  const open = () => owner.page.request.post(`${both.app.url}/api/v1/shared/open`, { data: { code: soon.code }, headers: { origin: both.app.url } });
  while ((await open()).ok()) await new Promise((resolve) => setTimeout(resolve, 100));
  await page.goto('about:blank');
  await page.goto(soon.url);
  await heading(page, 'This link doesn’t work anymore');
});

test('whoever runs the server lists links on its command line, and revokes one', async (t) => {
  await ownerAgain(t);
  const { url } = await share({ name: 'For the auditors', page: 'churn', view: 'currency=usd' });
  const { page } = await stranger(t, url);
  await heading(page, 'Churn');
  const run = (...args) => execFileSync(binary, ['share', ...args, '--data', both.app.data], { encoding: 'utf8' });
  const line = run('list').split('\n').find((one) => one.includes('For the auditors'));
  assert.match(line, /churn {2}For the auditors {2}created by ada .*opened 1 times/);
  run('revoke', line.split(' ')[0]);
  assert.ok(!run('list').includes('For the auditors'));
  await page.reload();
  await heading(page, 'This link doesn’t work anymore');
});

/** Another site, with a page that shows an address in a frame. */
async function site(shown) {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end(`<!doctype html><html lang="en"><title>Intranet</title><main><h1>Our figures</h1>
      <iframe src="${shown()}" title="MRR" style="width: 100%; height: 2000px; border: 0"></iframe></main></html>`);
  });
  sites.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${server.address().port}`;
}

test('a site that the link lists shows the page in a frame, and another site does not', async (t) => {
  await ownerAgain(t);
  let shown = '';
  const [allowed, other] = [await site(() => shown), await site(() => shown)];
  for (const password of [null, 'first quarter']) {
    ({ url: shown } = await share({ origins: [allowed], password }));
    const { page } = await stranger(t, allowed);
    const frame = page.frameLocator('iframe');
    if (password) {
      await frame.getByLabel('Password').fill(password);
      await frame.getByRole('button', { name: 'Open the page' }).click();
    }
    await frame.getByRole('heading', { name: 'MRR Breakdown', level: 1 }).waitFor();
    await frame.getByRole('region', { name: 'MRR now' }).waitFor();
    // What is in a frame comes into view with it.
    await page.setViewportSize({ width: 1440, height: 2400 });
    await loaded(page.frames()[1]);
    await accessible(page, 'the frame');
    await picture(page, `share-frame${password ? '-password' : ''}`);
    assert.deepEqual(await page.context().cookies(), []);
  }
  const said = [];
  const { page } = await stranger(t, 'about:blank');
  page.on('console', (message) => said.push(message.text()));
  const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await page.goto(other);
  await blocked;
  assert.equal(await page.frameLocator('iframe').getByRole('heading', { name: 'MRR Breakdown' }).count(), 0, `${said}`);
  // Every other page stays out of any frame.
  shown = `${both.app.url}/login`;
  const login = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await page.goto(allowed);
  await login;
});
