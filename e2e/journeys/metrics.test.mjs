// Every metric of the registry: found in the index, opened, broken down, and followed to the customers behind it.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';

import { accessible, connected, fitsPhone, picture, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();
let id;

test('an owner finds a metric, breaks it down and opens what is behind a period', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  id = await connected(page, both.app, both.merchant);
  await page.getByRole('link', { name: 'Metrics', exact: true }).click();
  await page.getByRole('heading', { name: 'Metrics', level: 1 }).waitFor();
  await page.getByRole('main').getByText(/\$[1-9]/).first().waitFor();
  await accessible(page, 'the index of metrics');
  await picture(page, '40-metrics');

  await page.getByRole('main').getByRole('link', { name: 'Active customers' }).click();
  const headline = page.getByRole('region', { name: 'Active customers', exact: true });
  await headline.getByText(/^[1-9]\d*$/).first().waitFor();
  await page.getByRole('radio', { name: 'Plan' }).click();
  await page.getByRole('region', { name: 'By plan' }).getByText('Total, each counted once').waitFor();
  await page.getByRole('radio', { name: 'Stacked' }).click();
  await page.waitForURL(/by=plan.*style=columns|style=columns.*by=plan/);
  await accessible(page, 'a metric by plan');
  await picture(page, '41-metric-by-plan');

  await page.getByRole('radio', { name: 'All' }).click();
  await page.getByRole('region', { name: 'By period' }).getByRole('button', { name: /^\d+$/ }).first().click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText(/^[1-9]\d* customers?$/).waitFor();
  await accessible(page, 'what is behind a period');
  await page.goBack();
  await drawer.waitFor({ state: 'detached' });
});

test('a rate opens the customers who left and those who could, a revenue its invoices', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/metrics/customer_churn_rate?range=all`);
  await page.getByRole('region', { name: 'By period' }).getByRole('button', { name: /^[1-9][\d.]*%$/ }).first().click();
  const drawer = page.getByRole('dialog');
  const left = drawer.getByRole('button', { name: /^Existing customers who left/ });
  const before = drawer.getByRole('button', { name: /^Customers just before/ });
  for (const part of [left, before]) {
    await part.click();
    const count = Number((await part.innerText()).match(/(\d+)$/)[1]);
    await drawer.getByText(new RegExp(`^${count} customers?$`)).waitFor();
  }
  await accessible(page, 'how a churn rate came about');

  await page.goto(`${both.app.url}/c/${id}/metrics/net_revenue?range=all`);
  await page.getByRole('region', { name: 'By period' }).getByRole('button', { name: /^\$[\d,.]*[1-9]/ }).first().click();
  const invoices = drawer.getByRole('button', { name: /^Paid invoices, without tax/ });
  const sum = (await invoices.innerText()).match(/\$[\d,.]+$/)[0];
  await drawer.getByText(new RegExp(`^[1-9]\\d* entr(y|ies), ${sum.replaceAll(/[$.]/g, '\\$&')}$`)).waitFor();
  await accessible(page, 'the invoices behind net revenue');
  await drawer.getByRole('table').getByRole('link').first().click();
  await page.waitForURL(/\/customers\/cus_/);
});

test('a chart says what is below the pointer, opens the whole column, and is saved as a picture', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  const card = page.getByRole('region', { name: /^Movements by/ });
  const chart = card.getByRole('img');
  await chart.scrollIntoViewIfNeeded();
  /** Near the right end, where the running period is, and above all columns. */
  const last = async () => {
    const { width } = await chart.boundingBox();
    return { x: width - 30, y: 20 };
  };
  const tooltip = card.getByText('Click to see the customers');
  await chart.hover({ position: await last() });
  await tooltip.waitFor();
  await card.getByText(/so far$/).waitFor();
  await picture(page, '42-tooltip');
  await chart.click({ position: await last() });
  await page.waitForURL(/mark_from=/);
  await page.getByRole('dialog').getByText('All movements').waitFor();
  await tooltip.waitFor({ state: 'detached' });
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await card.getByRole('button', { name: /^Churn/ }).click();
  await chart.hover({ position: await last() });
  await tooltip.waitFor();
  assert.equal(await card.getByText('Churn').count(), 1, 'a series that is switched off is still in the tooltip');
  await card.getByRole('button', { name: /^Download Movements/ }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download PNG' }).click(),
  ]);
  const { size } = statSync(await download.path());
  assert.ok(size > 10_000, `the picture has ${size} bytes`);
});

test('a figure leads to its definition, and all definitions are searched', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).getByRole('button', { name: 'What is MRR?' }).click();
  const [help] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('dialog').getByRole('link', { name: 'Full definition' }).click(),
  ]);
  await help.getByRole('heading', { name: 'MRR', level: 1, exact: true }).waitFor();

  const field = help.getByRole('searchbox', { name: 'Search help' });
  await field.fill('zebra');
  await help.getByRole('status').filter({ hasText: 'Nothing found' }).waitFor();
  await accessible(help, 'a search that finds nothing');
  await field.fill('quick ratio formula');
  await help.getByRole('status').filter({ hasText: /^\d+ results?$/ }).waitFor();
  await accessible(help, 'a search');
  await picture(help, '43-help');
  await field.press('ArrowDown');
  await help.keyboard.press('Enter');
  await help.waitForURL(/\/help\/quick-ratio/);
  await help.getByRole('heading', { name: 'Quick ratio', level: 1 }).waitFor();
  await help.goBack();
  await help.getByRole('status').filter({ hasText: /^\d+ results?$/ }).waitFor();
  assert.equal(await field.inputValue(), 'quick ratio formula');
});

test('the bar governs the page, and a comparison can be switched off', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  const headline = page.getByRole('region', { name: 'MRR now' });
  await headline.getByText(/vs\. end of/).waitFor();
  await page.getByRole('button', { name: /Compare/ }).click();
  await page.getByRole('option', { name: 'No comparison' }).click();
  await headline.getByText(/vs\./).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Range/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Last month', exact: true }).click();
  await page.getByRole('region', { name: /^MRR on/ }).getByText(/\$\d/).first().waitFor();
  assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), { range: 'last-month', vs: 'none' });
});

test('what is scheduled begins with what is ahead, until another range is chosen', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.goto(`${both.app.url}/c/${id}/metrics/scheduled_churn`);
  await page.getByRole('region', { name: 'Scheduled churn', exact: true }).getByText('Next 12 months').waitFor();
  const periods = page.getByRole('region', { name: 'By period' });
  await periods.getByRole('columnheader', { name: 'Scheduled churn' }).waitFor();
  assert.equal(await periods.getByRole('columnheader').count(), 2, 'what is ahead is compared with the month before it');
  await page.getByRole('button', { name: /^Range: Next 12 months/ }).click();
  const ranges = page.getByRole('dialog');
  await ranges.getByRole('button', { name: 'Next 12 months', pressed: true }).waitFor();
  await accessible(page, 'the ranges of what is ahead');
  await ranges.getByRole('button', { name: 'Last 6 months' }).click();
  await page.waitForURL(/range=6m/);
  await page.getByRole('button', { name: /^Range: Last 6 months/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Next 12 months' }).click();
  await page.waitForURL((url) => !url.searchParams.has('range'));
});

test('filters that match nothing leave zeros, and can be cleared where there is nothing to draw', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.goto(`${both.app.url}/c/${id}/metrics/mrr?country=AQ&currency=native`);
  await page.getByRole('region', { name: 'MRR', exact: true }).getByText('$0.00', { exact: true }).first().waitFor();
  await page.goto(`${both.app.url}/c/${id}/geography?country=AQ&currency=native`);
  const countries = page.getByRole('region', { name: 'MRR by country', exact: true });
  await countries.getByText('Or clear the filters.').waitFor();
  await accessible(page, 'a page that has nothing for its filters');
  await countries.getByRole('button', { name: 'Clear filters' }).click();
  await page.waitForURL((url) => !url.searchParams.has('country'));
  await countries.getByRole('row', { name: /^Total/ }).or(countries.getByRole('link')).first().waitFor();
});

test('metrics fit a phone in the dark', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  for (const path of ['metrics', 'metrics/mrr?by=plan&style=share', 'metrics/unheard_of']) {
    await page.goto(`${both.app.url}/c/${id}/${path}`);
    await page.getByRole('main').getByText(/\$\d|Metric not found/).first().waitFor();
    await accessible(page, `${path} on a phone in the dark`);
    await fitsPhone(page, path);
  }
});
