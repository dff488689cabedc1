// An account of a provider whose key has two parts and can't be limited: connect, progress, MRR Breakdown, a customer, and why.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, importedByHand, looksRight, makeOwner, OLDER_PROVIDER, picture, sandbox, server, visit } from '../support.mjs';

const { name, owner, ownerLabel, key, keyLabel, wrongKey } = OLDER_PROVIDER;

let app;
let merchant;

before(async () => {
  app = await server();
  merchant = await sandbox('--provider', OLDER_PROVIDER.sandbox, '--merchant', 'small', '--customers', '40');
});

after(async () => {
  await Promise.all([app, merchant].map((served) => served?.stop()));
});

test('an owner connects with a vendor and a code, and follows a number to the payment that it comes from', async (t) => {
  const page = await visit(t, app.url);
  await makeOwner(page.context(), app);
  await page.goto(app.url);

  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.getByText('Use a different API address').click();
  await page.getByText(/^All lists that Chartsy reads/).click();
  await looksRight(page, 'older-01-steps');

  await page.getByLabel('API address').fill(merchant.url);
  await page.getByLabel(keyLabel).fill(OLDER_PROVIDER.notAKey);
  await page.getByLabel(ownerLabel).fill(owner);
  await page.getByText(OLDER_PROVIDER.notAKeyTitle).waitFor();
  await page.getByLabel(keyLabel).fill(wrongKey);
  await page.getByText(OLDER_PROVIDER.rejected).waitFor();
  await looksRight(page, 'older-02-rejected');

  await page.getByLabel(keyLabel).fill(key);
  await page.getByText(OLDER_PROVIDER.moreThanRead).waitFor();
  await looksRight(page, 'older-03-good-key');
  await page.getByRole('button', { name: /^Connect/ }).last().click();
  await importedByHand(page);
  await page.getByText(OLDER_PROVIDER.coarse).waitFor();
  await looksRight(page, 'older-04-sync');

  await page.getByRole('link', { name: 'Open the MRR Breakdown' }).click();
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\d/).first().waitFor();
  await looksRight(page, 'older-05-mrr');

  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().click();
  await page.getByRole('button', { name: /^Why MRR changed/ }).first().waitFor();
  await page.getByRole('heading', { name: new RegExp(`^${OLDER_PROVIDER.bills}`) }).waitFor();
  await looksRight(page, 'older-06-customer');

  await page.getByRole('button', { name: /^Why MRR changed/ }).first().click();
  const explanation = page.getByRole('dialog');
  await explanation.getByText('MRR at end of day').waitFor();
  await explanation.getByText(/Payment/).first().waitFor();
  await looksRight(page, 'older-07-explanation');
});
