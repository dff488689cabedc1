// What has no exchange rate: it is left out of what is converted, and every figure that lacks it says so.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { accessible, connected, picture, sandbox, server, visit } from '../support.mjs';

const paid = (id, customer, price, currency, amount, from, to) => ({
  id,
  customer,
  currency,
  created: `@${from}`,
  sub: `sub_${customer}`,
  lines: [{ sub: `sub_${customer}`, price, quantity: 1, amount, currency, period: { start: `@${from}`, end: `@${to}` } }],
});

const account = {
  what: 'One customer pays in dollars, and another in a currency that has no reference rate.',
  objects: {
    prices: [{ id: 'price_usd', unit_amount: 2900 }, { id: 'price_kwd', unit_amount: 9000, currency: 'kwd' }],
    customers: [
      { id: 'cus_usd', name: 'Blue Kite', created: '@2026-01-05', address: { country: 'US' } },
      { id: 'cus_kwd', name: 'Gulf Lamps', created: '@2026-01-05', address: { country: 'KW' } },
    ],
    subscriptions: [
      { id: 'sub_cus_usd', customer: 'cus_usd', created: '@2026-01-05', items: [{ price: 'price_usd' }] },
      { id: 'sub_cus_kwd', customer: 'cus_kwd', currency: 'kwd', created: '@2026-01-05', items: [{ price: 'price_kwd' }] },
    ],
    invoices: [
      paid('in_1', 'cus_usd', 'price_usd', 'usd', 2900, '2026-01-05', '2026-02-05'),
      paid('in_2', 'cus_usd', 'price_usd', 'usd', 2900, '2026-02-05', '2026-03-05'),
      paid('in_3', 'cus_kwd', 'price_kwd', 'kwd', 9000, '2026-01-05', '2026-02-05'),
      paid('in_4', 'cus_kwd', 'price_kwd', 'kwd', 9000, '2026-02-05', '2026-03-05'),
    ],
  },
};

let app;
let merchant;
let folder;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'chartsy-rates-'));
  const file = path.join(folder, 'account.json');
  writeFileSync(file, JSON.stringify(account));
  app = await server();
  merchant = await sandbox('--objects', file);
});
after(async () => {
  await Promise.all([app, merchant].map((served) => served?.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const downloaded = async (page, region, kind) => {
  await region.getByRole('button', { name: 'Download', exact: true }).click();
  const item = page.getByRole('menuitem', { name: `Download ${kind}` });
  const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
  return readFileSync(await download.path());
};

test('cohort revenue that lacks a currency is marked in the map, in rows and in files', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  const id = await connected(page, app, merchant);
  await page.goto(`${app.url}/c/${id}/retention?range=all&currency=usd&what=revenue`);
  const map = page.getByRole('region', { name: 'Revenue per customer by month of start' });
  const cell = map.getByRole('button', { name: /^Jan 2026, month 1: \$58\*\..*not complete: no exchange rate for Kuwaiti Dinar/ });
  await cell.waitFor();
  await map.getByText('* Not complete: no exchange rate for Kuwaiti Dinar.').waitFor();
  const rows = page.getByRole('region', { name: 'Revenue per customer, cohort by cohort' });
  await rows.getByRole('row', { name: /^Jan 2026/ }).getByText('*').first().waitFor();
  await accessible(page, 'cohorts that lack a currency');
  await picture(page, 'rates-cohorts');
  const cells = JSON.parse(await downloaded(page, map, 'JSON'));
  assert.ok(cells.every((one) => one.lacks_exchange_rates === true), 'a cell passes for complete');
  assert.match(String(await downloaded(page, rows, 'CSV')), /lacks_exchange_rates\r\n2026-01-01,.*,true\r\n/);

  await cell.click();
  const drawer = page.getByRole('dialog');
  const lamps = drawer.getByRole('row', { name: /^Gulf Lamps/ });
  await lamps.getByText('No exchange rate').waitFor();
  await lamps.getByText('KWD 18.000 not included').waitFor();
  await accessible(page, 'the customers of a cell that lacks a currency');

  // Natively nothing is missing.
  await page.goto(`${app.url}/c/${id}/retention?range=all&currency=native&what=revenue`);
  await map.getByRole('button', { name: /^Jan 2026, month 1: \$58\./ }).waitFor();
  assert.equal(await page.getByText('Not complete').count(), 0);
});

test('the map of countries is downloaded as a picture', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  await page.getByLabel('Username or email').fill('ada');
  await page.getByLabel('Password').fill('Correct1horse');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/c\//);
  await page.goto(`${page.url().replace(/\/mrr.*/, '')}/geography`);
  await page.getByRole('img', { name: 'World map of MRR by country' }).waitFor();
  const png = await downloaded(page, page.getByRole('region', { name: 'MRR by country', exact: true }), 'PNG');
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  // Width and height of a picture stand behind its signature: twice the map and its margins.
  assert.equal(png.readUInt32BE(16), 2_000);
  assert.ok(png.readUInt32BE(20) > 800, 'the picture is cut off');
  if (process.env.PICTURES) writeFileSync(path.join(process.env.PICTURES, 'rates-map.png'), png);
});
