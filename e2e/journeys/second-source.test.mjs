// An account of another provider, in that provider's words: key, load, MRR Breakdown, a customer, and why a number is what it is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, importedByHand, looksRight, makeOwner, OTHER_PROVIDER, picture, sandbox, server, visit } from '../support.mjs';

const { name, keyLabel, key, wrongKey } = OTHER_PROVIDER;

let app;
let complete;
let lacking;
let poorer;

before(async () => {
  const merchant = ['--provider', OTHER_PROVIDER.id, '--merchant', 'small', '--customers', '40'];
  app = await server();
  complete = await sandbox(...merchant);
  lacking = await sandbox(...merchant, `--permissions=${OTHER_PROVIDER.lacksRequired}`);
  poorer = await sandbox(...merchant, `--permissions=${OTHER_PROVIDER.lacksOptional}`);
});

after(async () => {
  await Promise.all([app, complete, lacking, poorer].map((served) => served?.stop()));
});

async function pasteKey(page, text, base) {
  await page.getByLabel('API address').fill(base);
  await page.getByLabel(keyLabel).fill(text);
}

test('an owner connects an account of another provider and follows a number to its line', async (t) => {
  const page = await visit(t, app.url);
  await makeOwner(page.context(), app);
  await page.goto(app.url);

  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^${name} ${name} `) }).click();
  await page.getByText('Use a different API address').click();
  await accessible(page, 'how to make a key');
  await picture(page, 'second-01-steps');

  await pasteKey(page, OTHER_PROVIDER.notAKey, complete.url);
  await page.getByText(OTHER_PROVIDER.notAKeyTitle).waitFor();
  await pasteKey(page, wrongKey, complete.url);
  await page.getByText(`${name} rejected this key`).waitFor();

  await pasteKey(page, key, lacking.url);
  await page.getByText('A required permission is missing').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Connect/ }).last().isEnabled(), false);
  await pasteKey(page, key, poorer.url);
  await page.getByText('You can connect, but some figures will be missing').waitFor();
  await page.getByText(OTHER_PROVIDER.optional).last().waitFor();
  await accessible(page, 'a key that lacks a permission');
  await picture(page, 'second-02-permission-missing');

  await pasteKey(page, key, complete.url);
  await page.getByText('Key with permissions', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Connect/ }).last().click();
  await importedByHand(page);
  await picture(page, 'second-03-sync');

  await page.getByRole('link', { name: 'Open the MRR Breakdown' }).click();
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\d/).first().waitFor();
  await looksRight(page, 'second-04-mrr');

  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().click();
  await page.getByRole('button', { name: /^Why MRR changed/ }).first().waitFor();
  await page.getByRole('heading', { name: OTHER_PROVIDER.bills }).waitFor();
  await looksRight(page, 'second-05-customer');

  await page.getByRole('button', { name: /^Why MRR changed/ }).first().click();
  const explanation = page.getByRole('dialog');
  await explanation.getByText('MRR at end of day').waitFor();
  await explanation.getByText(/Transaction/).first().waitFor();
  await accessible(page, 'an explanation');
  await picture(page, 'second-06-explanation');
});
