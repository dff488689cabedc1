// What people on the pages write to the person who runs the server: feedback with a picture in which nobody is named, and a
// request for a demo.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { accessible, connected, owner, picture, sandbox, server, signIn, visit } from '../support.mjs';

/** The operator's webhook: what was posted to it, in order. */
const posted = [];
const arrived = [];
let hook;
let app;
let merchant;

/** The next message that the operator gets. */
const nextPosted = () => (posted.length > 0 ? posted.shift() : new Promise((resolve) => arrived.push(resolve)));

before(async () => {
  hook = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      response.writeHead(204).end();
      const message = JSON.parse(body);
      const waiting = arrived.shift();
      if (waiting) waiting(message);
      else posted.push(message);
    });
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${hook.address().port}/hook`;
  app = await server('--feedback-webhook', url, '--book-demo', 'form');
  merchant = await sandbox('--merchant', 'small', '--customers', '40');
});
after(async () => {
  await Promise.all([app, merchant].map((served) => served.stop()));
  hook.close();
});

/** What the browser draws the picture from, before it is a picture. */
async function watchDrawings(page) {
  await page.addInitScript(() => {
    window.drawings = [];
    const { set, get } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src');
    Object.defineProperty(HTMLImageElement.prototype, 'src', {
      get,
      set(url) {
        if (String(url).startsWith('data:image/svg')) window.drawings.push(decodeURIComponent(url));
        set.call(this, url);
      },
    });
  });
}

async function openForm(page) {
  await page.getByRole('button', { name: new RegExp(owner.fullName) }).first().click();
  await page.getByRole('menuitem', { name: 'Share feedback' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share feedback' });
  await dialog.getByLabel('What’s on your mind?').waitFor();
  return dialog;
}

test('feedback goes to the operator with a picture in which nobody is named', async (t) => {
  const page = await visit(t, app.url);
  await watchDrawings(page);
  const id = await connected(page, app, merchant);
  await page.goto(`${app.url}/c/${id}/customers?q=a`);
  const links = page.getByRole('table').getByRole('link');
  await links.first().waitFor();
  const names = (await links.allInnerTexts()).map((name) => name.trim());
  assert.ok(names.length > 3);

  const dialog = await openForm(page);
  await accessible(page, 'writing feedback');
  await dialog.getByLabel('What’s on your mind?').fill('Please add a filter by plan.');
  await dialog.getByText('Include a picture of this page').click();
  const shown = dialog.getByRole('img', { name: 'This page, with names masked' });
  await shown.waitFor({ timeout: 120_000 });
  await shown.evaluate((image) => image.decode());
  await accessible(page, 'feedback with a picture');
  await picture(page, '60-feedback');

  const drawing = (await page.evaluate(() => window.drawings)).join('\n');
  assert.match(drawing, /•••/, 'the masked page was drawn');
  for (const name of [...names, owner.fullName, owner.email]) assert.ok(!drawing.includes(name), 'a name was drawn');
  assert.doesNotMatch(drawing, /[\w.]+@[\w.]+\.[a-z]{2,}/, 'an address was drawn');

  await dialog.getByRole('button', { name: 'Send feedback' }).click();
  await dialog.getByText('Your feedback is on its way').waitFor();
  await accessible(page, 'feedback sent');
  const message = await nextPosted();
  assert.equal(message.type, 'feedback');
  assert.equal(message.message, 'Please add a filter by plan.');
  assert.deepEqual([message.name, message.email], [owner.fullName, owner.email]);
  assert.equal(message.page, `/c/${id}/customers`, 'without what was searched for');
  assert.equal(message.picture.media_type, 'image/jpeg');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'detached' });

  const again = await openForm(page);
  await again.getByLabel('What’s on your mind?').fill('Without a picture.');
  await again.getByText('Include a picture of this page').click();
  await again.getByRole('img').waitFor({ timeout: 120_000 });
  await again.getByText('Include a picture of this page').click();
  await again.getByRole('img').waitFor({ state: 'detached' });
  await again.getByRole('button', { name: 'Send feedback' }).click();
  assert.equal((await nextPosted()).picture, undefined, 'it was left out');
});

test('the form fits a phone in the dark', async (t) => {
  const page = await visit(t, app.url, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(page);
  await page.getByRole('button', { name: 'Open menu' }).click();
  const dialog = await openForm(page);
  await dialog.getByText('Include a picture of this page').click();
  await dialog.getByRole('img', { name: 'This page, with names masked' }).waitFor({ timeout: 120_000 });
  await accessible(page, 'feedback on a phone in the dark');
  await picture(page, '61-feedback-phone');
});

test('a visitor asks for a demo', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  await accessible(page, 'signing in, or booking a demo');
  await picture(page, '62-sign-in');
  await page.getByRole('link', { name: 'Book a demo' }).click();
  await page.getByRole('heading', { name: 'Book a demo' }).waitFor();
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('Email').fill('grace@localhost');
  await page.getByLabel('What would you like to see?').fill('Cohorts of a shop with subscriptions');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.getByText('This is not an email address').waitFor();
  await accessible(page, 'a demo with a wrong address');
  await picture(page, '63-demo');
  await page.getByLabel('Email').fill('grace@example.com');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.getByText('Your request is on its way').waitFor();
  await accessible(page, 'a demo booked');
  const { type, name, email, message, is_email_verified } = await nextPosted();
  assert.deepEqual(
    { type, name, email, message, is_email_verified },
    {
      type: 'demo_request',
      name: 'Grace Hopper',
      email: 'grace@example.com',
      message: 'Cohorts of a shop with subscriptions',
      is_email_verified: false,
    },
  );
});

test('an account gets another address once the link that was sent there is opened', async (t) => {
  const page = await visit(t, app.url);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.goto(`${app.url}/settings/account`);
  await page.getByRole('button', { name: 'Change email…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change your email address' });
  await dialog.getByLabel('New email address').fill('ada@new.example');
  await dialog.getByLabel('Current password').fill('Wrong1password');
  await dialog.getByRole('button', { name: 'Send link' }).click();
  await dialog.getByText('Wrong password').waitFor();
  await accessible(page, 'another address with a wrong password');
  await picture(page, '64-change-email');
  await dialog.getByLabel('Current password').fill(owner.password);
  await dialog.getByRole('button', { name: 'Send link' }).click();
  await dialog.getByText('Its console shows the link').waitFor();
  await accessible(page, 'a link for another address');
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.goto(await app.printed(/confirm their new email address: (\S+)/));
  await page.getByRole('heading', { name: 'Confirm your new email address' }).waitFor();
  await accessible(page, 'confirming another address');
  await picture(page, '65-confirm-email');
  await page.getByRole('button', { name: 'Confirm address' }).click();
  await page.getByRole('heading', { name: 'Your email address was changed' }).waitFor();
  await accessible(page, 'an address that was changed');
  await page.goto(`${app.url}/settings/account`);
  await page.getByRole('region', { name: 'Profile' }).getByText('ada@new.example').waitFor();
});

test('a list that is saved is on record', async (t) => {
  const page = await visit(t, app.url);
  await signIn(page);
  await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
  await page.getByRole('table').getByRole('link').first().waitFor();
  await page.getByRole('button', { name: 'Download' }).first().click();
  const saved = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Download CSV' }).click();
  await saved;
  await page.goto(`${app.url}/settings/audit?kind=export`);
  await page.getByText('Exported data').first().waitFor();
  await page.getByText(/Customers, \d+ rows, CSV/).first().waitFor();
  await accessible(page, 'an export in the audit log');
  await picture(page, '66-export');
});
