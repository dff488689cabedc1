/** The API's words, as /api/openapi.json gives them: snake_case, `_minor` in a currency's smallest unit. */

/** Lower-case ISO 4217. */
export type Currency = string
/** `YYYY-MM-DD` in the connection's reporting time zone. */
export type Day = string
/** RFC 3339, or seconds since 1970. */
export type Instant = string | number

export interface Money {
  currency: Currency
  amount_minor: number
}

export interface Problem {
  type?: string
  title: string
  status: number
  detail?: string
  code?: string
  action?: string | null
  /** Of the request, the field that it is about. */
  field?: string
}

export interface SetupState {
  needs_owner: boolean
  needs_code?: boolean
  version: string
}

export interface OwnerRequest {
  full_name: string
  email: string
  username: string
  password: string
  password_confirmation: string
  setup_code?: string
}

export interface Session {
  user: { id: string; full_name: string; username: string; email: string }
  workspace: { id: string; name: string }
}

export interface SourcePermission {
  kind: string
  label: string
  permission: string
  access: string
  is_required: boolean
  without: string
}

export interface SampleMerchant {
  id: string
  name: string
  description: string
}

export interface Source {
  id: string
  name: string
  key_link?: string | null
  permissions?: SourcePermission[]
  merchants?: SampleMerchant[]
}

export type PermissionState = 'granted' | 'missing' | 'absent'

export interface KeyCheck {
  account: { id: string; name: string | null; country: string | null; default_currency: Currency | null }
  is_test_mode: boolean
  is_restricted: boolean
  permissions: {
    kind: string
    label: string
    permission: string
    state: PermissionState
    is_required: boolean
    without: string
  }[]
  can_connect: boolean
  existing_connection_id: string | null
}

export interface LastError {
  code: string
  message: string
  action: string | null
  at: Instant
}

export interface AbsentList {
  kind: string
  label: string
  reason: 'absent' | 'forbidden'
  without: string
}

export interface Connection {
  id: string
  source: string
  name: string
  account_id: string
  is_test_mode: boolean
  is_sample: boolean
  key_hint: string | null
  created_at: Instant
  state: 'loading' | 'live' | 'failed'
  data_through: Instant | null
  reaches_back_on: Day | null
  is_history_complete: boolean
  last_error: LastError | null
  reporting_currency: Currency | null
  time_zone: string
  absent: AbsentList[]
}

export type KindState = 'waiting' | 'loading' | 'done' | 'absent' | 'forbidden'
export type Phase = 'idle' | 'connecting' | 'loading' | 'building' | 'checking' | 'updating' | 'failed'

export interface Progress {
  phase: Phase
  kinds: { kind: string; label: string; done: number; estimated_total: number | null; state: KindState }[]
  objects_done: number
  objects_per_second: number
  seconds_left: number | null
  started_at: Instant | null
  reaches_back_on: Day | null
  data_through: Instant | null
  ledger_version: number
  message: string | null
}

export interface SyncProblem {
  code: string
  title: string
  detail: string
  count: number
  examples: { kind: string; id: string; points_to?: string | null }[]
}

export type ChurnAt = 'ended' | 'requested' | 'paid_through'

export interface Settings {
  churn_at: ChurnAt
  include_metered: boolean
  time_zone: string
  reporting_currency: Currency | null
  week_start: 'monday' | 'sunday'
}

export interface SettingsPreview {
  mrr_before: Money[]
  mrr_after: Money[]
  months: { month_on: Day; currency: Currency; before_minor: number; after_minor: number }[]
}

export interface MetricDefinition {
  id: string
  label: string
  unit: 'money' | 'count' | 'ratio'
  formula: string
  docs_url: string
  supports_filters?: boolean
}

export interface PlanFacet {
  id: string
  label: string
  product_id: string | null
  product: string | null
  interval: string | null
  currency: Currency
  is_active: boolean
}

export interface Facets {
  plans: PlanFacet[]
  products: { id: string; label: string }[]
  intervals: string[]
  currencies: Currency[]
  countries: string[]
  first_on: Day | null
  last_on: Day | null
}

export type Interval = 'day' | 'week' | 'month' | 'quarter' | 'year'
export type MovementType = 'new' | 'expansion' | 'reactivation' | 'contraction' | 'churn' | 'fx'

export interface MrrPoint {
  start_on: Day
  end_on: Day
  mrr_minor: number
  customers: number
  subscriptions: number
  new_minor: number
  expansion_minor: number
  contraction_minor: number
  churn_minor: number
  reactivation_minor: number
  fx_minor: number
  new_customers: number
  expansion_customers: number
  contraction_customers: number
  churn_customers: number
  reactivation_customers: number
}

export interface Group {
  key: string
  label: string
}

interface Envelope {
  metric: string
  interval: Interval
  currency: string
  timezone: string
  data_through: Instant | null
  is_history_complete: boolean
  reaches_back_on: Day | null
  rates_on: Day | null
  unconverted: { currency: Currency; mrr_minor: number }[]
}

export interface Series<Point> {
  currency: Currency
  group: Group | null
  points: Point[]
}

export interface MrrReport extends Envelope {
  series: Series<MrrPoint>[]
}

export interface ValuePoint {
  start_on: Day
  end_on: Day
  value: number | null
}

export interface MetricReport extends Envelope {
  series: Series<ValuePoint>[]
}

export interface Summary {
  currency: Currency
  mrr: { value_minor: number; before_minor: number; change_minor: number; change_ratio: number | null }
  arr_minor: number
  arpa_minor: number | null
  active_customers: number
  active_subscriptions: number
  net_revenue_minor: number | null
  refunds_minor: number | null
  customer_churn_rate: number | null
  compared_with_on: Day
}

export interface Movement {
  customer_id: string
  name: string | null
  email: string | null
  on: Day
  type: MovementType
  currency: Currency
  delta_minor: number
  mrr_after_minor: number
  converted_minor?: number | null
  /** Of churn: the payment failed. */
  is_involuntary?: boolean | null
}

export interface MovementPage {
  data: Movement[]
  next_cursor: string | null
  total?: number
}

export interface CustomerRow {
  id: string
  name: string | null
  email: string | null
  country: string | null
  created_at: Instant | null
  state?: 'active' | 'churned' | 'never'
  mrr: Money[]
  mrr_converted_minor: number | null
  plans: string[]
  first_paid_on: Day | null
  churned_on: Day | null
  is_deleted: boolean
}

export interface CustomerPage {
  data: CustomerRow[]
  next_cursor: string | null
  total: number
}

export interface CustomerSubscription {
  id: string
  status: string
  items: { price_id: string; label: string; quantity: string }[]
  started_at: Instant | null
  ended_at: Instant | null
  canceled_at: Instant | null
  cancel_at: Instant | null
  current_period_end: Instant | null
  mrr_minor: number
  currency: Currency | null
}

export interface CustomerInvoiceLine {
  id: string
  description: string | null
  amount_minor: number
  period: { start: Instant; end: Instant }
  price_id: string | null
  label: string | null
  is_proration: boolean
}

export interface CustomerInvoice {
  id: string
  number: string | null
  status: string | null
  created_at: Instant
  paid_at: Instant | null
  total_minor: number
  tax_minor: number
  currency: Currency
  billing_reason: string | null
  lines: CustomerInvoiceLine[]
}

export interface CustomerCharge {
  id: string
  created_at: Instant
  status: string
  amount_minor: number
  amount_refunded_minor: number
  currency: Currency
  failure_code: string | null
}

export interface CustomerDetail {
  customer: {
    id: string
    name: string | null
    email: string | null
    country: string | null
    created_at: Instant | null
    is_deleted: boolean
  }
  mrr: Money[]
  timeline: { at: Instant; on: Day; currency: Currency; mrr_minor: number }[]
  movements: { on: Day; type: MovementType; currency: Currency; delta_minor: number; mrr_after_minor: number }[]
  subscriptions: CustomerSubscription[]
  invoices: CustomerInvoice[]
  charges: CustomerCharge[]
  stripe_url: string | null
}

export interface ReconcileReport {
  months: ReconcileMonth[]
}

export interface ReconcileMonth {
  month_on: Day
  currency: Currency
  invoices: number
  /** With taxes, after discounts. */
  total_minor: number
  used_minor: number
  left_out: { reason: string; amount_minor: number }[]
  unexplained_minor: number
  /** Some of the invoices that do not add up. */
  unexplained_invoices: string[]
}

export interface ApiToken {
  id: string
  name: string
  prefix: string
  created_at: Instant
  last_used_at: Instant | null
}

/** Why a customer's MRR is what it is, down to the lines that were billed. */
export interface Explanation {
  at: Instant | null
  mrr: Money[]
  parts: ExplainedPart[]
  left_out: (ExplainedLine & { reason: string; currency: Currency })[]
}

export interface ExplainedPart {
  subscription: string
  price: string
  label: string
  currency: Currency
  value_minor: number
  steps: ExplainedStep[]
}

export interface ExplainedStep {
  at: number
  value_minor: number
  delta_minor: number
  rule: string
  reason: string
  arithmetic: string | null
  lines: ExplainedLine[]
}

export interface ExplainedLine {
  id: string
  invoice: string | null
  invoice_number: string | null
  invoice_status: string | null
  description: string | null
  amount_minor: number
  discount_minor: number
  inclusive_tax_minor: number
  quantity: string
  period_start: number
  period_end: number
  is_proration: boolean
}

/** The secret is shown this once. */
export interface CreatedToken extends ApiToken {
  secret: string
}
