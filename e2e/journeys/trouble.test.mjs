// What may go wrong around a page: the server is away, an address makes no sense, a name is hostile.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, fitsPhone, picture, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();
let id;

test('a server that is away is said once, the figures stay, and everything is back when it is', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  id = await connected(page, both.app, both.merchant);
  await page.goto(`${both.app.url}/c/${id}/mrr`);
  const headline = page.getByRole('region', { name: 'MRR now' });
  await headline.getByText(/\$[1-9]/).first().waitFor();
  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().waitFor();

  await both.app.leave();
  const banner = page.getByText('Can’t reach the server');
  await banner.waitFor();
  await headline.getByText(/\$[1-9]/).first().waitFor();
  assert.equal(await page.locator('[data-outdated]').count(), 1, 'the figures are marked as old');
  await picture(page, '30-away');

  // A page whose code is not here yet.
  await page.getByRole('link', { name: 'Reconcile', exact: true }).first().click();
  await page.getByText('This page couldn’t be loaded').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('This page couldn’t be loaded').waitFor();
  assert.equal(await banner.count(), 1);
  await picture(page, '31-away-page');

  await both.app.comeBack();
  await page.getByRole('region', { name: 'From paid invoices to MRR' }).getByText(/\$\d/).first().waitFor({ timeout: 60_000 });
  await banner.waitFor({ state: 'detached' });
});

test('an error card recovers when the server is back', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  await both.app.leave();
  await page.getByText('Can’t reach the server').waitFor();
  await page.getByRole('radio', { name: 'Product' }).click();
  await page.getByText('Not loaded yet').first().waitFor();
  await both.app.comeBack();
  await page.getByRole('table').getByRole('link').first().waitFor({ timeout: 60_000 });
  await page.getByText('Not loaded yet').first().waitFor({ state: 'detached' });
});

test('an address that makes no sense shows the default view, and is rewritten', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  const headline = page.getByRole('region', { name: 'MRR now' });
  await headline.getByText(/\$[1-9]/).first().waitFor();
  for (const search of ['range=foo', 'interval=hour', 'from=2026-02-30&to=2026-03-31', 'by=bogus&mark_from=x', 'currency=xyz']) {
    await page.goto(`${both.app.url}/c/${id}/mrr?${search}`);
    await headline.getByText(/\$[1-9]/).first().waitFor();
    await page.waitForURL((url) => url.search === '');
  }
  await page.goto(`${both.app.url}/c/${id}/customers?state=bogus&sort=bogus`);
  await page.getByRole('table').getByRole('link').first().waitFor();
  assert.equal(new URL(page.url()).search, '');
});

test('a page that breaks offers to reset the view', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  await page.route('**/facets', (route) => route.fulfill({ json: { plans: null, currencies: null } }));
  await page.goto(`${both.app.url}/c/${id}/mrr?plan=price_1`);
  await page.getByText('Something went wrong on this page').waitFor();
  await picture(page, '32-broken');
  await page.unroute('**/facets');
  await page.getByRole('button', { name: 'Reset this view' }).click();
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$[1-9]/).first().waitFor();
  assert.equal(new URL(page.url()).search, '');
});

test('a name can neither widen a page on a phone nor turn it around', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, { viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  const { data } = await (await page.request.get(`${both.app.url}/api/v1/connections/${id}/customers`)).json();
  const name = `${'Donaudampfschifffahrt'.repeat(10)}\u202Egnp.exe`;
  await page.route('**/api/v1/connections**', async (route) => {
    if (route.request().url().endsWith('/stream')) return route.continue();
    const response = await route.fetch();
    const text = await response.text();
    return route.fulfill({ response, body: text.replaceAll(/"(name|label|description)":"[^"]*"/g, `"$1":"${name}"`) });
  });
  for (const path of ['mrr', 'movements', 'customers', `customers/${data[0].id}`, 'reconcile', 'sync', 'settings']) {
    await page.goto(`${both.app.url}/c/${id}/${path}`);
    await page.getByText(/Donaudampf/).filter({ visible: true }).first().waitFor();
    await page.getByRole('heading').first().waitFor();
    // The skeleton from before the code stays in the page, hidden.
    await page.waitForFunction(() => ![...document.querySelectorAll('.animate-pulse')].some((one) => one.checkVisibility()));
    await picture(page, `33-long-${path.split('/').length > 1 ? 'customer' : path}`);
    await fitsPhone(page, path);
    const text = await page.evaluate(() => document.body.innerText + document.title);
    assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069]/, `${path} shows an override`);
  }
});
