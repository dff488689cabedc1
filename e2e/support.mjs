// What every journey stands on: the real binary with a sandbox beside it, and a browser to look with.

import AxeBuilder from '@axe-core/playwright';
import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

/** Whose API the sandbox speaks, as the pages call it. */
export const PROVIDER = { id: 'stripe', name: 'Stripe' };

/** Another one that there is a sandbox of, with what is peculiar to it. */
export const OTHER_PROVIDER = {
  id: 'paddle',
  name: 'Paddle',
  keyLabel: 'API key',
  key: 'pdl_sdbx_apikey_00000000000000000000sandbx_0000000000000000000000_000',
  wrongKey: 'pdl_sdbx_apikey_00000000000000000000sandbx_0000000000000000000000_999',
  notAKey: 'live_0123456789abcdef0123456789a',
  notAKeyTitle: 'This is a client-side token',
  lacksRequired: '-transaction.read',
  lacksOptional: '-adjustment.read',
  optional: 'Adjustments',
  bills: 'Transactions',
};

/** A third one, whose key has two parts, and which reports exactly only since a day. */
export const OLDER_PROVIDER = {
  id: 'paddle_classic',
  sandbox: 'paddle-classic',
  name: 'Paddle Classic',
  ownerLabel: 'Vendor ID',
  owner: '12345',
  keyLabel: 'Auth code',
  key: '5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c0',
  wrongKey: '5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c1',
  notAKey: 'not-an-auth-code',
  notAKeyTitle: 'This doesn’t look like a vendor ID and an auth code',
  rejected: 'Paddle rejected this auth code',
  moreThanRead: 'An auth code can do more than read',
  coarse: /^Figures before .+ are coarse/,
  bills: 'Payments',
};

const binary = process.env.CHARTSY_BIN ?? path.resolve('..', 'target', 'debug', 'chartsy');
const pictures = process.env.PICTURES;

/** A process of the binary whose output names the address that it listens on. */
class Served {
  constructor(child, url, said) {
    this.child = child;
    this.url = url;
    this.said = said;
  }

  /** What a new server asks its owner for; it prints it after its address. */
  setupCode() {
    return this.printed(/^setup code: (\S+)/);
  }

  /** The newest of what it prints that fits, once there is one. */
  async printed(pattern) {
    for (;;) {
      const found = this.said.map((line) => line.match(pattern)?.[1]).findLast(Boolean);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop() {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

function start(...args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  const said = [];
  return new Promise((resolve, reject) => {
    const read = (line) => {
      said.push(line);
      const address = line.match(/https?:\/\/127\.0\.0\.1:\d+/);
      if (address) resolve(new Served(child, address[0], said));
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`chartsy ${args[0]} ended with ${code}:\n${said.join('\n')}`)));
  });
}

/** A sandbox; `options` as on the command line. */
export const sandbox = (...options) => start('sandbox', '--listen', '127.0.0.1:0', ...options);

/** A server on an empty data folder that is removed with it. It can be away for a while: it comes back at the same address. */
export async function server(...options) {
  const data = mkdtempSync(path.join(tmpdir(), 'chartsy-e2e-'));
  const serve = (listen) => start('serve', '--data', data, '--listen', listen, ...options);
  let served = await serve('127.0.0.1:0');
  const { url } = served;
  return {
    data,
    url,
    setupCode: await served.setupCode(),
    printed: (pattern) => served.printed(pattern),
    leave: () => served.stop(),
    comeBack: async () => {
      served = await serve(new URL(url).host);
    },
    stop: async () => {
      await served.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A server and a small merchant beside it, for as long as a file's journeys take. */
export function serverWithMerchant(...options) {
  const both = {};
  before(async () => {
    both.app = await server();
    both.merchant = await sandbox('--merchant', 'small', '--customers', '40', ...options);
  });
  after(() => Promise.all(Object.values(both).map((served) => served.stop())));
  return both;
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** A page that fails the test `t` when its script fails. Its browser ends with the test, however that ends. */
export async function visit(t, url, options = {}) {
  const browser = await launch();
  const failures = [];
  t.after(async () => {
    await browser.close();
    assert.deepEqual(failures, [], 'scripts failed on the page');
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  // Other builds may share the machine.
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(url);
  return page;
}

/** As the owner whose account a journey created before, or as somebody else. */
export async function signIn(page, { username, password } = owner) {
  await page.getByLabel('Username or email').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Waits until colors and positions have stopped changing: in between, text has less contrast than in either theme. */
const settled = (page) =>
  page.evaluate(async () => {
    const drawn = () => new Promise((next) => requestAnimationFrame(next));
    const ending = () =>
      document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().endTime < Infinity);
    // A new theme reaches the page with a frame of its own, and what it changes begins with the one after.
    do {
      await drawn();
      await drawn();
      await Promise.allSettled(ending().map(({ finished }) => finished));
    } while (ending().length > 0);
  });

/** No finding that keeps people out. */
export async function accessible(page, name) {
  await settled(page);
  // What is read out of a button that is gone by then names that button; the library takes it away by itself.
  const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const shown = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  assert.deepEqual(shown, [], `axe on ${name}`);
}

/** On a phone, nothing sticks out to the side. */
export async function fitsPhone(page, name) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `${name} is ${width} pixels wide`);
}

/** A picture to look at, where PICTURES names a folder. */
export async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

/** In both themes, on a wide screen and on a phone: no serious finding, and nothing that sticks out. */
export async function looksRight(page, name) {
  const wide = page.viewportSize();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const size of [wide, { width: 390, height: 844 }]) {
      await page.setViewportSize(size);
      await accessible(page, `${name}, ${size.width} pixels wide, ${colorScheme}`);
      await picture(page, `${name}-${size.width}-${colorScheme}`);
      if (size !== wide) await fitsPhone(page, name);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(wide);
}

export const owner = {
  fullName: 'Ada Lovelace',
  email: 'ada@example.com',
  username: 'ada',
  password: 'Correct1horse',
};

/** Creates the owner account without a page; whoever shares the context is signed in. */
export async function makeOwner({ request }, { url, setupCode: setup_code }) {
  const { fullName: full_name, email, username, password } = owner;
  const data = { full_name, email, username, password, password_confirmation: password, setup_code };
  await posted(request, url, '/setup/owner', data);
}

/** The owner's server with a connection whose import has ended; gives the connection's id. */
export async function connected(page, app, merchant) {
  await makeOwner(page.context(), app);
  const key = 'sk_test_sandbox0000000000000000';
  const { id } = await posted(page.request, app.url, '/connections', { source: PROVIDER.id, key, api_base: merchant.url });
  await page.goto(`${app.url}/c/${id}/sync`);
  await page.getByRole('heading', { name: 'Up to date' }).waitFor({ timeout: 120_000 });
  return id;
}

/** After connecting on the page: the MRR Breakdown opens by itself. Back to the progress, until everything is imported. */
export async function importedByHand(page) {
  await page.waitForURL(/\/c\/[^/]+\/mrr/, { timeout: 120_000 });
  await page.goto(page.url().replace(/\/mrr.*$/, '/sync'));
  await page.getByRole('heading', { name: 'Up to date' }).waitFor({ timeout: 120_000 });
}

/** The answer of an action that must not be refused. */
export async function posted(request, url, action, data) {
  const answer = await request.post(`${url}/api/v1${action}`, { data, headers: { origin: url } });
  assert.ok(answer.ok(), `${action}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}
