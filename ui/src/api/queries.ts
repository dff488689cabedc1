import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { ApiError, api } from './client'
import type { Query } from './client'
import type {
  BalanceTransaction,
  BalanceTransactionPage,
  CashReport,
  CashTransaction,
  CashTransactionPage,
  CohortCustomer,
  CohortCustomerPage,
  CohortReport,
  Connections,
  Contribution,
  ContributionPage,
  CustomerDetail,
  CustomerPage,
  CustomerRow,
  DeadDelivery,
  DifferentRenewalPage,
  EnteredRates,
  ExpiringCard,
  ExpiringCardPage,
  ExplainedValue,
  Explanation,
  Facets,
  JoiningPreview,
  JoiningSummary,
  MetricDefinition,
  Movement,
  MovementPage,
  MrrReport,
  MrrStatementCustomer,
  MrrStatementCustomerPage,
  MrrStatementReport,
  ProviderMrrReport,
  Payment,
  PaymentPage,
  PlanSwitchReport,
  Progress,
  ReconcileReport,
  ReconciledCustomer,
  ReconciledCustomerPage,
  ReconciledInvoices,
  RestatementPage,
  Session,
  Settings,
  SettingsPreview,
  SetupState,
  Source,
  SyncProblem,
  Upcoming,
  UpcomingKind,
  UpcomingPage,
  ValueReport,
  Webhook,
  WorkspaceSettings,
} from './types'
import { IS_SHARED } from './visit'
import { chooseWorkspace } from './workspace'

/** Where a connection is, under the API's own path. A page that is shared by a link has one, and asks for it elsewhere. */
export const connectionPath = (id: string) => (IS_SHARED ? '/shared' : `/connections/${encodeURIComponent(id)}`)

/** The first part of the keys of everything that is computed from a connection's ledger. */
export const ledgerKey = (id: string) => ['ledger', id] as const

/** The first part of the keys of what looks at a connection's whole history. Single moves of the ledger hardly show in it. */
export const reviewKey = (id: string) => ['review', id] as const

/** What is computed from the ledger holds until the ledger moves, which the stream says. */
const untilItMoves = { staleTime: Infinity }

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.get<SetupState>('/setup', {}, signal),
})

/** `null` when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => {
    if (IS_SHARED) return null
    try {
      const session = await api.get<Session>('/session', {}, signal)
      // From here on every request names it: what the server takes by default changes with the memberships.
      if (session.workspace) chooseWorkspace(session.workspace.id)
      return session
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    }
  },
})

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  staleTime: Infinity,
  queryFn: async ({ signal }) => {
    return (await api.get<{ data: Source[] }>('/sources', {}, signal)).data
  },
})

/** The workspace's connections; behind them, where several add up, those as one. */
export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: async ({ signal }) => {
    const { data, together } = await api.get<Connections>('/connections', {}, signal)
    return together ? [...data, together] : data
  },
})

/** The currencies that amounts can be converted to; `null` from a server that does not say. */
export const ratesQuery = queryOptions({
  queryKey: ['rates', 'entered'],
  queryFn: ({ signal }) => api.get<EnteredRates>('/rates', {}, signal),
})

export const registryQuery = queryOptions({
  queryKey: ['metrics'],
  staleTime: Infinity,
  queryFn: async ({ signal }) => {
    return (await api.get<{ data: MetricDefinition[] }>(IS_SHARED ? '/shared/metrics' : '/metrics', {}, signal)).data
  },
})

export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: ['sync', id],
    // The stream keeps it up to date; it stays as long as the figures whose version it says.
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: ({ signal }) => api.get<Progress>(`${connectionPath(id)}/sync`, {}, signal),
  })

/** Asked again whenever something came in, and soon while the webhook is being registered. */
export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhook', id],
    staleTime: Infinity,
    queryFn: ({ signal }) => api.get<Webhook>(`${connectionPath(id)}/webhook`, {}, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'pending' ? 2_000 : false),
  })

export const deadQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhook', id, 'dead'],
    staleTime: Infinity,
    queryFn: async ({ signal }) => (await api.get<{ data: DeadDelivery[] }>(`${connectionPath(id)}/webhook/dead`, {}, signal)).data,
  })

export const problemsQuery = (id: string) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...ledgerKey(id), 'problems'],
    queryFn: async ({ signal }) => (await api.get<{ data: SyncProblem[] }>(`${connectionPath(id)}/problems`, {}, signal)).data,
  })

export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: ['settings', id],
    queryFn: ({ signal }) => api.get<Settings>(`${connectionPath(id)}/settings`, {}, signal),
  })

/** How the connections of the workspace are shown together. */
export const workspaceSettingsQuery = queryOptions({
  queryKey: ['workspace-settings'],
  queryFn: ({ signal }) => api.get<WorkspaceSettings>('/workspace/settings', {}, signal),
})

/** How many customers of several accounts are counted as one. The id is that of all accounts together. */
export const joiningQuery = (id: string) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...ledgerKey(id), 'joining'],
    queryFn: ({ signal }) => api.get<JoiningSummary>('/workspace/joining', {}, signal),
  })

export type JoiningRules = Required<Pick<WorkspaceSettings, 'join_imported' | 'join_by_email'>>

/** Who would be counted as one by other rules. */
export const joiningPreviewQuery = (id: string, rules: JoiningRules) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...ledgerKey(id), 'joining', 'preview', rules],
    queryFn: ({ signal }) => api.post<JoiningPreview>('/workspace/joining/preview', rules, signal),
  })

export const facetsQuery = (id: string) =>
  queryOptions({
    queryKey: [...ledgerKey(id), 'facets'],
    ...untilItMoves,
    queryFn: ({ signal }) => api.get<Facets>(`${connectionPath(id)}/facets`, {}, signal),
  })

/** What is on the page stays there while the next answer is on its way: nothing jumps. */
const steady = { ...untilItMoves, placeholderData: keepPreviousData }

export const mrrQuery = (id: string, query: Query) =>
  queryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'mrr', query],
    queryFn: ({ signal }) => api.get<MrrReport>(`${connectionPath(id)}/metrics/mrr`, query, signal),
  })

/** Any metric of the registry over time. */
export const valueQuery = (id: string, metric: string, query: Query) =>
  queryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'value', metric, query],
    queryFn: ({ signal }) => api.get<ValueReport>(`${connectionPath(id)}/metrics/${encodeURIComponent(metric)}`, query, signal),
  })

export const cohortsQuery = (id: string, query: Query) =>
  queryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'cohorts', query],
    queryFn: ({ signal }) => api.get<CohortReport>(`${connectionPath(id)}/cohorts`, query, signal),
  })

/** The first page comes soon, the others with few requests. */
const FIRST_PAGE = 100
const NEXT_PAGE = 500

const paging = (cursor: string) => ({ limit: cursor === '' ? FIRST_PAGE : NEXT_PAGE, cursor })

/** A list that comes in pages, each of which says where the next one begins. */
const pagedQuery = <Page extends { next_cursor: string | null }>(key: readonly unknown[], path: string, query: Query, held: typeof steady | typeof untilItMoves = steady) =>
  infiniteQueryOptions({
    ...held,
    queryKey: [...key, query],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => api.get<Page>(path, { ...paging(pageParam), ...query }, signal),
    getNextPageParam: (page: Page) => page.next_cursor ?? undefined,
  })

export const movementsQuery = (id: string, query: Query) =>
  pagedQuery<MovementPage>([...ledgerKey(id), 'movements'], `${connectionPath(id)}/movements`, query)

export const customersQuery = (id: string, query: Query) =>
  infiniteQueryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'customers', query],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      api.get<CustomerPage>(
        `${connectionPath(id)}/customers`,
        // What all of them are worth together is only counted once.
        { ...paging(pageParam), ...query, ...(pageParam === '' ? {} : { sums: undefined }) },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

/** Every row of a list that comes in pages, for a file. */
export async function allPages<Row>(path: string, query: Query, onProgress: (rows: number) => void): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | number | null = ''
  while (cursor !== null) {
    // Each page says where the next one begins.
    // oxlint-disable-next-line no-await-in-loop
    const page: { data: Row[]; next_cursor: string | number | null } = await api.get(path, { ...query, limit: NEXT_PAGE, cursor })
    rows.push(...page.data)
    onProgress(rows.length)
    cursor = page.next_cursor
  }
  return rows
}

export const allCustomers = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<CustomerRow>(`${connectionPath(id)}/customers`, query, onProgress)

export const allMovements = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<Movement>(`${connectionPath(id)}/movements`, query, onProgress)

/** Customers whose default card expires soon, the most MRR first. */
export const expiringCardsQuery = (id: string, query: Query) =>
  infiniteQueryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'expiring cards', query],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      api.get<ExpiringCardPage>(`${connectionPath(id)}/expiring-cards`, { limit: pageParam === '' ? 10 : 100, cursor: pageParam, ...query }, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

export const allExpiringCards = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<ExpiringCard>(`${connectionPath(id)}/expiring-cards`, query, onProgress)

export const paymentsQuery = (id: string, query: Query) =>
  pagedQuery<PaymentPage>([...ledgerKey(id), 'payments'], `${connectionPath(id)}/payments`, query)

export const allPayments = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<Payment>(`${connectionPath(id)}/payments`, query, onProgress)

const explainMetricPath = (id: string, metric: string) => `${connectionPath(id)}/metrics/${encodeURIComponent(metric)}/explain`

/** What a value of a metric is made of. */
export const explainMetricQuery = (id: string, metric: string, query: Query) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...ledgerKey(id), 'explain metric', metric, query],
    queryFn: ({ signal }) => api.get<ExplainedValue>(explainMetricPath(id, metric), query, signal),
  })

const contributionsPath = (id: string, metric: string, part: string) => `${explainMetricPath(id, metric)}/${encodeURIComponent(part)}`

/** What customers add to a part of it. */
export const contributionsQuery = (id: string, metric: string, part: string, query: Query) =>
  pagedQuery<ContributionPage>([...ledgerKey(id), 'contributions', metric, part], contributionsPath(id, metric, part), query, untilItMoves)

export const allContributions = (id: string, metric: string, part: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<Contribution>(contributionsPath(id, metric, part), query, onProgress)

const transactionsPath = (id: string, metric: string) => `${connectionPath(id)}/metrics/${encodeURIComponent(metric)}/transactions`

/** The balance transactions that a value of a metric is the sum of, newest first. */
export const balanceTransactionsQuery = (id: string, metric: string, query: Query) =>
  pagedQuery<BalanceTransactionPage>([...ledgerKey(id), 'balance transactions', metric], transactionsPath(id, metric), query, untilItMoves)

export const allBalanceTransactions = (id: string, metric: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<BalanceTransaction>(transactionsPath(id, metric), query, onProgress)

const cohortCustomersPath = (id: string) => `${connectionPath(id)}/cohorts/customers`

/** The customers behind a cell of the cohorts, those with the most first. */
export const cohortCustomersQuery = (id: string, query: Query) =>
  pagedQuery<CohortCustomerPage>([...ledgerKey(id), 'cohort customers'], cohortCustomersPath(id), query)

export const allCohortCustomers = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<CohortCustomer>(cohortCustomersPath(id), query, onProgress)

/** Trials that end in some days ahead, or subscriptions that are set to end, the soonest first. */
export const upcomingQuery = (id: string, query: UpcomingQuery) =>
  pagedQuery<UpcomingPage>([...ledgerKey(id), 'upcoming'], `${connectionPath(id)}/upcoming`, query)

export interface UpcomingQuery extends Query {
  what: UpcomingKind
}

export const allUpcoming = (id: string, query: UpcomingQuery, onProgress: (rows: number) => void) =>
  allPages<Upcoming>(`${connectionPath(id)}/upcoming`, query, onProgress)

/** From which plan to which customers moved, the most frequent first. */
export const planSwitchesQuery = (id: string, query: Query) =>
  queryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'plan switches', query],
    queryFn: ({ signal }) => api.get<PlanSwitchReport>(`${connectionPath(id)}/plan-switches`, query, signal),
  })

export const customerQuery = (id: string, customerId: string) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...ledgerKey(id), 'customer', customerId],
    queryFn: ({ signal }) => api.get<CustomerDetail>(`${connectionPath(id)}/customers/${encodeURIComponent(customerId)}`, {}, signal),
  })

export const explainQuery = (id: string, customerId: string, on: string | undefined) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...ledgerKey(id), 'explain', customerId, on ?? 'now'],
    queryFn: ({ signal }) =>
      api.get<Explanation>(`${connectionPath(id)}/customers/${encodeURIComponent(customerId)}/explain`, { on }, signal),
  })

/** After a move of the ledger, a page that is looked at asks for its reviews no sooner. */
const REVIEW_MS = 60_000

export const reconcileQuery = (id: string, query: Query) =>
  queryOptions({
    ...steady,
    queryKey: [...reviewKey(id), 'reconcile', query],
    queryFn: ({ signal }) => api.get<ReconcileReport>(`${connectionPath(id)}/reconcile`, query, signal),
    refetchInterval: ({ state }: { state: { isInvalidated: boolean } }) => (state.isInvalidated ? REVIEW_MS : false),
  })

const reconciledCustomersPath = (id: string) => `${connectionPath(id)}/reconcile/customers`

/** The customers behind a cell of that statement, the largest amounts first. */
export const reconciledCustomersQuery = (id: string, query: Query) =>
  pagedQuery<ReconciledCustomerPage>([...reviewKey(id), 'reconciled customers'], reconciledCustomersPath(id), query, untilItMoves)

export const allReconciledCustomers = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<ReconciledCustomer>(reconciledCustomersPath(id), query, onProgress)

/** What one of them paid in the month, line by line. */
export const reconciledInvoicesQuery = (id: string, customerId: string, query: Query) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...reviewKey(id), 'reconciled invoices', customerId, query],
    queryFn: ({ signal }) =>
      api.get<ReconciledInvoices>(`${reconciledCustomersPath(id)}/${encodeURIComponent(customerId)}`, query, signal),
  })

/** From payments collected to net cash. It looks at every balance transaction of the range. */
export const cashQuery = (id: string, query: Query) =>
  queryOptions({
    ...steady,
    queryKey: [...reviewKey(id), 'cash', query],
    queryFn: ({ signal }) => api.get<CashReport>(`${connectionPath(id)}/statements/cash`, query, signal),
    refetchInterval: ({ state }: { state: { isInvalidated: boolean } }) => (state.isInvalidated ? REVIEW_MS : false),
  })

const cashTransactionsPath = (id: string) => `${connectionPath(id)}/statements/cash/transactions`

/** The balance transactions behind a cell of that statement, newest first. */
export const cashTransactionsQuery = (id: string, query: Query) =>
  pagedQuery<CashTransactionPage>([...reviewKey(id), 'cash transactions'], cashTransactionsPath(id), query, untilItMoves)

export const allCashTransactions = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<CashTransaction>(cashTransactionsPath(id), query, onProgress)

/** From our MRR to the provider's, as of now. It looks at every customer. */
export const mrrStatementQuery = (id: string) =>
  queryOptions({
    ...steady,
    queryKey: [...reviewKey(id), 'mrr statement'],
    queryFn: ({ signal }) => api.get<MrrStatementReport>(`${connectionPath(id)}/statements/mrr`, {}, signal),
    refetchInterval: ({ state }: { state: { isInvalidated: boolean } }) => (state.isInvalidated ? REVIEW_MS : false),
  })

/** MRR beside what the provider itself says it was, by day. */
export const providerMrrQuery = (id: string) =>
  queryOptions({
    ...steady,
    queryKey: [...reviewKey(id), 'provider mrr'],
    queryFn: ({ signal }) => api.get<ProviderMrrReport>(`${connectionPath(id)}/reconcile/provider-mrr`, {}, signal),
    refetchInterval: ({ state }: { state: { isInvalidated: boolean } }) => (state.isInvalidated ? REVIEW_MS : false),
  })

const mrrCustomersPath = (id: string) => `${connectionPath(id)}/statements/mrr/customers`

/** The customers behind a line of that statement, the largest amounts first. */
export const mrrCustomersQuery = (id: string, query: Query) =>
  pagedQuery<MrrStatementCustomerPage>([...reviewKey(id), 'mrr customers'], mrrCustomersPath(id), query, untilItMoves)

export const allMrrCustomers = (id: string, query: Query, onProgress: (rows: number) => void) =>
  allPages<MrrStatementCustomer>(mrrCustomersPath(id), query, onProgress)

/** What a change from the saved settings would do to MRR. */
export const previewQuery = (id: string, saved: Settings, draft: Settings) =>
  queryOptions({
    ...untilItMoves,
    queryKey: [...reviewKey(id), 'preview', saved, draft],
    queryFn: ({ signal }) => api.post<SettingsPreview>(`${connectionPath(id)}/settings/preview`, draft, signal),
  })

/** Starts over when the ledger moves: the newest restatements come first. */
export const restatementsQuery = (id: string) =>
  infiniteQueryOptions({
    ...steady,
    queryKey: [...ledgerKey(id), 'restatements'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      api.get<RestatementPage>(`${connectionPath(id)}/restatements`, { limit: 50, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

/** Renewals whose bill is not what the bills before them had led to, the newest first. */
export const differentRenewalsQuery = (id: string) =>
  infiniteQueryOptions({
    ...steady,
    queryKey: [...reviewKey(id), 'different renewals'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      api.get<DifferentRenewalPage>(`${connectionPath(id)}/reconcile/renewals`, { limit: 200, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
