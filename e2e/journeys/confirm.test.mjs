// An email address is confirmed: on a page that asks first, by the account that it belongs to, once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, looksRight, makeOwner, owner, posted, server, signIn, visit } from '../support.mjs';

let app;
before(async () => {
  app = await server('--sign-up', 'open');
});
after(() => app.stop());

const NEW_EMAIL = 'countess@example.com';
const NEW_PASSWORD = 'Analytical1843';
const PASSWORD = 'Compiler1952';
const newcomer = { full_name: 'Grace Hopper', email: 'grace@example.com', username: 'grace' };
const guest = { username: newcomer.username, password: PASSWORD };

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();
const ended = (page) => heading(page, 'This link doesn’t work anymore');
const confirmButton = (page) => page.getByRole('button', { name: 'Confirm address' });

/** The newest link that was printed for somebody to do something, other than one that is known. */
const link = (whom, what, known = '') => app.printed(new RegExp(`give this link to ${whom} to ${what}: (?!${known || ' '})(\\S+)`));

/** Opens a link anew: a page whose address changes only in its fragment is not loaded again. */
async function follow(page, url) {
  await page.goto('about:blank');
  await page.goto(url);
}

/** The address that the account page shows. */
async function hasAddress(page, email) {
  await page.goto(`${app.url}/settings/account`);
  await page.getByRole('region', { name: 'Profile' }).getByText(email, { exact: true }).waitFor();
}

/** Asks for another address on the account page, and gives the link that confirms it. */
async function askFor(page, email, { whom, password }, known) {
  await page.goto(`${app.url}/settings/account`);
  await page.getByRole('button', { name: 'Change email…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('New email address').fill(email);
  await dialog.getByLabel('Current password').fill(password);
  await dialog.getByRole('button', { name: 'Send link' }).click();
  await dialog.getByText(`link for ${email}`).waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  return link(whom, 'confirm their new email address', known);
}

test('a newcomer opens the link, is asked for the password, and the link works once', async (t) => {
  const page = await visit(t, 'about:blank');
  await makeOwner(page.context(), app);
  await page.context().clearCookies();
  await posted(page.request, app.url, '/sign-up', { ...newcomer, password: PASSWORD, password_confirmation: PASSWORD });
  const sent = await link(newcomer.full_name, 'confirm the email address');

  // Programs open links in mails, too. That alone confirms nothing.
  await follow(page, sent);
  await heading(page, 'Confirm your email address');
  const other = await visit(t, `${app.url}/login`);
  await signIn(other, guest);
  await other.getByText('Just signed up? Confirm your email address first').waitFor();

  await looksRight(page, 'confirm-sign-up');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Confirm and sign in' }).click();
  await page.waitForURL('**/connect');
  await hasAddress(page, newcomer.email);

  await other.goto(sent);
  await heading(other, 'Confirm your email address');
  await other.getByLabel('Password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Confirm and sign in' }).click();
  await ended(other);
  await looksRight(other, 'confirm-sign-up-used');
  await other.getByRole('link', { name: 'Sign in' }).click();
  await heading(other, 'Sign in');
  await signIn(other, guest);
  await other.waitForURL('**/connect');

  // A link that lost its code on the way.
  await other.goto(`${app.url}/confirm`);
  await ended(other);
});

test('a new address is confirmed by its account alone, on a page that asks first, and the link works once', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  await signIn(page);
  await page.waitForURL('**/connect');
  const sent = await askFor(page, NEW_EMAIL, { whom: owner.fullName, password: owner.password });
  await follow(page, sent);
  await confirmButton(page).waitFor();
  await looksRight(page, 'confirm-new-address');
  await hasAddress(page, owner.email);

  // Somebody else who reads the mail gets nowhere with an account of their own.
  const other = await visit(t, sent);
  await heading(other, 'Confirm your new email address');
  await other.getByText('Sign in to the account that asked for the change').waitFor();
  await looksRight(other, 'confirm-new-address-signed-out');
  await signIn(other, guest);
  await confirmButton(other).click();
  await heading(other, 'This link is for another account');
  await looksRight(other, 'confirm-new-address-other');
  await other.getByRole('button', { name: 'Use another account' }).click();
  await signIn(other);
  await confirmButton(other).click();
  await heading(other, 'Your email address was changed');
  await other.getByText(NEW_EMAIL).waitFor();
  await looksRight(other, 'confirm-new-address-done');
  await hasAddress(page, NEW_EMAIL);

  await follow(page, sent);
  await confirmButton(page).click();
  await ended(page);
  await looksRight(page, 'confirm-new-address-used');

  // The new address signs in from now on, and the old one does not.
  const again = await visit(t, `${app.url}/login`);
  await signIn(again, { username: owner.email, password: owner.password });
  await again.getByText('Wrong username or password').waitFor();
  await signIn(again, { username: NEW_EMAIL, password: owner.password });
  await again.waitForURL('**/connect');
});

test('a link ends when a newer one is sent, and when the password changes', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  await signIn(page);
  await page.waitForURL('**/connect');
  const ada = { whom: owner.fullName, password: owner.password };
  const first = await askFor(page, 'first@example.com', ada, await link(owner.fullName, 'confirm their new email address'));
  const second = await askFor(page, 'second@example.com', ada, first);
  await follow(page, first);
  await confirmButton(page).click();
  await ended(page);

  const change = { current_password: owner.password, password: NEW_PASSWORD, password_confirmation: NEW_PASSWORD };
  const changed = await page.request.put(`${app.url}/api/v1/me/password`, { data: change, headers: { origin: app.url } });
  assert.ok(changed.ok(), await changed.text());
  await follow(page, second);
  await confirmButton(page).click();
  await ended(page);
  await accessible(page, 'a link that ended with the password');
  await page.getByRole('link', { name: 'Go to Chartsy' }).click();
  await page.waitForURL('**/connect');
  await hasAddress(page, NEW_EMAIL);
});
