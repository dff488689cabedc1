// How fresh the numbers are, and what is kept of people: a customer erased, then GDPR mode.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, fitsPhone, importedByHand, owner, picture, PROVIDER, serverWithMerchant, signIn, visit } from '../support.mjs';

const KEY = 'rk_test_people00000000000000';

const both = serverWithMerchant('--key', KEY);

async function connectedByHand(page) {
  await page.getByLabel('Full name').fill(owner.fullName);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Username').fill(owner.username);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByLabel('Confirm password').fill(owner.password);
  await page.getByLabel('Setup code').fill(both.app.setupCode);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: new RegExp(PROVIDER.name) }).click();
  await page.getByText('Use a different API address').click();
  await page.getByLabel('API address').fill(both.merchant.url);
  await page.getByLabel('Restricted key').fill(KEY);
  await page.getByText('GDPR mode', { exact: true }).waitFor();
  await accessible(page, 'a good key, with GDPR mode to choose');
  await picture(page, '11-gdpr-choice');
  await page.getByRole('button', { name: /^Connect/ }).last().click();
  await importedByHand(page);
}

test('an owner sees how fresh the numbers are, erases a person, and keeps nobody’s name', async (t) => {
  const page = await visit(t, both.app.url);
  await connectedByHand(page);

  const freshness = page.getByRole('region', { name: 'Freshness' });
  await freshness.getByText(/Webhook (registered|live)/).waitFor({ timeout: 30_000 });
  await accessible(page, 'the sync page with its freshness');
  await picture(page, '12-freshness');

  await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
  const first = page.getByRole('table').getByRole('link').first();
  const name = (await first.innerText()).trim();
  await first.click();
  await page.getByRole('heading', { name }).waitFor();
  await page.getByRole('button', { name: 'Erase…' }).click();
  await page.getByRole('dialog').getByText('so MRR and revenue don’t change').waitFor();
  await accessible(page, 'asking to erase a person');
  await picture(page, '13-erase');
  await page.getByRole('button', { name: 'Erase permanently' }).click();
  await page.getByText('Personal data erased').waitFor();
  await page.getByRole('heading', { name: /^cus_/ }).waitFor();
  await accessible(page, 'a person erased');
  await picture(page, '14-erased');

  await page.getByRole('link', { name: 'Settings', exact: true }).first().click();
  const rates = page.getByRole('region', { name: 'Exchange rates' });
  const typed = { 'Base currency': 'USD', Rate: '0.307', Currency: 'KWD', 'First day': '2026-01-01' };
  for (const [label, value] of Object.entries(typed)) await rates.getByLabel(label, { exact: true }).fill(value);
  await page.keyboard.press('Enter');
  await rates.getByText('1 USD = 0.307 KWD').waitFor();
  assert.equal(await rates.getByText('could not be saved').count(), 0);
  assert.equal(await rates.getByLabel('Rate', { exact: true }).inputValue(), '', 'the form is ready for another');
  await accessible(page, 'an exchange rate of one’s own');
  await page.getByRole('button', { name: /Keep personal data of former customers/ }).click();
  await page.getByRole('option', { name: 'For 1 year' }).click();
  await page.getByRole('dialog').getByText('Names, contact and card details').waitFor();
  await accessible(page, 'asking to erase those who left');
  await picture(page, '14-retention');
  await page.getByRole('button', { name: 'Erase and save' }).click();
  await page.getByRole('button', { name: /For 1 year/ }).waitFor();
  await page.getByText('GDPR mode', { exact: true }).click();
  await page.getByRole('button', { name: 'Erase and turn on' }).click();
  await page.getByText('GDPR mode is on').waitFor();
  await accessible(page, 'settings in GDPR mode');
  await picture(page, '15-gdpr-on');
  await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
  const links = page.getByRole('table').getByRole('link');
  await links.filter({ hasText: /^cus_/ }).first().waitFor({ timeout: 30_000 });
  // Customers lose their names one by one.
  await links.filter({ hasNotText: /^cus_/ }).first().waitFor({ state: 'detached', timeout: 60_000 });
  assert.ok((await links.allInnerTexts()).every((text) => text.trim().startsWith('cus_')), 'nobody has a name');
  await accessible(page, 'customers without names');
  await picture(page, '16-nameless');
});

test('the same pages fit a phone in the dark', async (t) => {
  const page = await visit(t, both.app.url, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  for (const [path, region] of [['sync', 'Freshness'], ['settings', 'Personal data']]) {
    await page.goto(page.url().replace(/\/(mrr|sync|settings)(\?.*)?$/, `/${path}`));
    await page.getByRole('region', { name: region }).getByRole('heading').first().waitFor();
    await accessible(page, `${path} on a phone in the dark`);
    await picture(page, `17-phone-${path}`);
    await fitsPhone(page, path);
  }
});

test('an owner removes the connection and sees what went', async (t) => {
  const page = await visit(t, both.app.url);
  await signIn(page);
  await page.getByRole('link', { name: 'Settings', exact: true }).first().click();
  await page.getByRole('button', { name: 'Remove…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/to confirm/).fill('Tidewater Notes');
  await dialog.getByRole('button', { name: 'Remove permanently' }).click();
  await dialog.getByText(`Its webhook was removed from ${PROVIDER.name}`).waitFor();
  await accessible(page, 'the receipt of a removed connection');
  await picture(page, '18-removed');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
});
