// The pages that tell one part of the business each: retention, churn, revenue, payments and trials.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { accessible, connected, fitsPhone, picture, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();
let id;

const PAGES = ['Retention', 'Churn', 'Revenue', 'Payments', 'Trials'];
const headed = (page, name) => page.getByRole('heading', { name, level: 1, exact: true }).waitFor();

/** Until the key figures are there, and no chart is still loading. */
async function settled(page) {
  await page.getByRole('region', { name: 'Key figures' }).getByText(/\d/).first().waitFor();
  await page.waitForFunction(() => document.querySelector('main [role=status][aria-label^=Loading]') === null);
}

test('an owner reads each page, and its table has the figures of its chart', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  id = await connected(page, both.app, both.merchant);
  for (const [index, name] of PAGES.entries()) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
    await headed(page, name);
    await settled(page);
    await accessible(page, name);
    await picture(page, `5${index}-${name.toLowerCase()}`);
  }
  await page.getByRole('region', { name: 'Trials', exact: true }).getByText('Total').waitFor();
});

test('a cohort is followed by what it pays, and a cell opens its customers', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/retention?range=all`);
  const map = page.getByRole('table', { name: /^Customer retention by month of start/ });
  const first = map.getByRole('button', { name: /month 0: 100%/ }).first();
  const label = await first.getAttribute('aria-label');
  const customers = Number(label.match(/ of (\d+) customer/)[1]);
  await first.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText(new RegExp(`^${customers} customers?$`)).waitFor();
  assert.equal(await drawer.getByRole('group', { name: 'Customers of this cell' }).getByRole('row').count(), Math.min(customers, 100) + 1);
  await accessible(page, 'the customers of a cohort');
  await page.goBack();
  await drawer.waitFor({ state: 'detached' });

  await page.getByRole('radio', { name: 'MRR', exact: true }).click();
  await page.getByRole('radio', { name: 'Plan', exact: true }).click();
  await page.getByRole('table', { name: /^MRR retention by first plan/ }).getByRole('button').first().waitFor();
  assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), { range: 'all', what: 'mrr', by: 'plan' });
  await page.getByRole('button', { name: 'Download', exact: true }).first().waitFor();
});

test('the map is one stop of the keyboard, and arrows move within it', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/retention?range=all`);
  const map = page.getByRole('table', { name: /^Customer retention/ });
  await map.getByRole('button').first().focus();
  await page.keyboard.press('ArrowRight');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /month 1:/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText(/month 0/).first().waitFor();
});

test('customers lost are listed, and a month of churn opens them', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/churn?range=all`);
  const lost = page.getByRole('region', { name: 'Customers lost' });
  await lost.getByText(/^\d+ movements?$/).waitFor();
  const rates = page.getByRole('region', { name: /^Churn rates/ });
  await rates.getByRole('button', { name: /as a table$/ }).click();
  await rates.getByRole('button', { name: /^[1-9][\d.]*%$/ }).first().click();
  await page.getByRole('dialog').getByRole('link').first().waitFor();
  await accessible(page, 'the customers of a month of churn');
});

test('what is ahead is listed one by one, from churn, trials and the overview', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  // How many of so few customers are about to leave today is up to chance: each page lists them, or says that there are none.
  const drawer = page.getByRole('dialog');
  const listed = async (heading, nothing) => {
    await drawer.getByRole('heading', { name: heading }).waitFor();
    await drawer.getByText(/^\d+ (trial|subscription)s? with \$/).or(drawer.getByText(nothing)).waitFor();
  };
  const ends = [/^Subscriptions set to end/, 'No subscription with MRR is set to end on these days.'];
  for (const path of ['churn', 'overview']) {
    await page.goto(`${both.app.url}/c/${id}/${path}?ahead=end`);
    await listed(...ends);
    await accessible(page, `what is set to end, on ${path}`);
  }
  await page.goto(`${both.app.url}/c/${id}/churn`);
  const scheduled = page.getByRole('region', { name: /^Scheduled churn/ });
  // It can't be pressed before the figures are there.
  const table = scheduled.getByRole('button', { name: /as a table$/, disabled: false });
  await table.or(scheduled.getByText('Nothing is set to end')).first().waitFor();
  if (await scheduled.getByText('Nothing is set to end').isHidden()) {
    await table.click();
    await scheduled.getByRole('button', { name: /^\$[\d,.]*[1-9]/ }).first().click();
    await page.waitForURL(/ahead=end&ahead_from=/);
    await drawer.getByRole('row').nth(1).getByRole('link').waitFor();
  }

  await page.goto(`${both.app.url}/c/${id}/trials`);
  const trials = page.getByRole('region', { name: 'Trials ending in the next 7 days' });
  await trials.getByText(/at stake$/).or(trials.getByText(/^No trial ends/)).first().waitFor();
  await trials.getByRole('button', { name: 'All running trials' }).click();
  await listed(/^Trials that end/, 'No running trial ends on these days.');
  await accessible(page, 'the running trials');
});

test('the reasons of churn and the causes of expansion open the customers behind them', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  for (const [path, region, type] of [
    ['churn', 'Why customers left', 'Churn'],
    ['mrr', 'Why MRR expanded', 'Expansion'],
  ]) {
    await page.goto(`${both.app.url}/c/${id}/${path}?range=all`);
    const row = page.getByRole('region', { name: region }).getByRole('row').nth(1);
    // The reason's name, and then its values.
    const name = row.getByRole('button').first();
    const reason = await name.innerText();
    await name.click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('heading', { name: new RegExp(`^${type}`) }).getByText(reason).waitFor();
    await drawer.getByRole('table').getByText(reason).filter({ visible: true }).first().waitFor();
    await accessible(page, `the customers behind: ${reason}`);
    await page.goBack();
    await drawer.waitFor({ state: 'detached' });
  }
});

test('revenue adds up from gross to net', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/revenue?range=all`);
  const steps = page.getByRole('table', { name: 'From gross to net revenue' });
  await steps.getByRole('rowheader', { name: 'Net revenue' }).waitFor();
  const texts = await steps.getByRole('row').locator('td:first-of-type').allInnerTexts();
  const cents = texts.map((text) => Math.round(Number(text.replace(/[^\d.-]/g, '')) * 100));
  const net = cents.pop();
  assert.ok(net > 0);
  assert.equal(cents.reduce((sum, one) => sum + one, 0), net);
  await page.getByRole('region', { name: 'Revenue', exact: true }).getByText(texts.at(-1)).first().waitFor();
});

test('figures, periods and groups of revenue, payments and trials open what is behind them', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  const drawer = page.getByRole('dialog');
  const region = (name) => page.getByRole('region', { name, exact: true });
  const opens = async (button, metric, list) => {
    await button.click();
    await drawer.getByRole('heading', { name: metric }).waitFor();
    await drawer.getByText(list).first().waitFor();
    await accessible(page, `what is behind ${metric}`);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  };
  const entries = /^[1-9][\d,]* entr(y|ies)/;

  await page.goto(`${both.app.url}/c/${id}/revenue?range=all`);
  const steps = page.getByRole('table', { name: 'From gross to net revenue' });
  await opens(steps.getByRole('button', { name: /^Net revenue/ }), /^Net revenue/, entries);
  await opens(region('Revenue').getByRole('button', { name: /^Gross revenue, / }).first(), /^Gross revenue/, entries);
  await opens(region('Net revenue by country').getByRole('button', { name: /^Net revenue, / }).first(), /^Net revenue/, entries);
  const chart = page.getByRole('region', { name: /^Revenue, / });
  await chart.getByRole('button', { name: /as a table$/ }).click();
  await opens(chart.getByRole('row').nth(1).getByRole('button').first(), /^Gross revenue/, entries);

  await page.goto(`${both.app.url}/c/${id}/payments?range=all`);
  await opens(region('Payments').getByRole('button', { name: /^Collected, / }).first(), /^Payments collected/, entries);
  await opens(region('Why payments failed').getByRole('button', { name: /^Failed attempts, / }).first(), /^Failed attempts/, entries);

  await page.goto(`${both.app.url}/c/${id}/trials?range=all`);
  const customers = /^[1-9]\d* customers?$/;
  await opens(region('Trials').getByRole('button', { name: /^Started, / }).first(), /^Trials started/, customers);
  await opens(region('Trials by plan').getByRole('button', { name: /^Trials converted, / }).first(), /^Trials converted/, customers);
});

test('payments say which cards expire soon, or that none does', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  // The merchant's cards are good for some more years: the page is told to look further ahead.
  await page.route(/\/expiring-cards/, (route) =>
    route.continue({ url: route.request().url().replace(/within=\d+/, 'within=3650') }),
  );
  await page.goto(`${both.app.url}/c/${id}/payments`);
  const cards = page.getByRole('region', { name: 'Cards that expire soon' });
  await cards.getByText(/: \d+ cards? with \$[\d,.]+ MRR$/).waitFor();
  await cards.getByText(/•••• \d{4}$/).filter({ visible: true }).first().waitFor();
  await accessible(page, 'cards that expire soon');
  await cards.getByRole('row').nth(1).getByRole('link').click();
  await page.waitForURL(/\/customers\/cus_/);
  await page.unroute(/\/expiring-cards/);
  await page.goto(`${both.app.url}/c/${id}/payments`);
  await cards.getByText(/card expires in the next 60 days[.]|cards? with/).waitFor();
});

const centsOf = (text) => Math.round(Number(text.replace('−', '-').replace(/[^\d.-]/g, '')) * 100);

test('an amount of what was paid opens its customers and their lines, and leads to MRR', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/reconcile`);
  const card = page.getByRole('region', { name: 'From paid invoices to MRR' });
  const drawer = page.getByRole('dialog');
  for (const [column, part] of [['Paid', 'total'], ['Counted in MRR', 'used']]) {
    const amount = card.getByRole('button', { name: new RegExp(`^${column}, `) }).first();
    const cents = centsOf(await amount.innerText());
    await amount.click();
    await page.waitForURL(new RegExp(`paid_on=.*paid_part=${part}`));
    await drawer.getByText(/^\d+ customers?$/).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      drawer.getByRole('button', { name: 'Download', exact: true }).click().then(() => page.getByRole('menuitem', { name: 'Download CSV' }).click()),
    ]);
    const [head, ...rows] = (await readFile(await file.path(), 'utf8')).trim().split('\n').map((row) => row.split(','));
    const place = head.indexOf(part === 'total' ? 'paid' : part);
    // The last columns have no commas in them, unlike names.
    const sum = rows.reduce((all, row) => all + centsOf(row.at(place - head.length)), 0);
    assert.equal(sum, cents, `the customers behind ${column}`);
    await page.goBack();
    await drawer.waitFor({ state: 'detached' });
  }
  await card.getByRole('button', { name: /^Counted in MRR, / }).first().click();
  await drawer.getByText(/^\d+ customers?$/).waitFor();
  await accessible(page, 'the customers behind what was paid');
  await picture(page, '57-paid');
  await drawer.getByRole('row').nth(1).getByRole('button').click();
  await page.waitForURL(/paid_by=cus_/);
  const invoice = drawer.getByRole('region', { name: /^Invoice / }).first();
  const total = centsOf(await invoice.getByText(/^Paid on /).innerText().then((text) => text.split(': ')[1]));
  const lines = await invoice.getByRole('listitem').allInnerTexts();
  assert.equal(lines.reduce((sum, line) => sum + centsOf(line.trim().split('\n').at(-1)), 0), total, 'the lines of an invoice');
  await accessible(page, 'the lines of a customer');
  await picture(page, '57-paid-lines');
  await drawer.getByRole('button', { name: 'All customers' }).click();
  await drawer.getByText(/^\d+ customers?$/).waitFor();
  await page.goto(`${both.app.url}/c/${id}/reconcile`);
  await card.getByRole('row').nth(1).getByRole('link').last().click();
  await page.waitForURL(/\/metrics\/mrr\?/);
  await drawer.getByText(/^\d+ customers?$/).waitFor();
});

test('payments collected lead to net cash, and an amount opens its balance transactions', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/reconcile`);
  const cash = page.getByRole('region', { name: 'From payments collected to net cash' });
  const total = cash.getByRole('row', { name: /^Total/ });
  await total.waitFor();
  const cents = (await total.getByRole('cell').allInnerTexts())
    .slice(1)
    .map((text) => Math.round(Number(text.replace(/[^\d.-]/g, '')) * 100));
  const net = cents.pop();
  assert.ok(net > 0);
  assert.equal(cents.at(-1), 0, 'something is unexplained');
  assert.equal(cents.reduce((sum, one) => sum + one, 0), net);
  await accessible(page, 'the statement of cash');
  await cash.getByRole('button', { name: /^Fees, / }).first().click();
  await page.waitForURL(/cash_line=fees/);
  const drawer = page.getByRole('dialog');
  await drawer.getByText(/^\d+ balance transactions?$/).waitFor();
  await accessible(page, 'the balance transactions of an amount');
  await picture(page, '58-cash');
  await page.goBack();
  await drawer.waitFor({ state: 'detached' });
});

test('MRR leads to the provider’s number, and a reason opens its customers', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/reconcile`);
  const card = page.getByRole('region', { name: /^From MRR to .+ number$/ });
  const last = card.getByRole('row', { name: /^MRR as .+ counts it/ });
  await last.waitFor();
  const rows = await card.getByRole('row').allInnerTexts();
  const cents = rows.slice(1).map((row) => Math.round(Number(row.match(/[-+−]?[$€£¥]?[\d,]+\.\d\d\s*$/)?.[0].replace('−', '-').replace(/[^\d.-]/g, '')) * 100));
  const theirs = cents.pop();
  assert.ok(theirs > 0);
  assert.equal(cents.at(-1), 0, 'something is unexplained');
  assert.equal(cents.reduce((sum, one) => sum + one, 0), theirs);
  await accessible(page, 'the statement of MRR');
  await card.getByRole('button', { name: /^MRR: / }).click();
  await page.waitForURL(/mrr_line=mrr/);
  const drawer = page.getByRole('dialog');
  await drawer.getByText(/^\d+ customers?$/).waitFor();
  await accessible(page, 'the customers behind an amount');
  await picture(page, '59-mrr-statement');
  await drawer.getByRole('link').first().click();
  await page.waitForURL(/\/customers\/cus_/);
  await page.goBack();
  await drawer.waitFor();
});

test('the pages fit a phone in the dark', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.waitForURL(/\/c\//);
  for (const name of PAGES) {
    await page.goto(`${both.app.url}/c/${id}/${name.toLowerCase()}`);
    await headed(page, name);
    await settled(page);
    await accessible(page, `${name} on a phone in the dark`);
    await picture(page, `6${PAGES.indexOf(name)}-${name.toLowerCase()}-phone`);
    await fitsPhone(page, name);
  }
});

test('payments are listed one by one, and by type', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/payments`);
  const list = page.getByRole('region', { name: 'All payments' });
  await list.getByText(/^[\d,]+ entries$/).waitFor();
  await list.getByRole('button', { name: 'Payment', exact: true }).click();
  await page.waitForURL(/type=payment/);
  await list.getByText(/^\d+ entr(y|ies), .*\d/).waitFor();
  await list.getByText(/^(ch|py)_/).first().waitFor();
  // Any column of the server's can be sorted by, and others can be had.
  await list.getByRole('columnheader', { name: /Amount/ }).getByRole('button').click();
  await page.waitForURL(/sort=-amount/);
  await list.getByRole('columnheader', { name: /Amount/, exact: false }).and(list.locator('[aria-sort=descending]')).waitFor();
  await list.getByRole('button', { name: /Columns/ }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Customer ID' }).click();
  await page.keyboard.press('Escape');
  await page.waitForURL(/columns=/);
  await list.getByText(/^cus_/).first().waitFor();
  await accessible(page, 'payments one by one');
  await list.getByRole('button', { name: 'Download', exact: true }).click();
  const csv = page.getByRole('menuitem', { name: 'Download CSV' });
  const [file] = await Promise.all([page.waitForEvent('download'), csv.click()]);
  assert.match(file.suggestedFilename(), /payments\.csv$/);
});

test('movements are sorted by any of their columns, with their sum', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.waitForURL(/\/c\//);
  await page.goto(`${both.app.url}/c/${id}/movements?range=all`);
  const list = page.getByRole('region', { name: 'Movements', exact: true });
  await list.getByText(/^[\d,]+ movements, [+−-]/).waitFor();
  await list.getByRole('columnheader', { name: /Change/ }).getByRole('button').click();
  await page.waitForURL(/sort=-change/);
  await list.locator('[aria-sort=descending]').waitFor();
  await list.locator('[aria-busy=false]').waitFor();
  const changes = await list.locator('tbody tr[data-index]').evaluateAll((rows) => rows.slice(0, 10).map((row) => row.cells[3].innerText));
  const cents = changes.map(centsOf);
  assert.ok(cents.length > 5 && cents.every((one, at) => at === 0 || one <= cents[at - 1]), String(changes));
  await list.getByRole('button', { name: /Columns/ }).click();
  await page.getByRole('menuitemcheckbox', { name: 'MRR before' }).click();
  await page.keyboard.press('Escape');
  await list.getByRole('columnheader', { name: 'MRR before' }).waitFor();
  await accessible(page, 'movements with a column more');
});
