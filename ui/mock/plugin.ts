import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

import type { Connection } from '../src/api/types.ts'
import { customerDetail, customersPage, movementsPage } from './customers.ts'
import { explanation } from './explain.ts'
import { METRICS, NOW, PROBLEMS, SCENARIOS, SOURCES, checkKey, facets, progress, reconcile, restatements } from './fixtures.ts'
import { mrrReport, summary } from './metrics.ts'
import type { World } from './world.ts'
import { buildWorld } from './world.ts'

const worlds = new Map<string, World>()
const connections: Connection[] = SCENARIOS.map(({ connection }) => connection)
const session = {
  user: { id: 'usr_1', full_name: 'Ada Byron', username: 'ada', email: 'ada@example.test' },
  workspace: { id: 'wrk_1', name: 'Ada’s workspace' },
}

function worldOf(id: string): World {
  let world = worlds.get(id)
  if (!world) {
    const scenario = SCENARIOS.find((one) => one.connection.id === id)?.world ?? {
      customers: 200,
      currencies: ['usd'],
      months: 24,
      seed: 9,
    }
    world = buildWorld(scenario)
    worlds.set(id, world)
  }
  return world
}

interface Answer {
  status: number
  body?: unknown
}
const ok = (body: unknown): Answer => ({ status: 200, body })
const notFound: Answer = {
  status: 404,
  body: { title: 'Not found', status: 404, code: 'not_found', detail: 'There is nothing at this address.' },
}

function connectionRoute(
  connection: Connection,
  rest: string[],
  query: URLSearchParams,
  method: string,
  body: Record<string, unknown>,
): Answer {
  const world = worldOf(connection.id)
  const envelope = {
    timezone: connection.time_zone,
    data_through: connection.data_through,
    is_history_complete: connection.is_history_complete,
    reaches_back_on: connection.reaches_back_on,
  }
  const path = rest.join('/')
  if (path === '') {
    if (method === 'PATCH') connection.name = String(body.name)
    if (method === 'DELETE') connections.splice(connections.indexOf(connection), 1)
    return method === 'DELETE' ? { status: 204 } : ok(connection)
  }
  if (path === 'sync')
    return method === 'POST' ? { status: 202 } : ok(progress(connection, connection.state === 'loading' ? 0.34 : 1))
  if (path === 'problems') return ok({ data: connection.id === 'con_mid' ? PROBLEMS : [] })
  if (path === 'settings')
    return ok({
      churn_at: 'ended',
      include_metered: false,
      time_zone: connection.time_zone,
      reporting_currency: connection.reporting_currency,
      week_start: 'monday',
      gdpr: false,
      retention_months: null,
      ...body,
    })
  if (path === 'webhook')
    return ok({
      state: 'unreachable',
      url: null,
      refused: null,
      last_received_at: null,
      waiting: 0,
      dead: 0,
      events: ['invoice.paid'],
      api_version: '2026-07-29.dahlia',
    })
  if (path === 'webhook/dead') return ok({ data: [] })
  if (path === 'settings/preview') {
    const isSame = body.churn_at === 'ended' && body.include_metered === false
    return ok({
      mrr_before: [{ currency: 'usd', amount_minor: 4821000 }],
      mrr_after: [{ currency: 'usd', amount_minor: isSame ? 4821000 : 4907500 }],
      months: isSame
        ? []
        : ['2026-09-01', '2026-10-01', '2026-11-01'].map((month_on, index) => ({
            month_on,
            currency: 'usd',
            before_minor: 4500000 + index * 90000,
            after_minor: 4540000 + index * 98000,
          })),
    })
  }
  if (path === 'facets') return ok(facets(world))
  // Every metric moves as MRR does.
  if (path.startsWith('metrics/')) return ok(mrrReport(world, query, envelope))
  if (path === 'summary') return ok(summary(world, query))
  if (path === 'movements') return ok(movementsPage(world, query))
  if (path === 'customers') return ok(customersPage(world, query))
  if (path === 'reconcile')
    return ok(connection.id === 'con_empty' ? { months: [] } : reconcile(facets(world).currencies.slice(0, 2)))
  if (path === 'restatements') return ok({ data: connection.id === 'con_mid' ? restatements(world) : [], next_cursor: null })
  const customer = rest[0] === 'customers' ? world.customers.find((one) => one.id === rest[1]) : undefined
  if (customer && rest.length === 2) return ok(customerDetail(customer))
  if (customer && rest[2] === 'explain') return ok(explanation(customer, query.get('on')))
  return notFound
}

function route(request: IncomingMessage, url: URL, body: Record<string, unknown>, state: string): Answer {
  const method = request.method ?? 'GET'
  const [head, id, ...rest] = url.pathname.replace('/api/v1/', '').split('/').map(decodeURIComponent)
  if (head === 'setup' && method === 'GET') return ok({ needs_owner: state === 'fresh', version: '0.1.0' })
  if (head === 'setup') return { status: 201, body: session }
  if (head === 'session') {
    if (method === 'POST')
      return body.password === 'wrong'
        ? { status: 401, body: { title: 'The name or the password is wrong', status: 401, code: 'bad_credentials' } }
        : { status: 201, body: session }
    if (method === 'DELETE') return { status: 204 }
    return state === '' || state === 'none' ? ok(session) : { status: 401, body: { title: 'Not signed in', status: 401 } }
  }
  if (head === 'sources') return ok({ data: SOURCES })
  if (head === 'metrics') return ok({ data: METRICS })
  if (head === 'tokens')
    return method === 'GET'
      ? ok({
          data: [{ id: 'tok_1', name: 'Month-end script', prefix: 'cht_9fk2', created_at: NOW - 4_000_000, last_used_at: NOW }],
        })
      : method === 'POST'
        ? {
            status: 201,
            body: {
              id: 'tok_2',
              name: body.name,
              prefix: 'cht_77aa',
              secret: 'cht_77aaV0Q2mock2Token3Value4',
              created_at: NOW,
              last_used_at: null,
            },
          }
        : { status: 204 }
  if (head !== 'connections') return notFound
  if (id === 'check') return checkKey(String(body.key))
  if (id === undefined && method === 'POST') return { status: 201, body: connections[body.source === 'sample' ? 0 : 3] }
  if (id === undefined) return ok({ data: state === 'none' ? [] : connections })
  const connection = connections.find((one) => one.id === id)
  return connection ? connectionRoute(connection, rest, url.searchParams, method, body) : notFound
}

function stream(connection: Connection, response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let share = connection.state === 'loading' ? 0.34 : 1
  const timer = setInterval(() => {
    if (connection.state === 'loading') share = Math.min(0.98, share + 0.002)
    response.write(`event: progress\ndata: ${JSON.stringify(progress(connection, share))}\n\n`)
  }, 1000)
  response.on('close', () => clearInterval(timer))
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text ? (JSON.parse(text) as Record<string, unknown>) : {}
}

/** Answers the API's requests in development. The cookie `mock=fresh|out` is a first visit, or nobody signed in. */
export function mockApi(): Plugin {
  return {
    name: 'mock-api',
    configureServer(server) {
      server.middlewares.use('/api/v1', async (request: IncomingMessage, response: ServerResponse) => {
        const url = new URL((request as { originalUrl?: string }).originalUrl ?? '/', 'http://mock')
        const sse = /^\/api\/v1\/connections\/(\w+)\/sync\/stream$/.exec(url.pathname)
        const connection = connections.find((one) => one.id === sse?.[1])
        if (connection) return stream(connection, response)
        const state = /mock=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
        const answer = route(request, url, await bodyOf(request), state)
        response.writeHead(answer.status, {
          'content-type': answer.status < 400 ? 'application/json' : 'application/problem+json',
        })
        response.end(answer.body === undefined ? '' : JSON.stringify(answer.body))
      })
    },
  }
}
