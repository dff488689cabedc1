// The first visit: account, key, load, MRR Breakdown, a customer, and why a number is what it is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, fitsPhone, importedByHand, owner, picture, PROVIDER, sandbox, server, visit } from '../support.mjs';

const GOOD_KEY = 'rk_test_good0000000000000000';
const SHORT_KEY = 'rk_test_short000000000000000';

let app;
let complete;
let lacking;

before(async () => {
  app = await server();
  complete = await sandbox('--merchant', 'small', '--customers', '60', '--key', GOOD_KEY);
  lacking = await sandbox('--merchant', 'small', '--customers', '5', '--key', SHORT_KEY, '--permissions', 'all,-invoices');
});

after(async () => {
  await Promise.all([app, complete, lacking].map((served) => served?.stop()));
});

async function makeAccount(page) {
  await page.getByRole('heading', { name: 'Set up Chartsy' }).waitFor();
  await accessible(page, 'the first visit');
  await picture(page, '01-setup');
  await page.getByLabel('Full name').fill(owner.fullName);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Username').fill(owner.username);
  await page.getByLabel('Password', { exact: true }).fill('weak');
  await page.getByLabel('Confirm password').fill('weak');
  await page.getByRole('button', { name: 'Create account' }).click();
  // A weak password is not taken.
  await page.getByRole('heading', { name: 'Set up Chartsy' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByLabel('Confirm password').fill(owner.password);
  await page.getByLabel('Setup code').fill(app.setupCode);
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function pasteKey(page, key, base) {
  await page.getByLabel('API address').fill(base);
  await page.getByLabel('Restricted key').fill(key);
}

test('a new owner connects an account and follows a number to its invoice line', async (t) => {
  const page = await visit(t, app.url);
  await makeAccount(page);

  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
  await accessible(page, 'the choice of a source');
  await picture(page, '02-sources');
  await page.getByRole('button', { name: new RegExp(PROVIDER.name) }).click();
  await page.getByText('Use a different API address').click();

  await pasteKey(page, 'pk_test_0000000000000000', complete.url);
  await page.getByText('This is a publishable key').waitFor();
  await pasteKey(page, 'rk_test_wrong000000000000000', complete.url);
  await page.getByText(`${PROVIDER.name} rejected this key`).waitFor();
  await picture(page, '03-refused');

  await pasteKey(page, SHORT_KEY, lacking.url);
  await page.getByText('A required permission is missing').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Connect/ }).last().isEnabled(), false);
  await accessible(page, 'a key that lacks a permission');
  await picture(page, '04-permission-missing');

  await pasteKey(page, GOOD_KEY, complete.url);
  await page.getByText('Restricted key', { exact: true }).last().waitFor();
  await accessible(page, 'a good key');
  await picture(page, '05-good-key');
  await page.getByRole('button', { name: /^Connect/ }).last().click();

  // Today's figures open as soon as they are there, and one line says when everything is.
  await page.waitForURL(/\/c\/[^/]+\/mrr/, { timeout: 120_000 });
  await page.getByText(/^.+ of history, [\d,]+ customers, .+, 0 unexplained\.$/).waitFor({ timeout: 120_000 });
  await accessible(page, 'the end of an import');
  await picture(page, '05-imported');
  await importedByHand(page);
  await page.getByRole('progressbar', { name: 'Loaded' }).waitFor();
  await accessible(page, 'progress');
  await picture(page, '06-sync');

  await page.getByRole('link', { name: 'Open the MRR Breakdown' }).click();
  await page.getByRole('heading', { name: 'MRR Breakdown' }).waitFor();
  const headline = page.getByRole('region', { name: 'MRR now' });
  await headline.getByText(/\$\d/).first().waitFor();
  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().waitFor();
  // The tour waits in a corner, and everything goes on as if it weren't there.
  await page.getByRole('region', { name: 'Your MRR, from top to bottom' }).waitFor();
  await accessible(page, 'the MRR Breakdown');
  await picture(page, '07-mrr');

  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().click();
  await page.getByRole('button', { name: /^Why MRR changed/ }).first().waitFor();
  await accessible(page, 'a customer');
  await picture(page, '08-customer');

  await page.getByRole('button', { name: /^Why MRR changed/ }).first().click();
  const explanation = page.getByRole('dialog');
  await explanation.getByText('MRR at end of day').waitFor();
  await explanation.getByText(/a month/).first().waitFor();
  await accessible(page, 'an explanation');
  await picture(page, '09-explanation');
});

test('an owner who returns signs in, and sees the pages in the dark and on a phone', async (t) => {
  const page = await visit(t, app.url, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await page.getByLabel('Username or email').fill(owner.username);
  await page.getByLabel('Password').fill('Wrong1password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  await accessible(page, 'the MRR Breakdown on a phone in the dark');
  await picture(page, '10-phone-dark');
  await fitsPhone(page, 'the page');
});
