// A disk that lost what it had: the owner is told, and reloads everything.

import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PROVIDER, accessible, connected, picture, serverWithMerchant, visit } from '../support.mjs';

const both = serverWithMerchant();

/** Writes over everything that was fetched, also what is only in the log yet. */
function damage(id) {
  const folder = path.join(both.app.data, 'connections', id);
  for (const name of readdirSync(folder).filter((name) => /^objects\.db(-wal)?$/.test(name))) {
    const file = openSync(path.join(folder, name), 'r+');
    writeSync(file, Buffer.alloc(fstatSync(file).size, 'A'));
    closeSync(file);
  }
}

test('an owner whose data is damaged reloads it, and every figure is back', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  const id = await connected(page, both.app, both.merchant);
  await page.getByRole('link', { name: 'MRR Breakdown', exact: true }).first().click();
  const mrr = page.getByRole('region', { name: 'MRR now' }).locator('p').first();
  const before = await mrr.innerText();
  assert.match(before, /^\$[1-9]/, 'the first figure on the page is one that is known');

  damage(id);
  await page.goto(`${both.app.url}/c/${id}/sync`);
  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByText('objects.db is damaged').waitFor();
  await page.getByText(`${PROVIDER.name} still has all of it.`).waitFor();
  await accessible(page, 'the sync page with damaged data');
  await picture(page, '20-damaged');
  await page.getByRole('button', { name: 'Reload all data…' }).click();
  await accessible(page, 'asking to reload');
  await picture(page, '21-reload');
  await page.getByRole('dialog').getByRole('button', { name: 'Reload all data' }).click();
  await page.getByText('objects.db is damaged').waitFor({ state: 'detached', timeout: 60_000 });
  await page.getByRole('heading', { name: 'Up to date' }).waitFor({ timeout: 120_000 });
  await page.getByRole('link', { name: 'MRR Breakdown', exact: true }).first().click();
  assert.equal(await mrr.innerText(), before, 'the first figure on the page is one that is known');

  await page.goto(`${both.app.url}/c/${id}/settings`);
  await page.getByRole('heading', { name: 'Connection', exact: true }).waitFor();
  await accessible(page, 'the settings with reloading');
  await picture(page, '22-settings');
});
