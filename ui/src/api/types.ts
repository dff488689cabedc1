/**
 * The API's words for these pages, by the types that `npm run gen` makes of its description: snake_case, `_minor` in a
 * currency's smallest unit, instants in seconds since 1970, days as `YYYY-MM-DD` in the connection's time zone.
 */
import type { components } from './schema'

type Schemas = components['schemas']

/** Nearly nothing lacks a rate, so this is only sent where something does. */
type Mark = 'lacks_rates'

/** The server sends every field of an answer, `null` where there is nothing: none but marks is ever left out. */
type Present<T> = T extends readonly (infer One)[]
  ? Present<One>[]
  : T extends object
    ? { [Key in keyof T as Exclude<Key, Mark>]-?: Present<Exclude<T[Key], undefined>> } & Pick<T, Extract<keyof T, Mark>>
    : T

type Answer<Name extends keyof Schemas> = Present<Schemas[Name]>

/** Lower-case ISO 4217. */
export type Currency = string
export type Day = string
export type Instant = number

export type Interval = 'day' | 'week' | 'month' | 'quarter' | 'year'
export type CustomerMovement = Schemas['MovementType']
/** `fx` moves a sum, never a customer: it is in series, not in lists. */
export type MovementType = CustomerMovement | 'fx'

/** A page as somebody shared it by a link. */
export type SharedPage = Answer<'SharedPage'>
export type OpenedLink = Answer<'OpenedLink'>
export type ShareLink = Answer<'ShareLink'>
export type CreatedShareLink = ShareLink & { url: string }

export type Money = Answer<'Money'>
export type Group = Answer<'Group'>

/** An error, as the server or the way to it reports it. */
export interface Problem {
  title: string
  status: number
  detail?: string
  code?: string
  action?: string
  /** The field of the request that it is about. */
  field?: string
  /** How long to wait before the next try. */
  retry_after_s?: number
}

export type SetupState = Answer<'Setup'>
export type Session = Answer<'SignedIn'>
export type SignUpPending = Answer<'SignUpPending'>
export type User = Answer<'UserView'>
export type Workspace = Answer<'WorkspaceView'>
export type Role = Schemas['Role']
export type Member = Answer<'MemberView'>
export type Invitation = Answer<'InvitationView'>
export type CreatedInvitation = Answer<'CreatedInvitation'>
export type InvitationOffer = Answer<'InvitationOffer'>
export type BrowserSession = Answer<'SessionView'>
export type AuditEntry = Answer<'AuditEntryView'>
export type AuditPage = Answer<'AuditEntries'>
export type ExportRequest = Schemas['ExportRequest']
export type TwoFactorState = Answer<'TwoFactorState'>
export type TwoFactorSetup = Answer<'TwoFactorSetup'>
export type RecoveryCodes = Answer<'RecoveryCodes'>
export type Passkey = Answer<'PasskeyView'>
export type Passkeys = Answer<'Passkeys'>
export type SignOnOffer = Answer<'SignOnOffer'>
export type SignOnStart = Answer<'SignOnStart'>
export type SignOnRule = Answer<'SignOnRuleView'>
export type Identity = Answer<'IdentityView'>
/** For the browser: its words are those of the Web Authentication standard. */
export interface PasskeyChallenge {
  public_key: unknown
}
export type TokenScope = Schemas['TokenScope']
export type Source = Answer<'Source'>
export type KeyCheck = Answer<'CheckedKey'>
export type PermissionState = Schemas['PermissionState']

/** Of a page that is shared by a link also what that leaves out, and which day it is. */
export type Connection = Answer<'ConnectionView'> & { shared?: Pick<SharedPage, 'hides_amounts' | 'hides_counts' | 'is_test_data' | 'today'> }
export type FigurePart = Schemas['FigurePart']
export type Connections = Answer<'Connections'>
export type Progress = Answer<'Progress'>
export type Phase = Schemas['Phase']
export type KindState = Schemas['KindState']
export type SyncProblem = Answer<'DataProblem'>
export type Webhook = Answer<'Webhook'>
export type WebhookState = Schemas['WebhookState']
export type DeadDelivery = Answer<'DeadDelivery'>
export type ErasureReceipt = Answer<'ErasureReceipt'>
export type RemovalReceipt = Answer<'RemovalReceipt'>

export type Settings = Answer<'Settings'>
export type WorkspaceSettings = Answer<'WorkspaceSettings'>
export type SettingsPreview = Answer<'SettingsPreview'>
export type JoiningSummary = Answer<'JoiningSummary'>
export type JoiningPreview = Answer<'JoiningPreview'>
export type ChurnAt = Schemas['ChurnAt']
export type EnteredRates = Answer<'RateList'>
export type EnteredRate = Answer<'RateView'>
export type ApiToken = Answer<'TokenView'>
export type CreatedToken = Answer<'CreatedToken'>

export type Unit = Schemas['Unit']
/** What a metric is of: the headings of the metrics index. */
export type MetricGroup = Schemas['Section']
/** How its values combine over time: a level stands at a moment, a flow adds up, a ratio does neither. */
export type Measure = Schemas['Measure']
/** `better`: which way is good news, where one is. */
export type MetricDefinition = Answer<'Metric'>
export type ValuePoint = Answer<'ValuePoint'>
export type ValueSeries = Omit<Answer<'ValueSeries'>, 'points'> & { points: ValuePoint[] }
export type ValueReport = Omit<Answer<'ValueAnswer'>, 'series'> & { series: ValueSeries[] }
/** `lacks_rates` is left out where no value lacks anything. */
export type Cohort = Answer<'Cohort'>
export type CohortSeries = Omit<Answer<'CohortSeries'>, 'cohorts'> & { cohorts: Cohort[] }
export type CohortReport = Omit<Answer<'Envelope_Cohorts'>, 'series'> & { series: CohortSeries[] }
export type CohortCustomer = Answer<'CohortCustomer'>
export type CohortCustomerPage = Answer<'CohortCustomers'>
export type Facets = Answer<'Facets'>

/** `is_partial`: the range or today cuts its period. */
export type MrrPoint = Answer<'MrrPoint'>
export type MrrSeries = Omit<Answer<'MrrSeries'>, 'points'> & { points: MrrPoint[] }
export type MrrReport = Omit<Answer<'MrrAnswer'>, 'series'> & { series: MrrSeries[] }
/** What a view could not convert, with its customers where the server counts them. */
export type Unconverted = Answer<'Unconverted'> & { customers?: number }
export type Summary = Answer<'SummaryAnswer'>

/** What does not concern a movement is left out of it. */
export type Movement = Omit<Answer<'Movement'>, OfSomeMovements> & Pick<Schemas['Movement'], OfSomeMovements>
type OfSomeMovements = 'converted_minor' | 'is_involuntary' | 'cause' | 'causes' | 'churn_reason' | 'feedback' | 'switched_minor' | 'switched_converted_minor'
export type MovementSum = Answer<'MovementSum'>
export type MovementPage = Omit<Answer<'Movements'>, 'data'> & { data: Movement[] }

export type Payment = Omit<Answer<'Payment'>, OfSomePayments> & Pick<Schemas['Payment'], OfSomePayments>
type OfSomePayments = 'converted_minor' | 'decline_code' | 'source'
export type PaymentPage = Omit<Answer<'Payments'>, 'data'> & { data: Payment[] }

export type ExplainedValue = Answer<'Envelope_ExplainedValue'>
export type ExplainedTerm = Answer<'ExplainedTerm'>
export type Contribution = Answer<'Contribution'>
export type ContributionPage = Answer<'Contributions'>

export type CustomerRow = Answer<'CustomerRow'>
export type CustomerStatus = Schemas['CustomerStatus']
export type CustomerSums = Answer<'CustomerSums'>
export type CustomerPage = Answer<'Customers'>
export type CustomerDetail = Answer<'Customer'>
export type CustomerSubscription = Answer<'SubscriptionDetail'>
export type CustomerInvoice = Answer<'InvoiceDetail'>
export type CustomerInvoiceLine = Answer<'LineDetail'>
export type CustomerCharge = Answer<'ChargeDetail'>

export type Explanation = Answer<'Explanation'>
export type ExplainedPart = Answer<'ExplainedPart'>
export type ExplainedStep = Answer<'ExplainedStep'>
export type ExplainedLine = Answer<'ExplainedLine'>

export type ReconcileReport = Answer<'Reconciliation'>
export type ReconcileMonth = Answer<'ReconciledMonth'>
export type ReconciledCustomer = Answer<'ReconciledCustomer'>
export type ReconciledCustomerPage = Answer<'ReconciledCustomers'>
export type ReconciledInvoice = Answer<'ReconciledInvoice'>
export type ReconciledInvoices = Answer<'ReconciledInvoices'>
export type ReconciledLine = Answer<'ReconciledLine'>

export type Restatement = Answer<'Restatement'>
export type RestatementPage = Answer<'Restatements'>

export type ExpiringCard = Answer<'ExpiringCard'>
export type ExpiringCardPage = Answer<'ExpiringCards'>
export type Upcoming = Answer<'Upcoming'>
export type UpcomingPage = Answer<'UpcomingPage'>
export type UpcomingKind = Schemas['UpcomingKind']
export type PlanSwitch = Answer<'PlanSwitch'>
export type PlanSwitchReport = Answer<'Envelope_PlanSwitches'>
export type CashReport = Answer<'CashAnswer'>
export type CashMonth = Answer<'CashMonth'>
export type BalanceTransaction = Answer<'BookedTransaction'>
export type BalanceTransactionPage = Answer<'BalanceTransactions'>
export type CashTransaction = Answer<'CashTransaction'>
export type CashTransactionPage = Answer<'CashTransactions'>
export type ProviderMrrReport = Answer<'ProviderMrrReport'>
export type ComparedDay = Answer<'ComparedDay'>
export type DifferentRenewal = Answer<'DifferentRenewalView'>
export type DifferentRenewalPage = Answer<'DifferentRenewals'>
export type MrrStatementReport = Answer<'Envelope_MrrStatement'>
export type MrrBridge = Answer<'MrrBridge'>
export type MrrStatementCustomer = Answer<'MrrCustomer'>
export type MrrStatementCustomerPage = Answer<'MrrCustomers'>
