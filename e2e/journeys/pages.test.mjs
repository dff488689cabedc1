// The day's overview, what is sold where, and lists of any length.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { accessible, connected, fitsPhone, picture, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();
let id;

const openPage = (page, name) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();

test('an owner reads the overview and follows a figure to its page', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  id = await connected(page, both.app, both.merchant);
  await openPage(page, 'Overview');
  await page.getByText(/^MRR is \$[\d,]+/).waitFor();
  const today = page.getByRole('region', { name: 'Today' });
  await today.getByRole('row', { name: /^Cancellations still due/ }).waitFor();
  const risk = page.getByRole('region', { name: 'At risk' });
  await risk.getByText(/within 90 days/).waitFor();
  await page.getByRole('radio', { name: 'New customers' }).click();
  await page.waitForURL(/pace=new_customers/);
  await page.getByRole('region', { name: 'Key figures' }).getByText(/\$\d/).first().waitFor();
  await accessible(page, 'the overview');
  await picture(page, '60-overview');
  await today.getByRole('link', { name: 'Net revenue' }).click();
  await page.getByRole('heading', { name: 'Net revenue', level: 1 }).waitFor();
});

test('plans stand below their products, and lead to their customers', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await openPage(page, 'Plans');
  await page.getByText(/of \$[\d,]+ MRR[.]/).waitFor();
  const tree = page.getByRole('region', { name: 'Products and plans' });
  await tree.getByText('Total, each customer once').waitFor();
  const count = () => tree.getByRole('row').count();
  const all = await count();
  await tree.getByRole('button', { name: /^\d+ plans? of Pro/ }).click();
  assert.ok((await count()) < all, 'a closed product still shows its plans');
  await accessible(page, 'plans');
  await picture(page, '61-plans');
  await tree.getByRole('link', { name: 'Business', exact: true }).click();
  await page.waitForURL(/customers.*product=/);
  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor();
  await page.getByRole('table').waitFor();

  await openPage(page, 'Geography');
  await page.getByRole('region', { name: 'MRR by country', exact: true }).getByRole('link').first().waitFor();
  await accessible(page, 'geography');
  await picture(page, '62-geography');
});

/** A place on the page where a country has land: the middle of one with islands may be in another country. */
function landOf(shape) {
  shape.scrollIntoView({ block: 'center' });
  const { x, y, width, height } = shape.getBBox();
  for (let at = 0; at < 400; at += 1) {
    const place = new DOMPoint(x + (width * ((at % 20) + 0.5)) / 20, y + (height * (Math.floor(at / 20) + 0.5)) / 20);
    if (shape.isPointInFill(place)) return place.matrixTransform(shape.getScreenCTM()).toJSON();
  }
  throw new Error('the country has no land');
}

test('a map shows where customers are, and leads to those of a country', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.goto(`${both.app.url}/c/${id}/geography`);
  await page.getByRole('img', { name: 'World map of MRR by country' }).waitFor();
  await page.getByRole('list', { name: 'Shades of the map: MRR' }).getByText('No MRR').waitFor();
  await page.getByRole('radio', { name: 'Customers' }).click();
  await page.waitForURL(/map=customers/);
  const map = page.getByRole('img', { name: 'World map of customers by country' });
  await map.waitFor();
  await accessible(page, 'the map of customers');

  const country = page.getByRole('region', { name: 'MRR by country', exact: true }).getByRole('link').first();
  const name = await country.textContent();
  const code = new URL(await country.getAttribute('href'), both.app.url).searchParams.get('country');
  const place = await map.locator(`[data-country="${code}"]`).first().evaluate(landOf);
  await page.mouse.move(place.x, place.y);
  await page.getByText('Click to see the customers').waitFor();
  await page.getByText(name, { exact: true }).nth(1).waitFor();
  await page.mouse.click(place.x, place.y);
  await page.waitForURL((url) => url.pathname.endsWith('/customers') && url.searchParams.get('country') === code);
  await page.getByRole('table').getByRole('link').first().waitFor();
});

test('plans say who switched to which, and open the movements of it', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.goto(`${both.app.url}/c/${id}/plans?range=all`);
  const switches = page.getByRole('region', { name: 'Switches between plans' });
  await switches.getByRole('row', { name: /→/ }).first().waitFor();
  await accessible(page, 'switches between plans');
  await switches.getByRole('button', { name: 'See the movements' }).click();
  await page.waitForURL(/mark_of=cause/);
  await page.getByRole('dialog').getByText('Change of plan').filter({ visible: true }).nth(1).waitFor();
  await accessible(page, 'the movements of switches');

  // A cell of the matrix opens its own movements alone.
  await page.keyboard.press('Escape');
  await switches.getByRole('button', { name: /→ .+: \d/ }).first().click();
  await page.waitForURL(/mark_of=switch/);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading', { name: 'Switches between plans' }).waitFor();
  await dialog.getByText(/→/).first().waitFor();
  await dialog.getByText('Change of plan').filter({ visible: true }).first().waitFor();
  await accessible(page, 'the movements of one switch');
});

test('a list has the columns that were chosen, sums, any order, and downloads as a whole', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await openPage(page, 'Customers');
  await page.getByRole('status').filter({ hasText: /^40 customers, \$/ }).waitFor();
  assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), '41');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Created' }).click();
  await accessible(page, 'the choice of columns');
  await page.keyboard.press('Escape');
  await page.waitForURL(/cols=created/);
  await page.getByRole('button', { name: 'Lifetime revenue' }).click();
  await page.waitForURL(/sort=-revenue/);
  await page.getByRole('row', { name: /^Total/ }).getByText(/\$\d/).first().waitFor();
  await accessible(page, 'customers');
  await picture(page, '63-customers');

  const downloaded = async (kind) => {
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    const item = page.getByRole('menuitem', { name: `Download ${kind}` });
    const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
    return readFileSync(await download.path(), 'utf8');
  };
  const lines = (await downloaded('CSV')).trim().split('\r\n');
  assert.equal(lines.length, 41);
  const customers = JSON.parse(await downloaded('JSON'));
  assert.equal(customers.length, 40);
  assert.ok(customers.some((customer) => customer.mrr_usd?.amount_minor > 0), 'nobody has an amount');
  await page.getByRole('radio', { name: 'Churned' }).click();
  await page.getByText(/^\d+ customers?$/).waitFor();
  assert.ok(new URL(page.url()).searchParams.getAll('cols').includes('created'), 'the columns are forgotten');

  // What is on the page is still converted while the native amounts are on their way.
  await page.getByRole('radio', { name: 'All', exact: true }).click();
  await page.getByRole('status').filter({ hasText: /^40 customers, \$/ }).waitFor();
  await page.getByRole('button', { name: /Currency$/ }).click();
  await page.getByRole('option', { name: /^Native currencies/ }).click();
  await page.waitForURL(/currency=native/);
  await page.getByRole('table').getByRole('link').first().waitFor();
  await page.getByRole('status').filter({ hasText: /^40 customers$/ }).waitFor();
});

test('the pages fit a phone in the dark', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  for (const path of ['overview', 'plans', 'geography', 'customers', 'movements?range=all', 'reconcile']) {
    await page.goto(`${both.app.url}/c/${id}/${path}`);
    await page.getByRole('main').getByText(/\$\d/).first().waitFor();
    await accessible(page, `${path} on a phone in the dark`);
    await fitsPhone(page, path);
  }
});
