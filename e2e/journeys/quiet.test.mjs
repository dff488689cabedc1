// What an open page costs the server: each question once, and none while nothing changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { connected, serverWithMerchant, signIn, visit } from '../support.mjs';

const both = serverWithMerchant();

/** What the page asks from now on, the stream left out: it stays open. */
function questionsOf(page) {
  const asked = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/api/') && !pathname.endsWith('/stream')) asked.push(`${request.method()} ${pathname}${search}`);
  });
  return asked;
}

/** Waits until nothing was asked for a second. */
async function settled(asked) {
  for (let seen = -1; seen !== asked.length; await pause(1_000)) seen = asked.length;
}

/** Has the provider looked at, and waits until the server has ended that. */
async function lookAtProvider(page, id) {
  const path = `${both.app.url}/api/v1/connections/${id}/sync`;
  const before = await (await page.request.get(path)).json();
  await page.request.post(path, { headers: { origin: both.app.url } });
  for (;;) {
    const progress = await (await page.request.get(path)).json();
    if (progress.phase === 'idle' && progress.started_at !== before.started_at) return;
    await pause(100);
  }
}

test('an open page asks each question once, and nothing for a look at the provider that found nothing', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  const id = await connected(page, both.app, both.merchant);
  const asked = questionsOf(page);

  for (const [path, heading] of [['mrr', 'MRR Breakdown'], ['customers', 'Customers'], ['movements', 'Movements']]) {
    asked.length = 0;
    await page.goto(`${both.app.url}/c/${id}/${path}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.getByRole('main').getByText(/\$\d/).first().waitFor();
    await settled(asked);
    assert.ok(asked.length > 3, 'the page asks something');
    const twice = asked.filter((question, index) => asked.indexOf(question) !== index);
    assert.deepEqual(twice, [], `asked twice on the first visit of ${path}`);

    asked.length = 0;
    await lookAtProvider(page, id);
    await settled(asked);
    assert.deepEqual(asked, [], `asked by ${path} although nothing had changed`);
  }
});

test('a server that was restarted makes no page ask twice', async (t) => {
  const page = await visit(t, `${both.app.url}/login`);
  await page.getByLabel('Username or email').waitFor();
  await both.app.leave();
  await both.app.comeBack();
  const asked = questionsOf(page);
  await page.goto(`${both.app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  await settled(asked);
  const figures = asked.filter((question) => /metrics\/mrr|summary|customers/.test(question));
  assert.ok(figures.length > 3, 'the page asks for figures');
  assert.deepEqual(figures.filter((question, index) => figures.indexOf(question) !== index), []);
});
