// Signing in without a password of ours: with a passkey.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, looksRight, makeOwner, owner, picture, server, signIn, visit } from '../support.mjs';

let app;
/** Browsers tie passkeys to the name of a host, and trust this one without encryption. */
let local;

before(async () => {
  app = await server();
  local = app.url.replace('127.0.0.1', 'localhost');
});
after(() => app.stop());

/** A device of the page's browser that makes sure of its owner. */
async function device(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    recognizes: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

async function signOut(page) {
  await page.getByRole('button', { name: new RegExp(owner.fullName) }).first().click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

async function enterPassword(page, button) {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill(owner.password);
  await dialog.getByRole('button', { name: button, exact: true }).click();
}

test('a passkey is added with the password, named, and signs in without it until it is removed', async (t) => {
  const page = await visit(t, 'about:blank');
  await makeOwner(page.context(), app);
  const phone = await device(page);
  await page.goto(`${local}/login`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
  await looksRight(page, 'sign-on-login');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('No passkey was chosen').waitFor();
  await accessible(page, 'no passkey was chosen');
  await picture(page, 'sign-on-none');

  await page.goto(`${local}/login?next=/settings/account`);
  await signIn(page);
  const section = page.getByRole('region', { name: 'Passkeys' });
  await section.getByRole('button', { name: 'Add a passkey…' }).click();
  await page.getByRole('dialog').getByLabel('Your password').fill('Wrong1password');
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('dialog').getByText(/wrong password/i).waitFor();
  await page.getByRole('dialog').getByLabel('Name of the passkey').fill('Work phone');
  await looksRight(page, 'sign-on-add');
  await enterPassword(page, 'Continue');
  await section.getByText('Work phone').waitFor();
  await section.getByText(/never used/).waitFor();
  assert.equal((await phone.credentials()).length, 1);
  await looksRight(page, 'sign-on-account');
  await section.getByRole('button', { name: 'Rename Work phone' }).click();
  await page.getByRole('dialog').getByLabel('Name of the passkey').fill('Private phone');
  await accessible(page, 'renaming a passkey');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await section.getByText('Private phone').waitFor();

  // The device has one for the account: it creates no second one.
  await section.getByRole('button', { name: 'Add a passkey…' }).click();
  await enterPassword(page, 'Continue');
  await page.getByRole('dialog').getByText('already has a passkey').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

  await signOut(page);
  await phone.recognizes(false);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('No passkey was chosen').waitFor();
  await phone.recognizes(true);
  await page.goto(`${local}/login?next=/settings/account`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await section.getByText(/last used/).waitFor();

  await section.getByRole('button', { name: 'Remove Private phone' }).click();
  await page.getByRole('dialog').getByText('Nobody can sign in with it anymore').waitFor();
  await accessible(page, 'removing a passkey');
  await picture(page, 'sign-on-remove');
  await enterPassword(page, 'Remove');
  await section.getByText('Private phone').waitFor({ state: 'detached' });
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('This passkey belongs to no account').waitFor();
  await accessible(page, 'a passkey that was removed');
  // The browser was told, and doesn't offer it any more.
  assert.deepEqual(await phone.credentials(), []);
  await picture(page, 'sign-on-removed');
});

test('a workspace that requires two-factor sign-in opens with a passkey, and not with the password alone', async (t) => {
  const page = await visit(t, 'about:blank');
  await device(page);
  await page.goto(`${local}/login?next=/settings/account`);
  await signIn(page);
  const section = page.getByRole('region', { name: 'Passkeys' });
  await section.getByRole('button', { name: 'Add a passkey…' }).click();
  await enterPassword(page, 'Continue');
  await section.getByText(/never used/).waitFor();
  await signOut(page);
  await page.goto(`${local}/login?next=/settings/workspace`);
  await signIn(page);
  await page.getByText('before you require it of others').waitFor();
  await page.goto(`${local}/settings/account`);
  await section.getByRole('button', { name: 'Add a passkey…' }).click();
  await enterPassword(page, 'Continue');
  await page.getByRole('dialog').getByText('you signed in without it').waitFor();
  await accessible(page, 'a passkey that needs another one');
  await picture(page, 'sign-on-second-factor-needed');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await signOut(page);
  await page.goto(`${local}/login?next=/settings/workspace`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByLabel('Require two-factor sign-in').click();
  await page.getByLabel('Require two-factor sign-in').and(page.locator(':checked:enabled')).waitFor();
  await signOut(page);
  await signIn(page);
  await page.getByRole('heading', { name: /requires two-factor sign-in/ }).waitFor();
  await looksRight(page, 'sign-on-required');
});

test('at an IP address, the page says where passkeys work', async (t) => {
  const page = await visit(t, `${app.url}/login?next=/settings/account`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0);
  await signIn(page);
  const section = page.getByRole('region', { name: 'Passkeys' });
  await section.getByText('Passkeys work at another address of this server').waitFor();
  await accessible(page, 'passkeys work elsewhere');
  await picture(page, 'sign-on-elsewhere');
});
