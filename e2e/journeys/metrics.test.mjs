// Every metric of the registry: found in the index, opened, broken down, and followed to the customers behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, connected, picture, serverWithMerchant, signIn, visit } from '../support.mjs';

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
  await page.getByRole('region', { name: 'By period' }).getByRole('button', { name: /^\$[\d,.]+$/ }).first().click();
  const invoices = drawer.getByRole('button', { name: /^Paid invoices, without tax/ });
  const sum = (await invoices.innerText()).match(/\$[\d,.]+$/)[0];
  await drawer.getByText(new RegExp(`^[1-9]\\d* entr(y|ies), ${sum.replaceAll(/[$.]/g, '\\$&')}$`)).waitFor();
  await accessible(page, 'the invoices behind net revenue');
  await drawer.getByRole('table').getByRole('link').first().click();
  await page.waitForURL(/\/customers\/cus_/);
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

test('metrics fit a phone in the dark', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  for (const path of ['metrics', 'metrics/mrr?by=plan&style=share', 'metrics/unheard_of']) {
    await page.goto(`${both.app.url}/c/${id}/${path}`);
    await page.getByRole('main').getByText(/\$\d|Metric not found/).first().waitFor();
    await accessible(page, `${path} on a phone in the dark`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${path} is ${width} pixels wide`);
  }
});
