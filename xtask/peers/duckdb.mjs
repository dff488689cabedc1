// The report of MRR and its movements by DuckDB, on the same rows: raw, as the ledger has them, and classified beforehand, where
// it only adds up. Called with the rows and with our answer, which has to be the same.
import { readFileSync } from 'node:fs';

import { DuckDBInstance } from '@duckdb/node-api';

const [rows, answer] = process.argv.slice(2);
const ROUNDS = 10;
/** As in our own measurement: the CPU time is spread over two. */
const CORES = 2;

const FIRST = '2025-10-01';
const LAST = '2026-09-30';

/** Netted by day, then classified by what was there before, and whether there ever was anything. */
const MOVEMENTS = `
  WITH net AS (
    SELECT customer, currency, day, sum(delta) AS delta FROM rows GROUP BY ALL HAVING sum(delta) <> 0
  ),
  level AS (
    SELECT *, sum(delta) OVER (PARTITION BY customer, currency ORDER BY day) AS after FROM net
  ),
  history AS (
    SELECT *, max(after) OVER (
      PARTITION BY customer, currency ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS most FROM level
  )
  SELECT day, currency, delta, CASE
    WHEN after - delta <= 0 AND coalesce(most, 0) <= 0 THEN 'new'
    WHEN after - delta <= 0 THEN 'reactivation'
    WHEN after <= 0 THEN 'churn'
    WHEN delta > 0 THEN 'expansion'
    ELSE 'contraction'
  END AS kind FROM history`;

const KINDS = ['new', 'expansion', 'contraction', 'churn', 'reactivation'];

/** By month and currency, also where nothing moved: MRR at its end, and what each kind of movement added. */
const report = (movements) => `
  WITH monthly AS (
    SELECT greatest(date_trunc('month', day), DATE '${FIRST}' - INTERVAL 1 MONTH)::DATE AS month, currency, sum(delta) AS delta,
      ${KINDS.map((kind) => `sum(delta) FILTER (kind = '${kind}') AS ${kind}_minor`).join(', ')}
    FROM (${movements}) WHERE day <= DATE '${LAST}' GROUP BY ALL
  ),
  months AS (
    SELECT unnest(generate_series(DATE '${FIRST}' - INTERVAL 1 MONTH, DATE '${LAST}', INTERVAL 1 MONTH))::DATE AS month
  ),
  every AS (SELECT month, currency FROM months, (SELECT DISTINCT currency FROM monthly))
  SELECT month::VARCHAR AS month, currency, mrr_minor::BIGINT AS mrr_minor,
    ${KINDS.map((kind) => `coalesce(${kind}_minor, 0)::BIGINT AS ${kind}_minor`).join(', ')}
  FROM (
    SELECT *, sum(coalesce(delta, 0)) OVER (PARTITION BY currency ORDER BY month) AS mrr_minor
    FROM every LEFT JOIN monthly USING (month, currency)
  )
  WHERE month >= DATE '${FIRST}' ORDER BY currency, month`;

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run('SET threads = 2');
await connection.run(
  `CREATE TABLE rows AS SELECT * FROM read_csv('${rows}', columns = {customer: 'INTEGER', currency: 'VARCHAR', day: 'DATE', delta: 'BIGINT'})`,
);
await connection.run(`CREATE TABLE movements AS ${MOVEMENTS}`);

const read = async (movements) => (await connection.runAndReadAll(report(movements))).getRowObjects();

/** The same lines as our answer has. */
const lines = (all) =>
  all.map((row) => [row.month, row.currency, row.mrr_minor, ...KINDS.map((kind) => row[`${kind}_minor`])].join(','));

const ours = readFileSync(answer, 'utf8').trim().split('\n').toSorted();

for (const [name, movements] of [
  ['DuckDB: MRR report, from raw rows', MOVEMENTS],
  ['DuckDB: MRR report, from classified movements', 'SELECT * FROM movements'],
]) {
  const theirs = lines(await read(movements)).toSorted();
  if (theirs.join() !== ours.join()) {
    console.error(`${name}: another answer than ours`);
    console.error(theirs.filter((line) => !ours.includes(line)).slice(0, 3), ours.filter((line) => !theirs.includes(line)).slice(0, 3));
    process.exit(1);
  }
  const before = process.cpuUsage();
  const walls = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    // One after the other is what is measured.
    await read(movements);
    walls.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  walls.sort((a, b) => a - b);
  const cpu = (user + system) / 1000 / ROUNDS / CORES;
  const columns = [walls[ROUNDS / 2], walls.at(-1), cpu].map((ms) => ms.toFixed(1).padStart(9));
  console.log(`${name.padEnd(52)}${columns.join('')}`);
}
