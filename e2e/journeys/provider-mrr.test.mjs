// MRR beside the provider's own figures: by day where the key may read them, and in one sentence where it may not.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { importedByHand, looksRight, makeOwner, OTHER_PROVIDER, sandbox, server, visit } from '../support.mjs';

const { name, key, keyLabel } = OTHER_PROVIDER;

let app;
let complete;
let lacking;
/** The server that the poorer key is pasted on. */
let poorer;

before(async () => {
  // While there are reference rates inside the binary.
  const merchant = ['--provider', OTHER_PROVIDER.id, '--merchant', 'mid', '--customers', '60', '--now', '2026-10-25T00:00:00Z'];
  app = await server();
  poorer = await server();
  complete = await sandbox(...merchant);
  lacking = await sandbox(...merchant, '--seed', '2', '--permissions=-metrics.read');
});

after(async () => {
  await Promise.all([app, poorer, complete, lacking].map((served) => served?.stop()));
});

async function connect(page, base) {
  await page.getByRole('button', { name: new RegExp(`^${name} ${name} `) }).click();
  await page.getByText('Use a different API address').click();
  await page.getByLabel('API address').fill(base);
  await page.getByLabel(keyLabel).fill(key);
  await page.getByText('Key with permissions', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Connect/ }).last().click();
  await importedByHand(page);
}

const reconcileOf = (page) => page.url().replace(/\/c\/([^/]+)\/.*/, '/c/$1/reconcile');

test('the provider’s own MRR is shown beside ours, with what explains the difference', async (t) => {
  const page = await visit(t, app.url);
  await makeOwner(page.context(), app);
  await page.goto(app.url);
  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
  await connect(page, complete.url);
  await page.goto(reconcileOf(page));
  const section = page.getByRole('region', { name: `MRR beside ${name}’s own` });
  await section.getByText('Every difference is explained.').waitFor();
  const rows = section.getByRole('row');
  assert.ok((await rows.count()) > 10);
  await section.getByText(`Exchange rates of ${name}`).first().waitFor();
  await looksRight(page, 'provider-mrr-01-compared');
});

test('a key without the permission says which it lacks', async (t) => {
  const page = await visit(t, poorer.url);
  await makeOwner(page.context(), poorer);
  await page.goto(poorer.url);
  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
  await connect(page, lacking.url);
  await page.goto(reconcileOf(page));
  const section = page.getByRole('region', { name: `MRR beside ${name}’s own` });
  await section.getByText('metrics.read').waitFor();
  await looksRight(page, 'provider-mrr-02-permission-missing');
});
