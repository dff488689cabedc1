// What an open page costs the server: each question once, and none while nothing changes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { connected, sandbox, server, signIn, visit } from '../support.mjs';

let app;
let merchant;

before(async () => {
  app = await server();
  merchant = await sandbox('--merchant', 'small', '--customers', '40');
});

after(async () => {
  await Promise.all([app, merchant].map((served) => served?.stop()));
});

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
  const path = `${app.url}/api/v1/connections/${id}/sync`;
  const before = await (await page.request.get(path)).json();
  await page.request.post(path, { headers: { origin: app.url } });
  for (;;) {
    const progress = await (await page.request.get(path)).json();
    if (progress.phase === 'idle' && progress.data_through !== before.data_through) return;
    await pause(100);
  }
}

test('an open page asks each question once, and nothing for a look at the provider that found nothing', async (t) => {
  const page = await visit(t, `${app.url}/login`);
  const id = await connected(page, app, merchant);
  const asked = questionsOf(page);

  for (const [path, heading] of [['mrr', 'MRR Breakdown'], ['customers', 'Customers'], ['movements', 'Movements']]) {
    asked.length = 0;
    await page.goto(`${app.url}/c/${id}/${path}`);
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
  const page = await visit(t, `${app.url}/login`);
  await page.getByLabel('Username or email').waitFor();
  await app.leave();
  await app.comeBack();
  const asked = questionsOf(page);
  await page.goto(`${app.url}/login`);
  await signIn(page);
  await page.getByRole('region', { name: 'MRR now' }).getByText(/\$\d/).first().waitFor();
  await settled(asked);
  const figures = asked.filter((question) => /metrics\/mrr|summary|customers/.test(question));
  assert.ok(figures.length > 3, 'the page asks for figures');
  assert.deepEqual(figures.filter((question, index) => figures.indexOf(question) !== index), []);
});
