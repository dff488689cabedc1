// A team: invited by link, with roles that decide what is offered, several workspaces, and a log of all of it.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { accessible, connected, fitsPhone, owner, picture, posted, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();
let id;

const guest = { fullName: 'Grace Hopper', email: 'grace@example.com', username: 'gracehopper', password: 'Compiler1952' };
const PHONE = { colorScheme: 'dark', viewport: { width: 390, height: 844 } };
const NO_WORKSPACE = 'You don’t belong to a workspace';

/** On a phone in the dark too, without anything that sticks out. */
async function fits(t, page, path, heading) {
  await page.setViewportSize(PHONE.viewport);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${both.app.url}${path}`);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  await accessible(page, `${path} on a phone in the dark`);
  await picture(page, `team-phone${path.replaceAll('/', '-')}`);
  await fitsPhone(page, path);
}

/** Only the rows in view are in the page: reads a list from its top until what is looked for is among them. */
async function scrollTo(page, wanted) {
  await page.evaluate(() => window.scrollTo(0, 0));
  for (let isAtEnd = false; !isAtEnd && (await wanted.count()) === 0; ) {
    isAtEnd = await page.evaluate(async () => {
      const before = window.scrollY;
      window.scrollBy(0, window.innerHeight / 2);
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      return window.scrollY === before;
    });
  }
  await wanted.waitFor();
}

const open = async (page, path, heading) => {
  await page.goto(`${both.app.url}${path}`);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
};

/** Creates an invitation on the page, and gives its link. */
async function invite(page, { email = '', role = 'Viewer' } = {}) {
  const section = page.getByRole('region', { name: 'Invitations' });
  await section.getByLabel('Email (optional)').fill(email);
  await section.getByRole('button', { name: /Role$/ }).click();
  await page.getByRole('option', { name: new RegExp(`^${role}`) }).click();
  await section.getByRole('button', { name: 'Create invitation' }).click();
  await section.getByText('Copy the link now').waitFor();
  return (await section.locator('code').textContent()).trim();
}

async function signInAs(page, { username, password }) {
  await page.getByLabel('Username or email').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('somebody who is invited by link creates an account, looks at everything and is offered no change', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  id = await connected(page, both.app, both.merchant);
  await open(page, '/settings/members', 'Members');
  await page.getByRole('region', { name: 'Members', exact: true }).getByText('1 member').waitFor();
  await accessible(page, 'the only member');
  await picture(page, 'team-members-one');
  const link = await invite(page);
  await accessible(page, 'a new invitation');
  await picture(page, 'team-invitation-created');
  assert.match(link, /\/invitation#./);

  const requested = [];
  const hers = await visit(t, 'about:blank');
  hers.on('request', (request) => requested.push(request.url()));
  await hers.goto(link);
  await hers.getByRole('heading', { name: /^Join/ }).waitFor();
  await hers.getByText('invited you to join as a viewer').waitFor();
  await hers.getByLabel('Full name').fill(guest.fullName);
  assert.equal(await hers.getByLabel('Username').inputValue(), guest.username, 'a username is suggested');
  await hers.getByLabel('Username').fill(owner.username);
  await hers.getByLabel('Email').fill(guest.email);
  await hers.getByLabel('Password', { exact: true }).fill(guest.password);
  await hers.getByLabel('Confirm password').fill(guest.password);
  await accessible(hers, 'an invitation');
  await picture(hers, 'team-invitation');
  await hers.getByRole('button', { name: 'Create account and join' }).click();
  await hers.getByText('This username is taken').waitFor();
  await accessible(hers, 'a username that is taken');
  await picture(hers, 'team-name-taken');
  await hers.getByLabel('Username').fill(guest.username);
  await hers.getByRole('button', { name: 'Create account and join' }).click();
  await hers.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  const code = new URL(link).hash.slice(1);
  assert.ok(requested.every((url) => !url.split('#')[0].includes(code)), 'the code is in no address that is requested');

  await hers.getByRole('button', { name: /^Connection/ }).first().click();
  await hers.getByRole('menu').waitFor();
  assert.equal(await hers.getByRole('menuitem', { name: /Connect another/ }).count(), 0);
  await hers.keyboard.press('Escape');
  await open(hers, `/c/${id}/sync`, 'Sync');
  await hers.getByRole('heading', { name: 'Up to date' }).waitFor();
  assert.equal(await hers.getByRole('button', { name: /Sync now|Reload/ }).count(), 0);
  await open(hers, `/c/${id}/settings`, 'Settings');
  await hers.getByRole('region', { name: 'Metric rules' }).getByText('Ask an admin of this workspace').waitFor();
  await hers.getByText('When service ends').waitFor();
  assert.equal(await hers.getByRole('region', { name: 'Connection' }).count(), 0);
  assert.equal(await hers.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Audit log' }).count(), 0);
  await accessible(hers, 'the settings of a viewer');
  await picture(hers, 'team-viewer-settings');
  await open(hers, '/settings/tokens', 'API tokens');
  await hers.getByText('Only owners and admins can manage API tokens').waitFor();
  await open(hers, '/settings/members', 'Members');
  await hers.getByText('2 members').waitFor();
  assert.equal(await hers.getByRole('region', { name: 'Invitations' }).count(), 0);
  await accessible(hers, 'the members as a viewer sees them');
  await open(hers, `/c/${id}/customers`, 'Customers');
  await hers.getByRole('table').getByRole('link').first().click();
  await hers.getByRole('heading', { name: 'Invoices' }).waitFor();
  assert.equal(await hers.getByRole('button', { name: 'Erase…' }).count(), 0);

  // The owner changes the role, then removes the member.
  await page.reload();
  const members = page.getByRole('region', { name: 'Members', exact: true });
  await members.getByRole('button', { name: /is the role of Grace Hopper/ }).click();
  await page.getByRole('option', { name: /^Admin/ }).click();
  await members.getByRole('button', { name: 'Admin is the role of Grace Hopper' }).waitFor();
  await hers.goto(`${both.app.url}/c/${id}/settings`);
  await hers.getByRole('region', { name: 'Connection' }).waitFor();
  await picture(page, 'team-members');
  await members.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByText('loses access').waitFor();
  await accessible(page, 'asking to remove a member');
  await picture(page, 'team-remove');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await members.getByText('1 member').waitFor();
  // Who belongs to no workspace any more is signed out, and keeps the account.
  await hers.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Customers', exact: true }).click();
  await signInAs(hers, guest);
  await hers.getByRole('heading', { name: NO_WORKSPACE }).waitFor();
  await accessible(hers, 'no workspace');
  await picture(hers, 'team-no-workspace');
  await fits(t, hers, '/no-workspace', NO_WORKSPACE);
});

test('an invitation is for one address, is accepted with an account, and ends', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await open(page, '/settings/members', 'Members');
  const link = await invite(page, { email: guest.email, role: 'Member' });
  const other = await invite(page, { email: 'eve@example.com' });
  await page.getByRole('button', { name: 'Withdraw the invitation for eve@example.com' }).click();
  await page.getByRole('list', { name: 'Open invitations' }).getByText('eve@example.com').waitFor({ state: 'detached' });

  await page.goto(link);
  await page.getByText('This invitation is for somebody else').waitFor();
  await accessible(page, 'an invitation for somebody else');
  await picture(page, 'team-invitation-other');

  const hers = await visit(t, other, PHONE);
  await hers.getByRole('heading', { name: 'This invitation has ended' }).waitFor();
  await accessible(hers, 'an invitation that has ended');
  assert.match(await hers.getByRole('link', { name: 'Help with invitations' }).getAttribute('href'), /\/help\/sign-in-help#an-invitation-has-ended$/);
  await picture(hers, 'team-invitation-ended');
  await hers.goto(`${both.app.url}/invitation`);
  await hers.getByRole('heading', { name: 'This link is incomplete' }).waitFor();
  await hers.goto(link);
  await hers.getByLabel('Email').waitFor();
  assert.equal(await hers.getByLabel('Email').inputValue(), guest.email);
  await accessible(hers, 'an invitation on a phone in the dark');
  await picture(hers, 'team-phone-invitation');
  await hers.getByRole('radio', { name: 'I have an account' }).click();
  await signInAs(hers, guest);
  await hers.getByText('You are signed in as').waitFor();
  await accessible(hers, 'an invitation to accept');
  await picture(hers, 'team-phone-accept');
  await hers.getByRole('button', { name: /^Join/ }).click();
  await hers.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
});

test('an owner has several workspaces, and a link leads into the right one', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Workspace/ }).count(), 0, 'nothing to choose from');
  await open(page, '/settings/workspace', 'Workspace');
  await accessible(page, 'the workspace');
  await picture(page, 'team-workspace');
  await page.getByRole('link', { name: 'Create another workspace' }).click();
  await page.getByLabel('Name').fill('Second Studio');
  await accessible(page, 'a new workspace');
  await picture(page, 'team-new-workspace');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await page.getByRole('heading', { name: 'Connect an account' }).waitFor();
  await page.getByRole('button', { name: 'Workspace: Second Studio' }).waitFor();
  await picture(page, 'team-second-workspace');

  // Another tab of the browser begins there too; a link to a connection of the first workspace leads back into that one.
  const tab = await page.context().newPage();
  await tab.goto(`${both.app.url}/c/${id}/mrr`);
  await tab.getByRole('region', { name: 'MRR now' }).waitFor();
  await tab.getByRole('button', { name: /^Workspace: (?!Second)/ }).click();
  await tab.getByRole('menuitem', { name: /^Second Studio/ }).waitFor();
  await accessible(tab, 'a choice of workspaces');
  await picture(tab, 'team-switcher');
  await tab.close();

  await open(page, '/settings/workspace', 'Workspace');
  await page.getByRole('button', { name: 'Workspace: Second Studio' }).waitFor();
  await page.getByLabel('Name').fill('Studio Two');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('button', { name: 'Workspace: Studio Two' }).waitFor();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: 'Delete permanently' });
  assert.equal(await confirm.isEnabled(), false);
  await dialog.getByLabel(/to confirm/).fill('Studio Two');
  await accessible(page, 'asking to delete a workspace');
  await picture(page, 'team-delete-workspace');
  await confirm.click();
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  assert.equal(await page.getByRole('button', { name: /^Workspace/ }).count(), 0);
});

test('tokens have a scope and an end, and are revoked', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await open(page, '/settings/tokens', 'API tokens');
  const tokens = page.getByRole('region', { name: 'API tokens' });
  await tokens.getByText('No tokens yet').waitFor();
  await tokens.getByLabel('Name').fill('Month-end script');
  await tokens.getByRole('button', { name: /Scope$/ }).click();
  await page.getByRole('option', { name: /^Figures and customers/ }).click();
  await tokens.getByRole('button', { name: 'Create token' }).click();
  const secret = (await tokens.locator('code').first().textContent()).trim();
  assert.match(secret, /^chtk_/);
  await tokens.getByText(/created by ada · expires .* · never used/).waitFor();
  await accessible(page, 'a new token');
  await picture(page, 'team-tokens');
  const asked = () => fetch(`${both.app.url}/api/v1/connections`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await asked()).status, 200);
  await tokens.getByRole('button', { name: 'Revoke Month-end script' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await tokens.getByText('No tokens yet').waitFor();
  assert.equal((await asked()).status, 401);
});

test('somebody sees where they are signed in, ends the others and changes the password', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signInAs(page, guest);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  const elsewhere = await visit(t, `${both.app.url}/login`);
  await signInAs(elsewhere, guest);
  await elsewhere.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.getByRole('button', { name: new RegExp(guest.fullName) }).click();
  await page.getByRole('menuitem', { name: 'Your account' }).click();
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await sessions.getByText('This browser').waitFor();
  await accessible(page, 'the account');
  await picture(page, 'team-account');
  await sessions.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await sessions.getByText(/sessions? signed out/).waitFor();
  await elsewhere.reload();
  await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();

  const password = page.getByRole('region', { name: 'Password' });
  const change = async (current, next) => {
    await password.getByLabel('Current password').fill(current);
    await password.getByLabel('New password', { exact: true }).fill(next);
    await password.getByLabel('Confirm new password').fill(next);
    await password.getByRole('button', { name: 'Change password' }).click();
  };
  await change(guest.password, 'weak');
  await password.getByText('Your password must meet all four rules.').waitFor();
  await change('Wrong1password', 'Compiler1959');
  await password.getByText('Wrong password').waitFor();
  await accessible(page, 'a wrong current password');
  await change(guest.password, 'Compiler1959');
  await password.getByText('Password changed').waitFor();
  await page.getByLabel('Full name').fill('Grace B. Hopper');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: /Grace B. Hopper/ }).waitFor();
  await signInAs(elsewhere, { ...guest, password: 'Compiler1959' });
  await elsewhere.getByRole('region', { name: 'MRR now' }).waitFor();
});

/** What an authenticator app shows for a secret in base 32 (RFC 6238). */
function codeOf(secret) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

test('signing in takes a code where somebody wants it, and a workspace can require it', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await open(page, '/settings/workspace', 'Workspace');
  assert.equal(await page.getByRole('switch', { name: 'Require two-factor sign-in' }).isEnabled(), false);
  await page.getByRole('link', { name: 'Set it up for yourself' }).click();
  const section = page.getByRole('region', { name: 'Two-factor sign-in' });
  await section.getByRole('button', { name: 'Set up two-factor sign-in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill('Wrong1password');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('Wrong password').waitFor();
  await accessible(page, 'asking for the password again');
  await dialog.getByLabel('Your password').fill(owner.password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await section.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  await accessible(page, 'setting up an app');
  await picture(page, 'team-two-factor');
  const secret = await section.locator('code').textContent();
  await section.getByLabel('Code').fill('000000');
  await section.getByRole('button', { name: 'Turn on' }).click();
  await section.getByText(/^Wrong code/).waitFor();
  await section.getByLabel('Code').fill(codeOf(secret));
  await section.getByRole('button', { name: 'Turn on' }).click();
  const recoveryCodes = section.getByRole('list', { name: 'Recovery codes' });
  await recoveryCodes.waitFor();
  const [recovery] = await recoveryCodes.getByRole('listitem').allTextContents();
  await accessible(page, 'recovery codes');
  await picture(page, 'team-recovery-codes');

  const elsewhere = await visit(t, `${both.app.url}/login`, PHONE);
  await signIn(elsewhere);
  await elsewhere.getByLabel('Code').fill('000000');
  await accessible(elsewhere, 'signing in with a code');
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByText('Wrong code').waitFor();
  await picture(elsewhere, 'team-phone-code');
  await elsewhere.getByLabel('Code').fill(recovery);
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByRole('region', { name: 'MRR now' }).waitFor();

  await open(page, '/settings/workspace', 'Workspace');
  await page.getByText('Require two-factor sign-in').click();
  await page.getByRole('switch', { name: 'Require two-factor sign-in', checked: true }).waitFor();
  const hers = await visit(t, `${both.app.url}/login`);
  await signInAs(hers, { ...guest, password: 'Compiler1959' });
  await hers.getByRole('heading', { name: /requires two-factor sign-in/ }).waitFor();
  await accessible(hers, 'a workspace that requires two-factor sign-in');
  await picture(hers, 'team-two-factor-required');
  await hers.getByRole('link', { name: 'Set up two-factor sign-in' }).click();
  await hers.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
  await accessible(hers, 'the account of somebody who can open no workspace');
  await picture(hers, 'team-account-shut-out');

  await page.getByText('Require two-factor sign-in').click();
  await page.getByRole('switch', { name: 'Require two-factor sign-in', checked: false }).waitFor();
  await open(page, '/settings/account', 'Your account');
  await section.getByRole('button', { name: 'Turn off' }).click();
  await dialog.getByLabel('Your password').fill(owner.password);
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await section.getByRole('button', { name: 'Set up two-factor sign-in' }).waitFor();
});

test('the audit log has all of it, is filtered, and downloads', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await page.goto(`${both.app.url}/settings/audit`);
  const log = page.getByRole('region', { name: 'Audit log' });
  const said = ['Invited somebody', 'Joined the workspace', 'Changed a member’s role', 'Removed a member', 'Withdrew an invitation'];
  said.push('Created an API token', 'Revoked an API token', 'Changed a password', 'Turned on two-factor sign-in', 'Connected an account');
  await log.getByText(/entries$/).waitFor();
  for (const text of said) await scrollTo(page, log.getByText(text).first());
  await scrollTo(page, log.getByRole('row', { name: /Changed a member’s role.*gracehopper/ }).getByText('From viewer to admin'));
  await accessible(page, 'the audit log');
  await picture(page, 'team-audit');
  await page.getByRole('button', { name: /Action$/ }).click();
  await page.getByRole('option', { name: 'API tokens' }).click();
  await page.waitForURL(/kind=token/);
  await log.getByText('2 entries').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await log.getByRole('button', { name: 'Download' }).click();
      await page.getByRole('menuitem', { name: 'Download CSV' }).click();
    })(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
  assert.equal(lines.length, 3, lines.join('\n'));
  assert.match(lines[1], /,user,ada,token\.revoked,Revoked an API token,/);
  await page.getByRole('button', { name: /Person$/ }).click();
  await page.getByRole('option', { name: guest.username }).click();
  await log.getByText('Nothing matches these filters').waitFor();
  await accessible(page, 'an audit log without a match');
});

test('the pages of a team fit a phone in the dark', async (t) => {
  const page = await visit(t, `${both.app.url}/login`, PHONE);
  await accessible(page, 'signing in on a phone in the dark');
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await posted(page.request, both.app.url, '/invitations', { role: 'member', email: 'a.rather.long.address.of.somebody@example.com' });
  await posted(page.request, both.app.url, '/tokens', { name: 'ci', scope: 'read_metrics' });
  const pages = { members: 'Members', workspace: 'Workspace', tokens: 'API tokens', audit: 'Audit log', account: 'Your account' };
  for (const [path, heading] of Object.entries(pages)) await fits(t, page, `/settings/${path}`, heading);
  await fits(t, page, `/c/${id}/settings`, 'Settings');
  await fits(t, page, '/workspaces/new', 'Create workspace');
});

test('an account is deleted by its owner, unless a workspace would have none', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  const dialog = page.getByRole('dialog');
  const remove = async (password) => {
    await open(page, '/settings/account', 'Your account');
    await page.getByRole('region', { name: 'Delete account' }).getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByLabel('Your password').fill(password);
    await dialog.getByRole('button', { name: 'Delete permanently' }).click();
  };
  await remove(owner.password);
  await dialog.getByText(/only owner who can sign in of .* Make another member an owner/).waitFor();
  await accessible(page, 'the only owner wants to delete their account');
  await picture(page, 'team-delete-refused');

  await page.request.delete(`${both.app.url}/api/v1/session`, { headers: { origin: both.app.url } });
  await page.goto(`${both.app.url}/login`);
  await signInAs(page, { ...guest, password: 'Compiler1959' });
  await page.getByRole('region', { name: 'MRR now' }).waitFor();
  await remove('Compiler1959');
  await page.getByText('Your account was deleted').waitFor();
  await accessible(page, 'a deleted account');
  await picture(page, 'team-account-deleted');
  await signInAs(page, { ...guest, password: 'Compiler1959' });
  await page.getByText('Wrong username or password').waitFor();
});

test('somebody who can’t sign in is told why, and finds help without an account', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await page.getByLabel('Username or email').fill('nobody');
  await page.getByLabel('Password').fill('Wrong1password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Wrong username or password').waitFor();
  await accessible(page, 'a wrong password');
  await picture(page, 'team-wrong-password');
  const wait = page.getByRole('button', { name: /^Try again in \d+ seconds?$/ });
  for (let tries = 0; tries < 12 && (await wait.count()) === 0; tries += 1) {
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/session') && response.request().method() === 'POST'),
      page.getByRole('button', { name: 'Sign in' }).click(),
    ]);
    if (answer.status() === 429) await wait.waitFor();
    else await page.getByRole('button', { name: 'Sign in' }).and(page.locator(':not([aria-disabled])')).waitFor();
  }
  await page.getByText('Too many failed attempts').waitFor();
  assert.equal(await wait.isEnabled(), false);
  await accessible(page, 'too many attempts');
  await picture(page, 'team-too-many');
  await page.getByRole('button', { name: 'Sign in' }).waitFor();

  await page.getByRole('link', { name: 'Can’t sign in?' }).click();
  await page.getByRole('heading', { name: 'When you can’t sign in', level: 1 }).waitFor();
  await page.getByText('chartsy user unlock ada').waitFor();
  await accessible(page, 'help with signing in');
  await picture(page, 'team-help-signed-out');
  await page.getByRole('navigation', { name: 'Help' }).getByRole('link', { name: 'Accounts and teams' }).click();
  await page.getByRole('link', { name: 'Invite your team' }).click();
  await page.getByRole('heading', { name: 'What each role may do' }).waitFor();
  await accessible(page, 'help with roles');
  await picture(page, 'team-help-roles');
});
