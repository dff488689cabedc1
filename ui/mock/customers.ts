import type { CustomerDetail, CustomerPage, CustomerRow, Movement, MovementPage } from '../src/api/types.ts'
import { filtered, mrrAt, rate } from './metrics.ts'
import type { MockCustomer, World } from './world.ts'
import { TODAY, secondsAt } from './world.ts'

const money = (customer: MockCustomer, day = TODAY) => {
  const amount_minor = mrrAt(customer, day)
  return amount_minor ? [{ currency: customer.currency, amount_minor }] : []
}

function row(customer: MockCustomer, into: string | null): CustomerRow {
  const mrr = money(customer)
  return {
    id: customer.id,
    name: customer.name,
    email: customer.email,
    country: customer.country,
    created_at: secondsAt(customer.created_on, '09:12:00'),
    mrr,
    mrr_converted_minor: into ? Math.round((mrr[0]?.amount_minor ?? 0) * rate(customer.currency, into, TODAY)) : null,
    state: mrr.length ? 'active' : customer.movements.length ? 'churned' : 'never',
    plans: mrr.length ? [customer.plan.label] : [],
    first_paid_on: customer.movements[0]?.on ?? null,
    churned_on: customer.movements.at(-1)?.type === 'churn' ? (customer.movements.at(-1)?.on ?? null) : null,
    is_deleted: customer.is_deleted,
  }
}

export function customersPage(world: World, query: URLSearchParams): CustomerPage {
  const into = query.get('currency') === 'native' ? null : query.get('currency')
  const q = (query.get('q') ?? '').toLowerCase()
  const state = query.get('state')
  let rows = filtered(world, query)
    .filter((c) => !q || `${c.name} ${c.email} ${c.id}`.toLowerCase().includes(q))
    .map((c) => row(c, into))
    .filter(
      (r) => !state || (state === 'active' ? r.mrr.length > 0 : state === 'churned' ? r.churned_on : r.first_paid_on === null),
    )
  const sort = query.get('sort') ?? '-mrr'
  const by =
    {
      mrr: (r: CustomerRow) => r.mrr_converted_minor ?? r.mrr[0]?.amount_minor ?? 0,
      name: (r: CustomerRow) => (r.name ?? '￿').toLowerCase(),
      created: (r: CustomerRow) => r.created_at ?? 0,
    }[sort.replace('-', '')] ?? (() => 0)
  rows = rows.toSorted((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0) * (sort.startsWith('-') ? -1 : 1))
  const start = Number(query.get('cursor') ?? 0)
  const limit = Number(query.get('limit') ?? 50)
  return {
    data: rows.slice(start, start + limit),
    next_cursor: start + limit < rows.length ? String(start + limit) : null,
    total: rows.length,
  }
}

export function movementsPage(world: World, query: URLSearchParams): MovementPage {
  const types = new Set(query.getAll('type').flatMap((text) => text.split(',')))
  const into = query.get('currency') === 'native' ? null : query.get('currency')
  const from = query.get('from') ?? '0000'
  const to = query.get('to') ?? TODAY
  const rows: Movement[] = filtered(world, query).flatMap((c) =>
    c.movements
      .filter((m) => m.on >= from && m.on <= to && (types.size === 0 || types.has(m.type)))
      .map((m) => ({
        customer_id: c.id,
        name: c.name,
        email: c.email,
        on: m.on,
        type: m.type,
        currency: c.currency,
        delta_minor: m.delta_minor,
        mrr_after_minor: m.mrr_after_minor,
        converted_minor: into ? Math.round(m.delta_minor * rate(c.currency, into, m.on)) : null,
      })),
  )
  rows.sort((a, b) => (a.on < b.on ? 1 : a.on > b.on ? -1 : 0))
  const start = Number(query.get('cursor') ?? 0)
  const limit = Number(query.get('limit') ?? 50)
  return {
    data: rows.slice(start, start + limit),
    next_cursor: start + limit < rows.length ? String(start + limit) : null,
    total: rows.length,
  }
}

export function customerDetail(c: MockCustomer): CustomerDetail {
  const ended = c.movements.at(-1)?.type === 'churn' ? secondsAt(c.movements.at(-1)?.on ?? TODAY) : null
  const months: string[] = []
  const first = c.movements[0]?.on
  for (let at = first ? Date.parse(first) : Infinity; at <= Date.parse(TODAY); at += 30.44 * 86_400_000)
    months.push(new Date(at).toISOString().slice(0, 10))
  return {
    customer: {
      id: c.id,
      name: c.name,
      email: c.email,
      country: c.country,
      created_at: secondsAt(c.created_on, '09:12:00'),
      is_deleted: c.is_deleted,
    },
    mrr: money(c),
    timeline: c.movements.map((m) => ({
      at: secondsAt(m.on, '10:00:00'),
      on: m.on,
      currency: c.currency,
      mrr_minor: m.mrr_after_minor,
    })),
    movements: c.movements.map((m) => ({
      on: m.on,
      type: m.type,
      currency: c.currency,
      delta_minor: m.delta_minor,
      mrr_after_minor: m.mrr_after_minor,
    })),
    subscriptions: first
      ? [
          {
            id: `sub_${c.id.slice(4)}`,
            status: ended ? 'canceled' : 'active',
            items: [{ price_id: c.plan.id, label: c.plan.label, quantity: 1 }],
            started_at: secondsAt(first),
            ended_at: ended,
            canceled_at: ended,
            cancel_at: null,
            current_period_end: ended ? null : secondsAt('2026-12-12'),
            mrr_minor: mrrAt(c, TODAY),
            currency: c.currency,
          },
        ]
      : [],
    invoices: months
      .filter((day) => mrrAt(c, day) > 0)
      .map((day, index) => ({
        id: `in_${c.id.slice(4)}${index}`,
        number: `A1B2-${String(index + 1).padStart(4, '0')}`,
        status: index === 7 ? 'void' : 'paid',
        created_at: secondsAt(day, '10:00:00'),
        paid_at: index === 7 ? null : secondsAt(day, '10:00:04'),
        total_minor: Math.round(mrrAt(c, day) * 1.19),
        tax_minor: Math.round(mrrAt(c, day) * 0.19),
        currency: c.currency,
        billing_reason: index ? 'subscription_cycle' : 'subscription_create',
        lines: [
          {
            id: `il_${c.id.slice(4)}${index}`,
            description: `1 × ${c.plan.label}`,
            amount_minor: mrrAt(c, day),
            period: { start: secondsAt(day, '10:00:00'), end: secondsAt(months[index + 1] ?? '2026-12-20', '10:00:00') },
            price_id: c.plan.id,
            label: c.plan.label,
            is_proration: false,
          },
        ],
      }))
      .toReversed(),
    charges: months
      .filter((day) => mrrAt(c, day) > 0)
      .map((day, index) => ({
        id: `ch_${c.id.slice(4)}${index}`,
        created_at: secondsAt(day, '10:00:03'),
        status: index === 3 ? 'failed' : 'succeeded',
        amount_minor: Math.round(mrrAt(c, day) * 1.19),
        amount_refunded_minor: index === 5 ? 500 : 0,
        currency: c.currency,
        failure_code: index === 3 ? 'insufficient_funds' : null,
      }))
      .toReversed(),
    provider_url: `https://billing.example.com/customers/${c.id}`,
  }
}
