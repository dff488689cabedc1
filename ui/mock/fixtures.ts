import type {
  Connection,
  Facets,
  MetricDefinition,
  Progress,
  ReconcileReport,
  Restatement,
  Source,
  SyncProblem,
} from '../src/api/types.ts'
import type { Scenario, World } from './world.ts'
import { TODAY, secondsAt } from './world.ts'

type Permission = Source['permissions'][number]

export const NOW = secondsAt(TODAY, '22:31:00')

const connection = (id: string, name: string, more: Partial<Connection>): Connection => ({
  id,
  name,
  source: 'acme',
  account_id: `acct_${id}`,
  account_name: name,
  is_test_mode: false,
  is_sample: false,
  key_hint: 'rk_live_…9fK2',
  created_at: secondsAt('2026-11-20'),
  state: 'live',
  data_through: NOW,
  reaches_back_on: null,
  is_history_complete: true,
  last_error: null,
  reporting_currency: 'usd',
  time_zone: 'UTC',
  absent: [],
  ...more,
})

export const SCENARIOS: { connection: Connection; world: Scenario }[] = [
  {
    connection: connection('con_mid', 'Northwind Cloud', { is_sample: true, is_test_mode: true, key_hint: 'rk_test_…mid1' }),
    world: { customers: 1400, currencies: ['usd', 'eur', 'gbp', 'jpy', 'chf'], months: 34, seed: 7 },
  },
  {
    connection: connection('con_small', 'Paperplane', { reporting_currency: 'eur', time_zone: 'Europe/Berlin' }),
    world: { customers: 6, currencies: ['eur'], months: 5, seed: 3 },
  },
  { connection: connection('con_empty', 'Brand-new shop', {}), world: { customers: 0, currencies: ['usd'], months: 1, seed: 1 } },
  {
    connection: connection('con_loading', 'Globex (first load)', {
      state: 'loading',
      is_history_complete: false,
      reaches_back_on: '2026-07-02',
    }),
    world: { customers: 300, currencies: ['usd', 'eur'], months: 5, seed: 11 },
  },
  {
    connection: connection('con_failed', 'Initech', {
      state: 'failed',
      data_through: secondsAt('2026-11-22', '04:02:00'),
      reporting_currency: null,
      last_error: {
        code: 'key_refused',
        message: 'Acme no longer accepts this key: it was rolled or deleted.',
        action: 'Make a new restricted key in Acme and replace the key in Settings. Everything loaded so far stays.',
        at: secondsAt(TODAY, '03:10:00'),
      },
      absent: [{ kind: 'credit_note', label: 'Credit notes', reason: 'forbidden', without: 'credit notes in net revenue' }],
    }),
    world: { customers: 120, currencies: ['usd', 'jpy'], months: 20, seed: 5 },
  },
]

const PERMISSIONS: [string, string, boolean, string][] = [
  ['customer', 'Customers', true, 'names, e-mail addresses and countries of customers'],
  ['subscription', 'Subscriptions', true, 'MRR and everything made from it'],
  ['invoice', 'Invoices', true, 'MRR and everything made from it'],
  ['price', 'Prices', true, 'plans, and the interval that every amount is divided by'],
  ['product', 'Products', false, 'names of products; plans are named by their price'],
  ['coupon', 'Coupons', false, 'names of discounts'],
  ['promotion_code', 'Promotion codes', false, 'names of promotion codes'],
  ['charge', 'Charges', false, 'failed payments, and revenue without an invoice'],
  ['refund', 'Refunds', false, 'refunds, and net revenue after them'],
  ['dispute', 'Disputes', false, 'disputes'],
  ['credit_note', 'Credit notes', false, 'credit notes in net revenue'],
  ['payment_intent', 'Payment intents', false, 'payment attempts'],
  ['balance_transaction', 'Balance transactions', false, 'fees and net cash'],
  ['event', 'Events', false, 'quick updates; everything is listed again each time'],
]

export const permissions: Permission[] = PERMISSIONS.map(([kind, label, is_required, without]) => ({
  kind,
  label,
  permission: label,
  access: 'read',
  is_required,
  without,
}))

export const SOURCES: Source[] = [
  {
    id: 'acme',
    name: 'Acme',
    key_link: 'https://billing.example.com/keys/create',
    permissions,
    merchants: [],
  },
  {
    id: 'sample',
    name: 'Sample merchant',
    key_link: null,
    permissions: [],
    merchants: [
      {
        id: 'mid',
        name: 'Northwind Cloud',
        description: 'A mid-size SaaS in five currencies with every billing situation there is.',
      },
      { id: 'small', name: 'Paperplane', description: 'A small SaaS in one currency.' },
      { id: 'empty', name: 'Brand-new shop', description: 'An account without any data yet.' },
    ],
  },
]

export function checkKey(key: string): { status: number; body: unknown } {
  const problem = (code: string, title: string, detail: string, action: string) => ({
    status: 422,
    body: { title, status: 422, code, detail, action },
  })
  if (key.startsWith('pk_'))
    return problem(
      'key_publishable',
      'This is a publishable key',
      'It is made for web pages and can read nothing.',
      'Paste a restricted key, which begins with rk_.',
    )
  if (!/^(rk|sk)_(live|test)_\w{4,}$/.test(key))
    return problem(
      'key_malformed',
      'This does not look like an Acme key',
      'A key begins with rk_live_, rk_test_, sk_live_ or sk_test_.',
      'Copy the whole key from Acme.',
    )
  if (key.includes('wrong'))
    return problem(
      'key_refused',
      'Acme refused the key',
      'It was deleted, rolled or cut when it was copied.',
      'Make a new key, or copy it again.',
    )
  const missing = key.includes('partial') ? ['credit_note', 'dispute'] : key.includes('missing') ? ['invoice', 'refund'] : []
  return {
    status: 200,
    body: {
      account: { id: 'acct_1Nw', name: 'Globex Corporation', country: 'DE', default_currency: 'eur' },
      is_test_mode: key.includes('_test_'),
      is_restricted: key.startsWith('rk_'),
      permissions: permissions.map((one) => ({
        ...one,
        state: missing.includes(one.kind) ? 'missing' : one.kind === 'event' && key.includes('absent') ? 'absent' : 'granted',
      })),
      can_connect: !missing.includes('invoice'),
      existing_connection_id: null,
    },
  }
}

export const METRICS: MetricDefinition[] = [
  [
    'mrr',
    'Monthly recurring revenue',
    'money',
    'Σ over subscriptions and prices of the amount billed for a period ÷ the months of the price’s interval, at the end of the day',
  ],
  ['arr', 'Annual recurring revenue', 'money', 'MRR × 12'],
  ['arpa', 'Average revenue per account', 'money', 'MRR ÷ active customers'],
  ['active_customers', 'Active customers', 'count', 'customers with MRR above 0 at the date'],
  ['active_subscriptions', 'Active subscriptions', 'count', 'subscriptions with MRR above 0 at the date'],
  ['net_new_mrr', 'Net new MRR', 'money', 'new + reactivation + expansion + contraction + churn (+ fx), signed'],
  ['net_revenue', 'Net revenue', 'money', 'gross revenue − refunds − post-payment credit notes that were not refunds'],
  ['refunds', 'Refunds', 'money', 'succeeded refunds by their own day'],
  [
    'customer_churn_rate',
    'Customer churn rate',
    'ratio',
    'customers above 0 at the start and at 0 at the end ÷ customers above 0 at the start',
  ],
].map(
  ([id, label, unit, formula]) =>
    ({
      id,
      label,
      unit,
      formula,
      docs_url: `metrics/${id?.replaceAll('_', '-')}.md`,
      supports_filters: true,
    }) as MetricDefinition,
)

export function facets(world: World): Facets {
  const uniq = (list: string[]) => [...new Set(list)].toSorted()
  const first =
    world.customers
      .map((c) => c.movements[0]?.on)
      .filter((day): day is string => Boolean(day))
      .toSorted()[0] ?? null
  return {
    plans: world.plans.map(({ id, label, product_id, product, interval, currency }) => ({
      id,
      label,
      product_id,
      product,
      interval,
      currency,
      is_active: true,
    })),
    products: uniq(world.plans.map((p) => p.product_id)).map((id) => ({
      id,
      label: world.plans.find((p) => p.product_id === id)?.product ?? id,
    })),
    intervals: uniq(world.plans.map((p) => p.interval)),
    currencies: uniq(world.plans.map((p) => p.currency)),
    targets: ['eur', 'gbp', 'jpy', 'usd'],
    countries: uniq(world.customers.map((c) => c.country)),
    causes: [],
    churn_reasons: [],
    feedback: [],
    decline_codes: [],
    ages: [],
    first_on: first,
    last_on: first ? TODAY : null,
  }
}

const KINDS = permissions.map(({ kind, label }) => ({ kind, label }))

/** `share` of a first load, 1 when it is over. */
export function progress(connection: Connection, share: number): Progress {
  const isDone = share >= 1
  const kinds = KINDS.map(({ kind, label }, index) => {
    const total = [12_400, 15_100, 214_000, 96, 12, 40, 8, 231_000, 2_900, 210, 640, 240_000, 480_000, 38_000][index] ?? 1000
    const mine = Math.max(0, Math.min(1, share * 3 - index / 7))
    const absent = connection.absent.find((one) => one.kind === kind)
    return {
      kind,
      label,
      done: absent ? 0 : isDone ? total : Math.floor(total * mine),
      estimated_total: absent || (mine === 0 && !isDone) ? null : total,
      state:
        absent?.reason ?? (isDone || mine >= 1 ? ('done' as const) : mine === 0 ? ('waiting' as const) : ('loading' as const)),
    }
  })
  const objects_done = kinds.reduce((sum, kind) => sum + kind.done, 0)
  return {
    phase: connection.state === 'failed' ? 'failed' : isDone ? 'idle' : 'loading',
    kinds,
    objects_done,
    objects_per_second: isDone ? 0 : 3_820,
    seconds_left: isDone ? null : Math.round((1 - share) * 320),
    started_at: NOW,
    reaches_back_on: isDone ? null : '2026-07-02',
    data_through: connection.data_through,
    ledger_version: Math.floor(share * 50),
    message: null,
  }
}

export const PROBLEMS: SyncProblem[] = [
  {
    code: 'dangling_reference',
    title: 'Invoices of customers that Acme no longer lists',
    detail: 'The customers were deleted before the first load. Their invoices are counted; their names are not known.',
    count: 3,
    examples: [
      { kind: 'invoice', id: 'in_1Nx82k', points_to: 'cus_Nx82k' },
      { kind: 'invoice', id: 'in_1Nx83a', points_to: 'cus_Nx83a' },
    ],
  },
]

export function reconcile(currencies: string[]): ReconcileReport {
  return {
    months: Array.from({ length: 13 }, (_, index) => new Date(Date.UTC(2026, 10 - index, 1)).toISOString().slice(0, 10)).flatMap(
      (month_on, index) =>
        currencies.map((currency, at) => {
          const used = Math.round((8_400_000 - index * 210_000) / (at + 1))
          const left_out = [
            ['tax', Math.round(used * 0.19)],
            ['one_off', 90_000],
            ['metered', 41_250],
            ['proration_credit', -12_300],
          ].map(([reason, amount_minor]) => ({ reason, amount_minor })) as { reason: string; amount_minor: number }[]
          return {
            month_on,
            currency,
            used_minor: used,
            left_out,
            invoices: 120,
            unexplained_invoices: [],
            total_minor: used + left_out.reduce((sum, one) => sum + one.amount_minor, 0),
            unexplained_minor: 0,
          }
        }),
    ),
  }
}

export function restatements({ customers }: World): Restatement[] {
  const told: Pick<Restatement, 'month_on' | 'old_minor' | 'new_minor' | 'reason' | 'detail' | 'invoice_id'>[] = [
    {
      month_on: '2026-10-01',
      old_minor: 24_900,
      new_minor: 0,
      reason: 'invoice_uncollectible',
      detail: 'An invoice that had counted was written off as uncollectible.',
      invoice_id: 'in_1Nx91c',
    },
    {
      month_on: '2026-10-01',
      old_minor: 4_900,
      new_minor: 9_900,
      reason: 'backdated_change',
      detail: 'A change of the subscription took effect on a day that had already been shown.',
      invoice_id: null,
    },
    {
      month_on: '2026-09-01',
      old_minor: 9_900,
      new_minor: 0,
      reason: 'settings_changed',
      detail: 'The settings of the connection were changed.',
      invoice_id: null,
    },
  ]
  return told.flatMap((one, index) => {
    const customer = customers[index * 7]
    return customer
      ? [{ ...one, recorded_at: NOW - index * 6 * 86_400, currency: 'usd', customer_id: customer.id, name: customer.name }]
      : []
  })
}
