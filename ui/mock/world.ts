/** A small simulated merchant for working on the pages without a server. Never part of a build. */
import type { CustomerMovement, Day } from '../src/api/types.ts'

export const TODAY: Day = '2026-11-23'
const DAY_MS = 86_400_000

export interface MockPlan {
  id: string
  label: string
  product_id: string
  product: string
  interval: string
  currency: string
  monthly_minor: number
}

export interface MockMovement {
  on: Day
  type: CustomerMovement
  delta_minor: number
  mrr_after_minor: number
  plan: string
  plan_after_minor: number
}

export interface MockCustomer {
  id: string
  name: string | null
  email: string | null
  country: string
  currency: string
  created_on: Day
  movements: MockMovement[]
  plan: MockPlan
  is_deleted: boolean
}

export interface World {
  plans: MockPlan[]
  customers: MockCustomer[]
}

export interface Scenario {
  customers: number
  currencies: string[]
  months: number
  seed: number
}

export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const PRODUCTS: [string, string, number][] = [
  ['prod_starter', 'Starter', 1900],
  ['prod_team', 'Team', 4900],
  ['prod_business', 'Business', 14900],
  ['prod_scale', 'Scale', 49900],
]
const FIRST =
  'Acme Northwind Contoso Globex Initech Umbra Vandelay Hooli Stark Wayne Tyrell Cyberdyne Soylent Aperture Wonka'.split(' ')
const SECOND = 'Labs Studio GmbH Group Systems Works Media Foods Logistics Partners & Söhne Technologies Retail Health'.split(' ')
const COUNTRIES: Record<string, string[]> = {
  usd: ['US', 'CA', 'AU'],
  eur: ['DE', 'FR', 'NL', 'ES'],
  gbp: ['GB'],
  jpy: ['JP'],
  chf: ['CH'],
}
const SCALE: Record<string, number> = { jpy: 1.5 }

/** Seconds since 1970 of a time of a day, in UTC. */
export function secondsAt(day: Day, time = '10:00:00'): number {
  return Date.parse(`${day}T${time}Z`) / 1000
}

export function dayAt(offset: number): Day {
  return new Date(Date.parse(TODAY) + offset * DAY_MS).toISOString().slice(0, 10)
}

function plansOf(currencies: string[]): MockPlan[] {
  return currencies.flatMap((currency) =>
    PRODUCTS.flatMap(([product_id, product, minor]) =>
      ['month', 'year'].map((interval) => ({
        id: `price_${product.toLowerCase()}_${interval}_${currency}`,
        label: `${product} ${interval === 'month' ? 'monthly' : 'yearly'}`,
        product_id,
        product,
        interval,
        currency,
        monthly_minor: Math.round(minor * (interval === 'year' ? 0.8 : 1) * (SCALE[currency] ?? 1)),
      })),
    ),
  )
}

function customerOf(index: number, world: World, scenario: Scenario, next: () => number): MockCustomer {
  const pick = <T>(list: T[]): T => list[Math.min(list.length - 1, Math.floor(next() ** 1.6 * list.length))] as T
  const currency = pick(scenario.currencies)
  const mine = world.plans.filter((plan) => plan.currency === currency)
  let plan = pick(mine)
  const span = scenario.months * 30.4
  let at = -Math.floor(next() ** 1.3 * span)
  const created_on = dayAt(at - Math.floor(next() * 20))
  const movements: MockMovement[] = []
  let mrr = 0
  let isOnce = false
  const step = (to: number) => {
    const delta = to - mrr
    if (delta === 0) return
    const type = mrr === 0 ? (isOnce ? 'reactivation' : 'new') : to === 0 ? 'churn' : delta > 0 ? 'expansion' : 'contraction'
    mrr = to
    isOnce ||= to > 0
    movements.push({ on: dayAt(at), type, delta_minor: delta, mrr_after_minor: to, plan: plan.id, plan_after_minor: to })
  }
  if (next() > 0.06) step(plan.monthly_minor * (next() > 0.8 ? 1 + Math.floor(next() * 12) : 1))
  while (mrr > 0 || (isOnce && next() > 0.7)) {
    at += 20 + Math.floor(next() * 300)
    if (at > 0) break
    const dice = next()
    if (mrr === 0) step(plan.monthly_minor)
    else if (dice < 0.24) step(0)
    else if (dice < 0.62) step(Math.round(mrr * (1.2 + next())))
    else if (dice < 0.8) step(Math.max(100, Math.round(mrr * 0.6)))
  }
  plan = mine.find((one) => one.id === movements.at(-1)?.plan) ?? plan
  const base = `${FIRST[Math.floor(next() * FIRST.length)]} ${SECOND[Math.floor(next() * SECOND.length)]}`
  const isNameless = next() > 0.95
  return {
    id: `cus_${(index + 1_000_000).toString(36)}${Math.floor(next() * 1e8).toString(36)}`,
    name: isNameless ? null : base,
    email: isNameless ? null : `billing${index}@${base.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.example`,
    country: pick(COUNTRIES[currency] ?? ['US']),
    currency,
    created_on,
    movements,
    plan,
    is_deleted: next() > 0.985,
  }
}

export function buildWorld(scenario: Scenario): World {
  const world: World = { plans: scenario.customers === 0 ? [] : plansOf(scenario.currencies), customers: [] }
  const next = random(scenario.seed)
  for (let index = 0; index < scenario.customers; index += 1) world.customers.push(customerOf(index, world, scenario, next))
  return world
}
