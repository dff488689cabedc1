// Single sign-on at a real identity provider: who is taken in, who connects an account, and who has to use it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import Provider from 'oidc-provider';

import { accessible, looksRight, makeOwner, owner, picture, posted, server, signIn, visit } from '../support.mjs';

const SECRET = 'a client secret that nobody guesses';

let app;

const account = (page) => page.getByRole('button', { name: /Ada Lovelace|Grace Hopper/ }).first();
const provider = createServer();

/** A provider at which everybody signs in with the address that they enter, and any password. */
function answering(issuer, redirects) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'chartsy', client_secret: SECRET, redirect_uris: redirects }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true, name: 'Grace Hopper' }),
    }),
  });
  return oidc.callback();
}

/** `chartsy sign-on`, beside the server that uses the folder. The provider has to be able to answer meanwhile. */
async function signOn(words, input = '') {
  const binary = process.env.CHARTSY_BIN ?? '../target/debug/chartsy';
  const child = spawn(binary, ['sign-on', ...words, '--data', app.data], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(input);
  let said = '';
  child.stderr.on('data', (part) => (said += part));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, said);
}

const addProvider = (id, name, issuer, ...options) =>
  signOn(['add', id, '--name', name, '--issuer', issuer, '--client-id', 'chartsy', '--client-secret-stdin', ...options], SECRET);

before(async () => {
  await new Promise((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${provider.address().port}`;
  app = await server();
  const redirects = ['acme', 'quiet'].map((id) => `${app.url}/sign-on/${id}/callback`);
  provider.on('request', answering(issuer, redirects));
  await addProvider('acme', 'Acme ID', issuer);
  await addProvider('nowhere', 'Nowhere', 'http://127.0.0.1:9', '--no-check');
  await addProvider('quiet', 'Quiet', issuer, '--unlisted');
  await signOn(['allow', 'acme', 'example.org', '--role', 'viewer']);
  await signOn(['allow', 'acme', 'example.com']);
  await signOn(['allow', 'quiet', 'quiet.example', '--role', 'member']);
});
after(async () => {
  await app.stop();
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
});

/** Signs in at the provider's own page as the owner of an address, and comes back. */
async function atProvider(page, email) {
  await page.waitForURL(/interaction/);
  await page.locator('input[name=login]').fill(email);
  await page.locator('input[name=password]').fill('anything');
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${app.url}/**`);
}

async function signOnAs(page, email) {
  await page.getByRole('button', { name: 'Sign in with Acme ID' }).click();
  await atProvider(page, email);
}

async function signOut(page) {
  await account(page).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

const region = (page) => page.getByRole('region', { name: 'Single sign-on' });

test('people of a domain are taken in, and an account that exists is connected by its owner', async (t) => {
  const page = await visit(t, 'about:blank');
  await makeOwner(page.context(), app);

  const hers = await visit(t, `${app.url}/login`);
  await hers.getByRole('button', { name: 'Sign in with Acme ID' }).waitFor();
  await looksRight(hers, 'single-sign-on-login');
  const stranger = await visit(t, `${app.url}/login`);
  await signOnAs(stranger, 'eve@example.net');
  await stranger.getByText('There is no account for you here').waitFor();
  await looksRight(stranger, 'single-sign-on-not-taken-in');

  await hers.goto(`${app.url}/login?next=/settings/account`);
  await signOnAs(hers, 'grace@example.org');
  await region(hers).getByText('grace@example.org').waitFor();
  await hers.getByText('Grace Hopper').first().waitFor();
  await looksRight(hers, 'single-sign-on-account');
  await hers.getByRole('button', { name: 'Disconnect Acme ID' }).click();
  const dialog = hers.getByRole('dialog');
  await dialog.getByLabel('Your password').fill('anything');
  await dialog.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await dialog.getByText(/has no password yet/).waitFor();
  await accessible(hers, 'an account without a password');
  await picture(hers, 'single-sign-on-no-password');

  // The owner has an account with the address already.
  await page.goto(`${app.url}/settings/account`);
  await signOut(page);
  await signOnAs(page, owner.email);
  await page.getByText('Connect Acme ID with your account').waitFor();
  await looksRight(page, 'single-sign-on-connect');
  await signIn(page);
  await account(page).waitFor();
  await page.goto(`${app.url}/settings/account`);
  await region(page).getByText(owner.email).waitFor();
  await signOut(page);
  await page.goto(`${app.url}/login?next=/settings/account`);
  await page.getByRole('button', { name: 'Sign in with Acme ID' }).click();
  await page.getByRole('button', { name: 'Disconnect Acme ID' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill(owner.password);
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click();
  await region(page).getByText('sign out and sign in with it once').waitFor();
});

test('an owner requires single sign-on, and a member with a password finds the way in', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  await signIn(page);
  await account(page).waitFor();
  await page.goto(`${app.url}/settings/workspace`);
  await region(page).getByRole('heading', { name: /@example\.org/ }).waitFor();
  await looksRight(page, 'single-sign-on-rules');

  const { code: invitation } = await posted(page.request, app.url, '/invitations', { role: 'member' });
  const his = await visit(t, 'about:blank');
  const password = owner.password;
  await posted(his.request, app.url, '/sign-up', {
    full_name: 'Bob Builder',
    email: 'bob@example.org',
    username: 'bob',
    password,
    password_confirmation: password,
    invitation,
  });
  const rule = region(page).locator('div', { has: page.getByRole('heading', { name: /@example\.org/ }) }).last();
  await rule.getByRole('switch', { name: 'Require single sign-on' }).click();
  await rule.getByRole('switch', { name: 'Require single sign-on', checked: true }).waitFor();

  await his.goto(app.url);
  await his.getByRole('heading', { name: /requires single sign-on/ }).waitFor();
  await looksRight(his, 'single-sign-on-required');
  await his.getByRole('button', { name: 'Continue with single sign-on' }).click();
  await atProvider(his, 'bob@example.org');
  await his.getByText('Connect Acme ID with your account').waitFor();
  await his.getByLabel('Username or email').fill('bob');
  await his.getByLabel('Password').fill(password);
  await his.getByRole('button', { name: 'Sign in', exact: true }).click();
  await his.getByRole('heading', { name: /requires single sign-on/ }).waitFor();
  await his.getByRole('button', { name: 'Continue with single sign-on' }).click();
  await his.getByRole('heading', { name: /requires single sign-on/ }).waitFor({ state: 'detached' });
  await picture(his, 'single-sign-on-entered');
  const { workspace } = await (await his.request.get(`${app.url}/api/v1/session`)).json();
  assert.equal(workspace.lacks_sign_on, false);
});

test('a provider without a button is found by the address, and one that is away is reported', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  await page.getByRole('button', { name: 'Use single sign-on' }).click();
  await page.getByLabel('Work email').fill('eve@example.net');
  await page.getByRole('button', { name: 'Continue with single sign-on' }).click();
  await page.getByText(/single sign-on is not set up for this email address/i).waitFor();
  await looksRight(page, 'single-sign-on-by-email');
  await page.getByLabel('Work email').fill('quinn@quiet.example');
  await page.getByRole('button', { name: 'Continue with single sign-on' }).click();
  await atProvider(page, 'quinn@quiet.example');
  await account(page).waitFor();

  const other = await visit(t, `${app.url}/login`);
  await other.getByRole('button', { name: 'Sign in with Nowhere' }).click();
  await other.getByText('Your identity provider could not be opened').waitFor();
  await looksRight(other, 'single-sign-on-away');
});
