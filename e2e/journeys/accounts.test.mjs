// Accounts that people create for themselves, and what they do when they can't get in. Without a mail server, links are printed.

import { after, before, test } from 'node:test';

import { looksRight, makeOwner, owner, server, visit } from '../support.mjs';

let app;
before(async () => {
  app = await server('--sign-up', 'open');
});
after(() => app.stop());

const newcomer = { fullName: 'Grace Hopper', mistyped: 'grace@exmaple.com', email: 'grace@example.com', username: 'grace' };
const PASSWORD = 'Compiler1952';
const NEW_PASSWORD = 'Debugger1947';

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

/** The newest link that was printed for somebody to do something. */
const link = (whom, what) => app.printed(new RegExp(`give this link to ${whom} to ${what}[^:]*: (\\S+)`));

test('somebody signs up, corrects a mistyped address, and owns a workspace once it is confirmed', async (t) => {
  const page = await visit(t, 'about:blank');
  await makeOwner(page.context(), app);
  await page.context().clearCookies();
  await page.goto(`${app.url}/login`);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await heading(page, 'Create an account');
  await page.getByLabel('Full name').fill(newcomer.fullName);
  await page.getByLabel('Email').fill(newcomer.mistyped);
  await page.getByLabel('Username').fill(newcomer.username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Confirm password').fill(PASSWORD);
  await looksRight(page, 'accounts-sign-up');
  await page.getByRole('button', { name: 'Create account' }).click();
  await heading(page, 'Confirm your email address');
  await page.getByText('This server can’t send email').waitFor();
  await looksRight(page, 'accounts-confirm-sent');
  const first = await link(newcomer.fullName, 'confirm');

  await page.getByLabel('Email').fill(newcomer.email);
  await page.getByRole('button', { name: 'Send the link again' }).click();
  await page.getByText('Sent again').waitFor();
  await page.getByText(newcomer.email).waitFor();

  // In another browser: nothing says whether there is such an account before its address is confirmed.
  const other = await visit(t, `${app.url}/login`);
  await other.getByLabel('Username or email').fill(newcomer.email);
  await other.getByLabel('Password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('Wrong username or password').waitFor();
  await other.getByRole('button', { name: 'Send the link again' }).click();
  await other.getByText('for the first time').waitFor();
  await looksRight(other, 'accounts-unconfirmed');

  await other.goto(first);
  await other.getByLabel('Password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Confirm and sign in' }).click();
  await heading(other, 'This link doesn’t work anymore');
  await looksRight(other, 'accounts-link-ended');
  await other.goto(await link(newcomer.fullName, 'confirm'));
  await heading(other, 'Confirm your email address');
  await looksRight(other, 'accounts-confirm');
  await other.getByLabel('Password').fill('Wrong1password');
  await other.getByRole('button', { name: 'Confirm and sign in' }).click();
  await other.getByText('Wrong password').waitFor();
  await other.getByLabel('Password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Confirm and sign in' }).click();
  await other.waitForURL('**/connect');
  await other.goto(`${app.url}/settings/account`);
  await other.getByRole('region', { name: 'Profile' }).getByText(newcomer.email).waitFor();
});

test('a forgotten password is replaced by a link, and every session ends', async (t) => {
  const signedIn = await visit(t, `${app.url}/login`);
  await signedIn.getByLabel('Username or email').fill(owner.username);
  await signedIn.getByLabel('Password').fill(owner.password);
  await signedIn.getByRole('button', { name: 'Sign in' }).click();
  await signedIn.waitForURL('**/connect');

  const page = await visit(t, `${app.url}/login`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await heading(page, 'Forgot your password?');
  await looksRight(page, 'accounts-forgot-password');
  await page.getByLabel('Email').fill(owner.email);
  await page.getByRole('button', { name: 'Send link' }).click();
  await heading(page, 'Ask for your link');
  await looksRight(page, 'accounts-reset-sent');
  await page.goto(await link(owner.fullName, 'choose'));
  await heading(page, 'Choose a new password');
  await page.getByLabel('New password', { exact: true }).fill('weak');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password must meet all four rules').waitFor();
  await looksRight(page, 'accounts-reset-password');
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Confirm new password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await heading(page, 'Password changed');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Username or email').fill(owner.email);
  await page.getByLabel('Password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/connect');

  await signedIn.goto(`${app.url}/settings/account`);
  await signedIn.waitForURL('**/login*');
});
