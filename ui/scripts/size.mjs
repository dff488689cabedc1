// Checks what a first visit has to download against the budgets, in gzip: run after `npm run build`.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const KIB = 1024
// What is there now, and a little more: a library that a first visit doesn't need loads on demand.
const BUDGETS = {
  'first route, without charts': 175 * KIB,
  charts: 56 * KIB,
  'map of the world': 50 * KIB,
  'largest page with charts, with headers': 260 * KIB,
}
/** What the headers of an answer take. */
const HEADERS = 660

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const gzipped = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length

/** Every file that a chunk needs before it can run: itself, its styles and what it imports statically. */
function filesOf(key, seen = new Set()) {
  const chunk = manifest[key]
  if (!chunk || seen.has(chunk.file)) return seen
  seen.add(chunk.file)
  for (const style of chunk.css ?? []) seen.add(style)
  for (const imported of chunk.imports ?? []) filesOf(imported, seen)
  return seen
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
const charts = Object.keys(manifest).find((key) => key.endsWith('charts/engine.ts'))
const map = Object.keys(manifest).find((key) => key.endsWith('virtual:outlines'))
const firstPage = Object.keys(manifest).find((key) => key.endsWith('features/mrr/MrrPage.tsx'))
if (!entry || !charts || !map || !firstPage)
  throw new Error('the build has no entry, no chart engine, no map or no MRR page: the names in scripts/size.mjs are out of date')

const first = new Set([...filesOf(entry), ...filesOf(firstPage)])
const chart = [...filesOf(charts)].filter((file) => !first.has(file))
/** All that a page has to load before it shows its figures and draws them. */
const pageOf = (key) => [...new Set([...filesOf(entry), ...filesOf(key), ...filesOf(charts)])].reduce((sum, file) => sum + gzipped(file) + HEADERS, 0)
const figures = Object.keys(manifest).find((key) => manifest[key].name === 'figures')
const withCharts = Object.keys(manifest).filter((key) => /features\/\w+\/\w+Page\.tsx$/.test(key) && filesOf(key).has(manifest[figures]?.file))
if (withCharts.length === 0) throw new Error('no page needs the chunk of figures: scripts/chunks.ts is out of date')
const sums = {
  'first route, without charts': [...first].reduce((sum, file) => sum + gzipped(file), 0),
  charts: chart.reduce((sum, file) => sum + gzipped(file), 0),
  'map of the world': gzipped(manifest[map].file),
  'largest page with charts, with headers': Math.max(...withCharts.map(pageOf)),
}
let isOver = false
for (const [name, budget] of Object.entries(BUDGETS)) {
  const size = sums[name]
  isOver ||= size > budget
  process.stdout.write(`${size > budget ? 'over' : 'ok  '}  ${name}: ${(size / KIB).toFixed(1)} of ${budget / KIB} KiB gzip\n`)
}
process.exitCode = isOver ? 1 : 0
