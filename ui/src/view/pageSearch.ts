import type { Day, MovementType, UpcomingKind } from '~/api/types'
import { isDay } from '~/format/date'
import { MOVEMENTS } from '~/format/names'

import type { RawSearch } from './search'
import { compact, listOf, oneOf, parseSearch, readView, textOf } from './search'
import { safeNext } from './safeNext'

/** What the mark that was clicked stands for: a bucket of days, and one type of movement or all. */
export interface OpenMark {
  mark_from?: Day
  mark_to?: Day
  mark_type?: MovementType
  /** The part of the breakdown whose mark was clicked. */
  mark_of?: string
}

/** Which list of what is ahead is open, and of which days: of all, when there are none. */
export interface OpenAhead {
  ahead?: UpcomingKind
  ahead_from?: Day
  ahead_to?: Day
}

export function readAhead(raw: RawSearch): OpenAhead {
  const ahead = oneOf(['trial_end', 'end', 'renewal'] as const, raw.ahead)
  const hasDays = ahead !== undefined && isDay(raw.ahead_from) && isDay(raw.ahead_to) && raw.ahead_from <= raw.ahead_to
  return compact({
    ahead,
    ahead_from: hasDays ? raw.ahead_from : undefined,
    ahead_to: hasDays ? raw.ahead_to : undefined,
  }) as OpenAhead
}

export type ChurnSearch = OpenMark & OpenAhead

export const readChurnSearch = (raw: RawSearch): ChurnSearch => ({ ...readMark(raw), ...readAhead(raw) })

export interface MrrSearch extends OpenMark {
  /** Keys of the parts that are compared in the chart: the largest when left out, none with `none`. */
  compare?: string[]
  by?: 'plan' | 'product' | 'interval' | 'country'
}

/** The mark that was clicked, of an address. */
export function readMark(raw: RawSearch): OpenMark {
  const { mark_from, mark_to, mark_type, mark_of } = readMrrSearch(raw)
  return compact({ mark_from, mark_to, mark_type, mark_of }) as OpenMark
}

export interface PlansSearch extends OpenMark {
  by?: 'plan' | 'product'
}

export function readPlansSearch(raw: RawSearch): PlansSearch {
  return compact({ ...readMark(raw), by: oneOf(['plan', 'product'] as const, raw.by) }) as PlansSearch
}

/** What a map of countries can be shaded by: MRR when left out. */
export const MAP_FIGURES = ['mrr', 'customers'] as const
export type MapFigure = (typeof MAP_FIGURES)[number]

export interface GeographySearch extends OpenMark {
  map?: MapFigure
}

export function readGeographySearch(raw: RawSearch): GeographySearch {
  return compact({ ...readMark(raw), map: oneOf(MAP_FIGURES, raw.map) }) as GeographySearch
}

export const BREAKDOWNS = ['plan', 'product', 'interval', 'country'] as const

export function readMrrSearch(raw: RawSearch): MrrSearch {
  const hasMark = isDay(raw.mark_from) && isDay(raw.mark_to)
  return compact({
    compare: listOf(raw.compare),
    by: oneOf(BREAKDOWNS, raw.by),
    mark_from: hasMark ? raw.mark_from : undefined,
    mark_to: hasMark ? raw.mark_to : undefined,
    mark_type: hasMark ? (oneOf(MOVEMENTS, raw.mark_type) as MovementType | undefined) : undefined,
    mark_of: hasMark ? textOf(raw.mark_of) : undefined,
  }) as MrrSearch
}

/** What the overview can draw of this month against the last. */
export const PACES = ['net_new_mrr', 'new_customers', 'payments_collected', 'net_revenue'] as const

export interface OverviewSearch extends OpenAhead {
  pace?: (typeof PACES)[number]
}

export const readOverviewSearch = (raw: RawSearch): OverviewSearch => compact({ ...readAhead(raw), pace: oneOf(PACES, raw.pace) }) as OverviewSearch

/** What everything that recurs can be broken down by, and filtered. */
export const DIMENSIONS = ['plan', 'product', 'interval', 'currency', 'country'] as const
export type DimensionName = (typeof DIMENSIONS)[number]

/** What single movements and payments can be broken down by as well: why something happened, or how old it is. */
export const REASONS = ['cause', 'churn_reason', 'feedback', 'decline_code', 'age'] as const
export type ReasonName = (typeof REASONS)[number]

/** All that any metric can be broken down by; each names its own in the registry. */
export const BREAKDOWN_NAMES = [...DIMENSIONS, ...REASONS] as const
export type BreakdownName = DimensionName | ReasonName

export const CHART_STYLES = ['lines', 'columns', 'share'] as const

export interface MetricSearch {
  by?: BreakdownName
  /** How the parts of a breakdown are drawn. */
  style?: (typeof CHART_STYLES)[number]
  mark_from?: Day
  mark_to?: Day
  /** The part of the breakdown whose mark was clicked. */
  mark_of?: string
  /** Keys of the parts that are plotted: the largest when left out, none with `none`. */
  compare?: string[]
}

export function readMetricSearch(raw: RawSearch): MetricSearch {
  const { mark_from, mark_to, mark_of, compare } = readMrrSearch(raw)
  const [by, style] = [oneOf(BREAKDOWN_NAMES, raw.by), oneOf(CHART_STYLES, raw.style)]
  return compact({ by, style, mark_from, mark_to, mark_of, compare }) as MetricSearch
}

export const COHORT_WHATS = ['customers', 'mrr', 'revenue'] as const
export type CohortWhat = (typeof COHORT_WHATS)[number]

export interface RetentionSearch {
  /** What of a cohort is followed: its customers when left out. */
  what?: CohortWhat
  /** Cohorts by what customers had first, instead of by when they started. */
  by?: DimensionName
  /** Counts and amounts instead of shares and averages. */
  as?: 'total'
  /** The cell that was clicked, as `<row>:<period>`. */
  cell?: string
}

export function readRetentionSearch(raw: RawSearch): RetentionSearch {
  const cell = textOf(raw.cell)
  return compact({
    what: oneOf(COHORT_WHATS, raw.what),
    by: oneOf(DIMENSIONS, raw.by),
    as: oneOf(['total'], raw.as),
    cell: cell !== undefined && /^.+:\d+$/.test(cell) ? cell : undefined,
  }) as RetentionSearch
}

/** What the server can sort movements and payments by. */
export const MOVEMENT_ORDERS = ['date', 'change', 'mrr_after'] as const
export const PAYMENT_ORDERS = ['date', 'amount'] as const
const bothWays = <Order extends string>(orders: readonly Order[]) => orders.flatMap((order): [Order, `-${Order}`] => [order, `-${order}`])
export const MOVEMENT_SORTS = bothWays(MOVEMENT_ORDERS)
export const PAYMENT_SORTS = bothWays(PAYMENT_ORDERS)
export type MovementOrder = (typeof MOVEMENT_SORTS)[number]
export type PaymentOrder = (typeof PAYMENT_SORTS)[number]

/** The columns of movements and of payments beside the customer, in their order. */
export const MOVEMENT_COLUMNS = ['date', 'type', 'mrr_before', 'change', 'mrr_after', 'email', 'customer_id'] as const
export const PAYMENT_COLUMNS = ['date', 'type', 'source', 'amount', 'email', 'customer_id'] as const
export type MovementColumn = (typeof MOVEMENT_COLUMNS)[number]
export type PaymentColumn = (typeof PAYMENT_COLUMNS)[number]

interface ListSearch<Type, Order, Column> {
  type?: Type[]
  sort?: Order
  /** The usual ones when left out. */
  columns?: Column[]
}

function readList<Type extends string, Order extends string, Column extends string>(
  raw: RawSearch,
  known: { types: readonly Type[]; sorts: readonly Order[]; columns: readonly Column[] },
): ListSearch<Type, Order, Column> {
  const types = listOf(raw.type)?.filter((type): type is Type => (known.types as readonly string[]).includes(type))
  return compact({
    type: types?.length ? types : undefined,
    sort: oneOf(known.sorts, raw.sort),
    columns: columnsIn(raw, known.columns),
  }) as ListSearch<Type, Order, Column>
}

function columnsIn<Column extends string>(raw: RawSearch, known: readonly Column[]): Column[] | undefined {
  const columns = known.filter((column) => listOf(raw.columns)?.includes(column))
  return columns.length === 0 ? undefined : columns
}

export type MovementsSearch = ListSearch<MovementType, MovementOrder, MovementColumn>

export const readMovementsSearch = (raw: RawSearch): MovementsSearch =>
  readList(raw, { types: MOVEMENTS, sorts: MOVEMENT_SORTS, columns: MOVEMENT_COLUMNS })

/** What a list of payments can be narrowed to, in the order in which it is offered. */
export const PAYMENT_TYPES = [
  'payment',
  'failed_payment',
  'refund',
  'credit_note',
  'dispute_opened',
  'dispute_lost',
  'paid_invoice',
  'open_invoice',
  'voided_invoice',
  'uncollectible_invoice',
  'charge_without_invoice',
  'failed_invoice',
  'recovered_invoice',
] as const

export type PaymentType = (typeof PAYMENT_TYPES)[number]

export type PaymentsSearch = ListSearch<PaymentType, PaymentOrder, PaymentColumn>

export const readPaymentsSearch = (raw: RawSearch): PaymentsSearch =>
  readList(raw, { types: PAYMENT_TYPES, sorts: PAYMENT_SORTS, columns: PAYMENT_COLUMNS })

/** `active` has MRR, whatever else is the matter; the next three say what that is. */
export const CUSTOMER_STATES = ['active', 'past_due', 'canceling', 'trialing', 'churned', 'never'] as const
export type CustomerState = (typeof CUSTOMER_STATES)[number]

/** What the server can sort customers by. */
export const CUSTOMER_ORDERS = ['mrr', 'name', 'created', 'first_paid', 'last_payment', 'churned', 'renewal', 'lost_mrr', 'revenue'] as const
export const CUSTOMER_SORTS = bothWays(CUSTOMER_ORDERS)

/** The columns beside the name, in their order. */
export const CUSTOMER_COLUMNS = [
  'mrr',
  'status',
  'plans',
  'country',
  'revenue',
  'first_paid',
  'last_payment',
  'renewal',
  'ends',
  'churned',
  'lost_mrr',
  'created',
  'id',
] as const
export type CustomerColumn = (typeof CUSTOMER_COLUMNS)[number]

export interface CustomersSearch {
  q?: string
  state?: CustomerState
  sort?: (typeof CUSTOMER_SORTS)[number]
  /** The usual ones when left out. */
  cols?: CustomerColumn[]
}

export function readCustomersSearch(raw: RawSearch): CustomersSearch {
  const cols = CUSTOMER_COLUMNS.filter((column) => listOf(raw.cols)?.includes(column))
  return compact({
    q: textOf(raw.q),
    state: oneOf(CUSTOMER_STATES, raw.state),
    sort: oneOf(CUSTOMER_SORTS, raw.sort),
    cols: cols.length === 0 ? undefined : cols,
  }) as CustomersSearch
}

export interface ReconcileSearch {
  of?: string
  /** The cell of the first statement that is open: its month, its part of what was paid, and one of its customers. */
  paid_on?: Day
  paid_part?: string
  paid_by?: string
  /** The cell of the cash statement that is open: its month, and its line. */
  cash_on?: Day
  cash_line?: string
  /** The line of the MRR statement that is open. */
  mrr_line?: string
}

export function readReconcileSearch(raw: RawSearch): ReconcileSearch {
  const [cash_on, cash_line] = [isDay(raw.cash_on) ? raw.cash_on : undefined, textOf(raw.cash_line)]
  return compact({
    of: textOf(raw.of),
    ...(isDay(raw.paid_on) ? { paid_on: raw.paid_on, paid_part: textOf(raw.paid_part), paid_by: textOf(raw.paid_by) } : {}),
    mrr_line: textOf(raw.mrr_line),
    ...(cash_on && cash_line ? { cash_on, cash_line } : {}),
  }) as ReconcileSearch
}

export interface CustomerSearch {
  /** The day whose MRR is explained in the drawer. */
  why?: Day
}

export function readCustomerSearch(raw: RawSearch): CustomerSearch {
  return isDay(raw.why) ? { why: raw.why } : {}
}

export const AUDIT_KINDS = [
  'account',
  'connection',
  'customer',
  'export',
  'invitation',
  'member',
  'passkey',
  'password',
  'rates',
  'session',
  'settings',
  'share_link',
  'sign_on',
  'token',
  'two_factor',
  'user',
  'webhook',
  'workspace',
] as const

export interface AuditSearch {
  kind?: (typeof AUDIT_KINDS)[number]
  /** A username, or the name of a token. */
  who?: string
  /** The first and the last day. */
  since?: Day
  until?: Day
}

export function readAuditSearch(raw: RawSearch): AuditSearch {
  return compact({
    kind: oneOf(AUDIT_KINDS, raw.kind),
    who: textOf(raw.who),
    since: isDay(raw.since) ? raw.since : undefined,
    until: isDay(raw.until) ? raw.until : undefined,
  }) as AuditSearch
}

/** Why nobody was signed in who came back from an identity provider, as the server says it. */
export const SIGN_ON_FAILURES = ['ended', 'denied', 'away', 'refused', 'unverified', 'not_taken_in', 'full', 'locked', 'internal'] as const
export type SignOnFailureCode = (typeof SIGN_ON_FAILURES)[number]

export interface SignInSearch {
  /** The page to open then. */
  next?: string
  sign_on?: SignOnFailureCode
  /** The provider that an account is to be connected with. */
  connect?: string
  /** The account of whoever comes from there was just deleted. */
  deleted?: 'account'
}

export function readSignInSearch(raw: RawSearch): SignInSearch {
  return compact({
    next: safeNext(raw.next),
    sign_on: oneOf(SIGN_ON_FAILURES, raw.sign_on),
    connect: textOf(raw.connect),
    deleted: oneOf(['account'] as const, raw.deleted),
  }) as SignInSearch
}

/**
 * Everything that an address can say, without what makes no sense: a handwritten or outdated address shows the page's defaults. No
 * page ever sees a value that it does not know.
 */
export function parseAddress(text: string): RawSearch {
  const raw = parseSearch(text)
  return compact({
    ...readView(raw),
    ...readOverviewSearch(raw),
    ...readGeographySearch(raw),
    ...readMrrSearch(raw),
    ...readMetricSearch(raw),
    ...readRetentionSearch(raw),
    ...readMovementsSearch(raw),
    ...readPaymentsSearch(raw),
    ...readCustomersSearch(raw),
    ...readReconcileSearch(raw),
    ...readCustomerSearch(raw),
    ...readAuditSearch(raw),
    ...readSignInSearch(raw),
    // Some columns are of several lists.
    columns: columnsIn(raw, [...new Set([...MOVEMENT_COLUMNS, ...PAYMENT_COLUMNS])]),
  })
}
