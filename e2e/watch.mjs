// Opens the list of movements in a browser and says when each movement first stood there: a line with the customer, the day and
// milliseconds since 1970. Ends when its input does. For a measurement: `node watch.mjs http://127.0.0.1:PORT CONNECTION SETUP_CODE`

import { launch, makeOwner } from './support.mjs';

const [url, connection, setupCode] = process.argv.slice(2);
const browser = await launch();
process.stdin.resume().once('end', () => void browser.close().then(() => process.exit()));

const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-US' });
const page = await context.newPage();
await makeOwner(context, { url, setupCode });

page.on('console', (message) => {
  if (message.type() === 'info') process.stdout.write(`${message.text()}\n`);
});
await page.addInitScript(() => {
  const seen = new Set();
  const look = () => {
    const now = Date.now();
    for (const row of document.querySelectorAll('[aria-label="Movements"] tbody tr')) {
      const customer = row.querySelector('a')?.pathname.split('/').pop();
      const day = new Date(`${row.cells[1]?.textContent} UTC`);
      if (!customer || Number.isNaN(day.getTime())) continue;
      const movement = `${customer} ${day.toISOString().slice(0, 10)}`;
      if (seen.has(movement)) continue;
      seen.add(movement);
      console.info(`${movement} ${now}`);
    }
  };
  // In the frame that draws it.
  const observer = new MutationObserver(() => requestAnimationFrame(look));
  observer.observe(document, { childList: true, subtree: true, characterData: true });
});
await page.goto(`${url}/c/${connection}/movements`);
await page.locator('[aria-label="Movements"] tbody tr').first().waitFor();
console.log('ready');
