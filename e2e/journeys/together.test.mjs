// A workspace with two accounts, looked at as one business.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, connected, fitsPhone, picture, posted, PROVIDER, sandbox, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();

const KEY = 'sk_test_sandbox0000000000000000';
const PHONE = { width: 390, height: 844 };

/** MRR now, in the currency that everything is converted to. */
async function mrrOf(page, id) {
  const answer = await page.request.get(`${both.app.url}/api/v1/connections/${id}/metrics/mrr?currency=usd`);
  assert.ok(answer.ok(), await answer.text());
  return (await answer.json()).series[0].points.at(-1).mrr_minor;
}

async function choose(page, name) {
  await page.getByRole('button', { name: /^Connection/ }).click();
  await page.getByRole('menuitem', { name }).click();
}

test('two accounts are one business, and a customer leads to its own account from its page', async (t) => {
  const page = await visit(t, both.app.url);
  const first = await connected(page, both.app, both.merchant);
  await page.getByRole('button', { name: /^Connection/ }).click();
  await page.getByRole('menuitem', { name: /Connect another/ }).waitFor();
  assert.equal(await page.getByRole('menuitem', { name: 'All accounts' }).count(), 0, 'one is not several');
  await page.keyboard.press('Escape');

  both.other = await sandbox('--merchant', 'mid', '--customers', '60');
  const request = { source: PROVIDER.id, key: KEY, api_base: both.other.url, name: 'Second shop' };
  const { id: second } = await posted(page.request, both.app.url, '/connections', request);
  await page.goto(`${both.app.url}/c/${second}/sync`);
  await page.getByRole('heading', { name: 'Up to date' }).waitFor({ timeout: 120_000 });

  await page.goto(`${both.app.url}/c/${first}/mrr`);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await choose(page, 'All accounts');
  await page.waitForURL(/\/c\/ws_[^/]+\/mrr/);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  const all = page.url().match(/\/c\/(ws_[^/?]+)/)[1];
  assert.equal(await mrrOf(page, all), (await mrrOf(page, first)) + (await mrrOf(page, second)));
  await accessible(page, 'the MRR of all accounts');
  await picture(page, 'together-mrr');

  for (const name of ['Overview', 'Plans', 'Churn', 'Retention', 'Trials', 'Revenue', 'Payments', 'Geography', 'Metrics', 'Reconcile', 'Movements']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, `${name} fails`);
    await picture(page, `together-${name.toLowerCase()}`);
  }

  await page.getByRole('link', { name: 'Customers', exact: true }).click();
  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor();
  const customer = page.getByRole('table').getByRole('link').first();
  const name = await customer.textContent();
  await accessible(page, 'the customers of all accounts');
  await picture(page, 'together-customers');
  await customer.click();
  await page.waitForURL(/\/c\/ws_[^/]+\/customers\/[^/]+$/);
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByRole('region', { name: 'Accounts' }).getByRole('link').first().click();
  await page.waitForURL(/\/c\/conn_[^/]+\/customers\/[^:]+$/);
  await page.getByRole('heading', { name, level: 1 }).waitFor();
});

test('what each account has of its own is found from all of them, also on a phone in the dark', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, { colorScheme: 'dark', viewport: PHONE });
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  const { data, together } = await (await page.request.get(`${both.app.url}/api/v1/connections`)).json();
  assert.deepEqual(together.parts, data.map(({ id }) => id));
  for (const [path, heading] of [['mrr', 'MRR Breakdown'], ['sync', 'Sync'], ['settings', 'Settings']]) {
    await page.goto(`${both.app.url}/c/${together.id}/${path}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
    await accessible(page, `${heading} of all accounts on a phone`);
    await picture(page, `together-phone-${path}`);
    await fitsPhone(page, path);
  }
  await page.getByRole('list', { name: 'Accounts' }).getByRole('link', { name: /Second shop/ }).click();
  await page.waitForURL(/\/c\/conn_[^/]+\/settings/);
});
