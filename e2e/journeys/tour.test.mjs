// The tour: it comes once to whoever has connected their first account, keeps out of the way, and can be taken again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PROVIDER, accessible, makeOwner, picture, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();

const KEY = 'sk_test_sandbox0000000000000000';
const STEPS = ['Your MRR, from top to bottom', 'Click any figure', 'One view for every page'];

const card = (page, step) => page.getByRole('region', { name: STEPS[step], exact: true });
const isInCard = (page) => page.evaluate(() => document.querySelector('[data-tour-card]').contains(document.activeElement));

/** Whether what the step points at is in view, and not below the card. */
async function pointsAtSomething(page, step) {
  const shown = page.locator('[data-tour-shown]');
  await shown.waitFor();
  const [target, over] = [await shown.boundingBox(), await card(page, step).boundingBox()];
  assert.ok(target.y >= 0 && target.y + target.height <= over.y, `step ${step + 1} covers what it explains`);
}

test('somebody who connects their first account takes the tour, and it does not come back', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await makeOwner(page.context(), both.app);
  await page.goto(`${both.app.url}/connect`);
  await page.getByRole('button', { name: new RegExp(PROVIDER.name) }).click();
  await page.getByText('Use a different API address').click();
  await page.getByLabel('API address').fill(both.merchant.url);
  await page.getByLabel('Restricted key').fill(KEY);
  await page.getByText('Full secret key').waitFor();
  await page.getByRole('button', { name: /^Connect/ }).last().click();
  // The MRR Breakdown opens by itself.
  await page.waitForURL(/\/c\/[^/]+\/mrr/, { timeout: 120_000 });

  await card(page, 0).waitFor();
  assert.equal(await isInCard(page), false, 'the tour took the keyboard');
  await pointsAtSomething(page, 0);
  await accessible(page, 'the tour');
  await picture(page, 'tour-1');
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await card(page, 1).waitFor();
  assert.equal(await isInCard(page), true, 'the next step lost the keyboard');
  await pointsAtSomething(page, 1);
  // What it explains works while it is there.
  await page.getByRole('button', { name: /^What changed since/ }).click();
  await page.getByRole('dialog').getByRole('link').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await card(page, 2).waitFor();
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  await card(page, 2).waitFor({ state: 'detached' });
  assert.equal(await page.locator('[data-tour-shown]').count(), 0);

  await page.reload();
  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().waitFor();
  assert.equal(await card(page, 0).count(), 0, 'the tour came back');
});

test('the tour is taken again from the help, on a phone, and Escape ends it', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, {
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    viewport: { width: 390, height: 664 },
  });
  await signIn(page);
  await page.getByRole('region', { name: 'Top customers' }).getByRole('link').first().waitFor();
  assert.equal(await card(page, 0).count(), 0, 'the tour came to somebody who knows the pages');

  await page.goto(`${both.app.url}/help/README`);
  await page.getByRole('button', { name: 'Take the tour' }).click();
  for (const step of STEPS.keys()) {
    await card(page, step).waitFor();
    await pointsAtSomething(page, step);
    await accessible(page, `step ${step + 1} of the tour on a phone in the dark`);
    await picture(page, `tour-phone-${step + 1}`);
    await page.waitForFunction(() => document.querySelector('[data-tour-card]')?.contains(document.activeElement));
    if (step < 2) await page.getByRole('button', { name: 'Next', exact: true }).click();
  }
  await page.keyboard.press('Escape');
  await card(page, 2).waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');

  await page.getByRole('button', { name: 'Open menu' }).click();
  const menu = page.getByRole('dialog');
  await menu.getByRole('button', { name: /Ada Lovelace/ }).click();
  await page.getByRole('menuitem', { name: 'Take the tour' }).click();
  await menu.waitFor({ state: 'detached' });
  await card(page, 0).waitFor();
  await page.waitForFunction(() => document.querySelector('[data-tour-card]')?.contains(document.activeElement));
  await page.getByRole('button', { name: 'Skip', exact: true }).click();
  await card(page, 0).waitFor({ state: 'detached' });
});
