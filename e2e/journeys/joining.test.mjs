// A seller who moved from one billing system to another sees one business: who moved is neither churned nor new.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { accessible, looksRight, makeOwner, OTHER_PROVIDER, picture, posted, PROVIDER, sandbox, server, visit } from '../support.mjs';

const KEY = 'sk_test_sandbox0000000000000000';
const folder = mkdtempSync(path.join(tmpdir(), 'chartsy-joining-'));

let app;
let newer;
let older;

before(async () => {
  app = await server();
  newer = await sandbox('--provider', OTHER_PROVIDER.id, '--merchant', 'small', '--customers', '12');
});

after(async () => {
  await Promise.all([app, newer, older].map((served) => served?.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** An account whose only customer paid 20 dollars a month for half a year, until a day. */
function left(email, on) {
  const day = (monthsBefore) => {
    const date = new Date(`${on}T00:00:00Z`);
    date.setUTCMonth(date.getUTCMonth() - monthsBefore);
    return `@${date.toISOString().slice(0, 10)}`;
  };
  const invoices = [6, 5, 4, 3, 2, 1].map((month) => ({
    id: `in_${month}`,
    customer: 'cus_moved',
    created: day(month),
    sub: 'sub_moved',
    lines: [{ price: 'price_1', amount: 2000, sub: 'sub_moved', period: { start: day(month), end: day(month - 1) } }],
  }));
  const ended = { status: 'canceled', ended_at: day(0), canceled_at: day(0) };
  return {
    objects: {
      prices: [{ id: 'price_1', unit_amount: 2000 }],
      customers: [{ id: 'cus_moved', created: day(6), email: email.toUpperCase(), name: 'Mo Ved' }],
      subscriptions: [{ id: 'sub_moved', customer: 'cus_moved', created: day(6), items: [{ price: 'price_1' }], ...ended }],
      invoices,
    },
  };
}

async function connect(page, request) {
  const { id } = await posted(page.request, app.url, '/connections', request);
  await page.goto(`${app.url}/c/${id}/sync`);
  await page.getByRole('heading', { name: 'Up to date' }).waitFor({ timeout: 120_000 });
  return id;
}

test('an owner joins customers by their email address, and one customer has both accounts', async (t) => {
  const page = await visit(t, app.url);
  await makeOwner(page.context(), app);
  const read = async (action) => {
    const answer = await page.request.get(`${app.url}/api/v1${action}`);
    assert.ok(answer.ok(), `${action}: ${await answer.text()}`);
    return answer.json();
  };
  const second = await connect(page, { source: OTHER_PROVIDER.id, key: OTHER_PROVIDER.key, api_base: newer.url, name: 'New shop' });
  const { data } = await read(`/connections/${second}/customers?state=active&sort=name&limit=100`);
  const who = data.find(({ mrr }) => mrr[0].currency === 'usd');
  const { movements } = await read(`/connections/${second}/customers/${who.id}`);
  const [{ on }] = movements;
  const file = path.join(folder, 'account.json');
  writeFileSync(file, JSON.stringify(left(who.email, on)));
  older = await sandbox('--objects', file);
  await connect(page, { source: PROVIDER.id, key: KEY, api_base: older.url, name: 'Old shop' });
  const { together } = await read('/connections');
  const moved = async () => {
    const { data: rows } = await read(`/connections/${together.id}/movements?from=${on}&to=${on}&currency=native`);
    const theirs = rows.filter(({ customer_id: id }) => id.endsWith(':cus_moved') || id.endsWith(`:${who.id}`));
    return theirs.map(({ type }) => type).toSorted();
  };
  assert.deepEqual(await moved(), ['churn', 'new']);

  await page.goto(`${app.url}/c/${together.id}/settings`);
  const section = page.getByRole('region', { name: 'One customer, several accounts' });
  await section.getByText('No customer is in more than one account.').waitFor();
  await section.getByRole('switch', { name: 'Join customers with the same email address' }).click();
  await section.getByText('cus_moved').waitFor();
  await looksRight(page, 'joining-preview');
  await section.getByRole('button', { name: 'Discard' }).click();
  await section.getByText('No customer is in more than one account.').waitFor();
  await section.getByRole('switch', { name: 'Join customers with the same email address' }).click();
  await section.getByRole('button', { name: 'Apply' }).click();
  await section.getByText('1 customer is in more than one account and counted once.').waitFor();
  await accessible(page, 'the rules by which customers are joined');
  assert.ok((await moved()).every((type) => !['churn', 'new'].includes(type)), String(await moved()));

  await page.goto(`${app.url}/c/${together.id}/customers?q=cus_moved`);
  await page.getByRole('table').getByRole('link').first().click();
  const accounts = page.getByRole('region', { name: 'Accounts' });
  await accounts.getByText('cus_moved').waitFor();
  await accounts.getByRole('link', { name: 'New shop' }).waitFor();
  assert.ok((await page.getByRole('region', { name: 'Subscriptions' }).getByText('Old shop').count()) > 0);
  assert.ok((await page.getByRole('region', { name: 'Subscriptions' }).getByText('New shop').count()) > 0);
  await looksRight(page, 'joining-customer');
  await page.goto(`${page.url().split('?')[0]}?why=${on}`);
  await page.getByRole('dialog').getByText('Old shop').first().waitFor();
  await page.getByRole('dialog').getByText('New shop').first().waitFor();
  await accessible(page, 'why a joined customer is worth what it is');
  await picture(page, 'joining-why');
  await page.keyboard.press('Escape');

  await page.goto(`${app.url}/c/${together.id}/reconcile`);
  await page.getByRole('region', { name: 'Customers of several accounts' }).getByText('MRR is the sum of all accounts.').waitFor();
  await accessible(page, 'what all accounts are together, beside what each is');
  await picture(page, 'joining-reconcile');

  await page.goto(`${app.url}/c/${together.id}/customers?q=cus_moved`);
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('region', { name: 'Accounts' }).getByRole('link', { name: 'Old shop' }).click();
  await page.waitForURL(/\/c\/conn_[^/]+\/customers\/cus_moved/);
  await page.getByRole('heading', { name: 'Mo Ved', level: 1 }).waitFor();
});
