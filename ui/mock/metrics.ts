import type { Day, Interval, MrrPoint, MrrReport, Summary } from '../src/api/types.ts'
import type { MockCustomer, World } from './world.ts'
import { TODAY } from './world.ts'

/** How much of the reporting currency's smallest unit one smallest unit is worth. Made up, and steady but for a drift. */
const RATE: Record<string, number> = { usd: 1, eur: 1.09, gbp: 1.27, jpy: 0.66, chf: 1.13 }

export function rate(from: string, to: string, day: Day): number {
  if (from === to) return 1
  const drift = 1 + Math.sin(Date.parse(day) / 3e9 + (RATE[from] ?? 1) * 5) * 0.02
  return ((RATE[from] ?? 1) / (RATE[to] ?? 1)) * drift
}

function bucketsOf(from: Day, to: Day, interval: Interval): { start: Day; end: Day }[] {
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const date = new Date(from)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  let start =
    interval === 'day'
      ? Date.parse(from)
      : interval === 'week'
        ? Date.parse(from) - ((date.getUTCDay() + 6) % 7) * 86_400_000
        : interval === 'month'
          ? Date.UTC(year, month, 1)
          : interval === 'quarter'
            ? Date.UTC(year, Math.floor(month / 3) * 3, 1)
            : Date.UTC(year, 0, 1)
  const buckets = []
  while (iso(start) <= to) {
    const at = new Date(start)
    const months = { month: 1, quarter: 3, year: 12 }[interval as string]
    const next = months
      ? Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)
      : start + (interval === 'week' ? 7 : 1) * 86_400_000
    buckets.push({ start: iso(start), end: iso(next - 86_400_000) })
    start = next
  }
  return buckets
}

export function mrrAt(customer: MockCustomer, day: Day): number {
  let mrr = 0
  for (const movement of customer.movements) {
    if (movement.on > day) break
    mrr = movement.mrr_after_minor
  }
  return mrr
}

function pointsOf(customers: MockCustomer[], from: Day, to: Day, interval: Interval, into: string | null): MrrPoint[] {
  const worth = (minor: number, currency: string, day: Day) => (into ? minor * rate(currency, into, day) : minor)
  let before: number | null = null
  return bucketsOf(from, to, interval).map(({ start, end }) => {
    const last = end > TODAY ? TODAY : end
    const point: MrrPoint = {
      start_on: start,
      end_on: end,
      is_partial: false,
      mrr_minor: 0,
      customers: 0,
      subscriptions: 0,
      new_minor: 0,
      expansion_minor: 0,
      contraction_minor: 0,
      churn_minor: 0,
      reactivation_minor: 0,
      fx_minor: 0,
      new_customers: 0,
      expansion_customers: 0,
      contraction_customers: 0,
      churn_customers: 0,
      reactivation_customers: 0,
    }
    let opening = 0
    for (const customer of customers) {
      const mrr = mrrAt(customer, last)
      point.mrr_minor += worth(mrr, customer.currency, last)
      opening += worth(
        mrrAt(customer, new Date(Date.parse(start) - 86_400_000).toISOString().slice(0, 10)),
        customer.currency,
        new Date(Date.parse(start) - 86_400_000).toISOString().slice(0, 10),
      )
      if (mrr > 0) {
        point.customers += 1
        point.subscriptions += mrr > 30_000 ? 2 : 1
      }
      for (const movement of customer.movements) {
        if (movement.on < start || movement.on > last) continue
        point[`${movement.type}_minor`] += worth(movement.delta_minor, customer.currency, movement.on)
        point[`${movement.type}_customers`] += 1
      }
    }
    for (const key of Object.keys(point) as (keyof MrrPoint)[])
      if (key.endsWith('_minor')) (point[key] as number) = Math.round(point[key] as number)
    const moved = point.new_minor + point.expansion_minor + point.contraction_minor + point.churn_minor + point.reactivation_minor
    point.fx_minor = into ? point.mrr_minor - (before ?? Math.round(opening)) - moved : 0
    before = point.mrr_minor
    return point
  })
}

export function filtered(world: World, query: URLSearchParams): MockCustomer[] {
  const sets = (['plan', 'product', 'billing_interval', 'filter_currency', 'country'] as const).map(
    (name) => [name, new Set(query.getAll(name))] as const,
  )
  const of = {
    plan: (c: MockCustomer) => c.plan.id,
    product: (c: MockCustomer) => c.plan.product_id,
    billing_interval: (c: MockCustomer) => c.plan.interval,
    filter_currency: (c: MockCustomer) => c.currency,
    country: (c: MockCustomer) => c.country,
  }
  return world.customers.filter((customer) => sets.every(([name, set]) => set.size === 0 || set.has(of[name](customer))))
}

export function mrrReport(world: World, query: URLSearchParams, envelope: Partial<MrrReport>): MrrReport {
  const interval = (query.get('interval') ?? 'month') as Interval
  const asked = query.get('currency') ?? 'native'
  const customers = filtered(world, query)
  const by = query.get('by')
  const keyOf = (customer: MockCustomer): [string, string] =>
    by === 'plan'
      ? [customer.plan.id, customer.plan.label]
      : by === 'product'
        ? [customer.plan.product_id, customer.plan.product]
        : by === 'country'
          ? [customer.country, customer.country]
          : by === 'currency'
            ? [customer.currency, customer.currency.toUpperCase()]
            : by === 'interval'
              ? [customer.plan.interval, customer.plan.interval]
              : ['', '']
  const groups = new Map<string, { currency: string; label: string; key: string; list: MockCustomer[] }>()
  for (const customer of customers) {
    const [key, label] = keyOf(customer)
    const currency = asked === 'native' ? customer.currency : asked
    const id = `${currency}|${key}`
    const group = groups.get(id) ?? { currency, label, key, list: [] }
    group.list.push(customer)
    groups.set(id, group)
  }
  const from = query.get('from') ?? '2025-11-01'
  const to = query.get('to') ?? TODAY
  return {
    metric: 'mrr',
    interval,
    currency: asked,
    timezone: 'UTC',
    data_through: null,
    is_history_complete: true,
    reaches_back_on: null,
    rates_on: asked === 'native' ? null : TODAY,
    unconverted: [],
    absent: [],
    ...envelope,
    series: [...groups.values()].map(({ currency, key, label, list }) => ({
      currency,
      group: by ? { key, label } : null,
      points: pointsOf(list, from, to, interval, asked === 'native' ? null : asked),
    })),
  }
}

export function summary(world: World, query: URLSearchParams): Summary {
  const params = new URLSearchParams(query)
  params.set('from', '2026-10-01')
  params.set('to', TODAY)
  params.set('interval', 'month')
  const series = mrrReport(world, params, {}).series[0]
  const [before, now] = [series?.points[0], series?.points[1]]
  const value = now?.mrr_minor ?? 0
  const last = before?.mrr_minor ?? 0
  return {
    currency: series?.currency ?? 'usd',
    mrr: {
      value_minor: value,
      before_minor: last,
      change_minor: value - last,
      change_ratio: last ? (value - last) / last : null,
    },
    arr_minor: value * 12,
    arpa_minor: now?.customers ? Math.round(value / now.customers) : null,
    active_customers: now?.customers ?? 0,
    active_subscriptions: now?.subscriptions ?? 0,
    net_revenue_minor: Math.round(value * 0.83),
    refunds_minor: Math.round(value * 0.012),
    customer_churn_rate: before?.customers ? (now?.churn_customers ?? 0) / before.customers : null,
    compared_with_on: '2026-10-31',
    month_on: '2026-11-01',
    rates_on: TODAY,
    unconverted: [],
    absent: [],
    data_through: null,
    is_history_complete: true,
    reaches_back_on: null,
  }
}
