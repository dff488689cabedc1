import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'

import { ApiError } from '~/api/client'
import { customerQuery } from '~/api/queries'
import type { CustomerDetail } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { Badge, EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { ExternalIcon } from '~/components/icons'
import { formatDay, formatInstantDay } from '~/format/date'
import { countryName } from '~/format/names'
import { dashboardUrl, sourceOf } from '~/sources'
import { compact } from '~/view/search'
import { ownId } from '~/view/together'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { keptSearch, useView } from '~/view/useView'

import { Accounts } from './Accounts'
import { Erase } from './Erase'
import { ExplainDrawer } from './ExplainDrawer'
import { Movements } from './Movements'
import { Charges, Invoices, Subscriptions } from './Objects'
import { Timelines } from './Timelines'

const route = getRouteApi('/app/c/$connectionId/customers/$customerId')

export function CustomerPage() {
  const view = useView()
  const { customerId } = route.useParams()
  const navigate = route.useNavigate()
  const mayManage = useMay('manage')
  const query = useQuery(customerQuery(view.connection.id, customerId))
  const detail = query.data
  useTitle(detail?.customer.name ?? customerId, view.connection.name)
  const explain = (day: string) => void navigate({ search: (before) => compact({ ...before, why: day }), resetScroll: false })
  if (query.error && !detail) {
    return query.error instanceof ApiError && query.error.status === 404 ? (
      <EmptyState title="Customer not found">
        The link may belong to another account, or this customer isn’t loaded yet.
      </EmptyState>
    ) : (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    )
  }
  if (!detail) return <SkeletonRows rows={12} />
  return (
    <>
      <Head detail={detail} view={view} />
      {detail.accounts.length > 0 && <Accounts accounts={detail.accounts} />}
      <Timelines detail={detail} explain={explain} view={view} />
      <Movements detail={detail} explain={explain} />
      <Subscriptions detail={detail} zone={view.connection.time_zone} />
      <Invoices detail={detail} texts={sourceOf(view.connection)} zone={view.connection.time_zone} />
      <Charges
        detail={detail}
        isAbsent={view.connection.absent.some(({ parts }) => parts.includes('charges'))}
        texts={sourceOf(view.connection)}
        zone={view.connection.time_zone}
      />
      {mayManage && detail.accounts.length === 0 && <Erase connection={view.connection} customerId={customerId} />}
      <ExplainDrawer detail={detail} view={view} />
    </>
  )
}

/** A customer without MRR: since when. */
function NoMrr({ detail }: { detail: CustomerDetail }) {
  const last = detail.movements.findLast(({ type }) => type === 'churn')
  return (
    <div>
      <dt className="text-sm text-ink-soft">MRR now</dt>
      <dd className="text-2xl font-semibold">
        {last ? <Money currency={last.currency} minor={0} /> : <span className="text-ink-faint">Never had MRR</span>}
        {last && <span className="block text-sm font-normal text-ink-soft">churned {formatDay(last.on)}</span>}
      </dd>
    </div>
  )
}

function Head({ detail, view }: { detail: CustomerDetail; view: View }) {
  const { customer, mrr, movements } = detail
  const url = dashboardUrl(detail)
  const { connection } = view
  const first = movements[0]
  const facts = [
    // Where there is no name, it is the title.
    customer.name && customer.email,
    customer.country && countryName(customer.country),
    customer.created_at !== null && `created ${formatInstantDay(customer.created_at, connection.time_zone)}`,
    first && `first paid ${formatDay(first.on)}`,
  ]
  return (
    <header className="flex flex-col gap-4">
      <Link
        className="link self-start text-sm"
        params={{ connectionId: connection.id }}
        search={keptSearch}
        to="/c/$connectionId/customers"
      >
        All customers
      </Link>
      <div className="flex flex-wrap items-start gap-4">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="flex flex-wrap items-center gap-2 text-2xl font-semibold tracking-tight break-words">
            <bdi className="min-w-0">{customer.name ?? customer.email ?? ownId(customer.id)}</bdi>
            {customer.is_deleted && <Badge title="Deleted in the billing system. The history stays.">Deleted</Badge>}
          </h1>
          <p className="mt-1 text-sm text-ink-soft">{facts.filter(Boolean).join(' · ')}</p>
          {detail.accounts.length === 0 && (
            <p className="mt-0.5 text-xs text-ink-soft">
              <code className="font-mono">{customer.id}</code>
            </p>
          )}
        </div>
        <dl className="flex flex-wrap gap-6 sm:text-right">
          {mrr.length === 0 && <NoMrr detail={detail} />}
          {mrr.map(({ currency, amount_minor }) => (
            <div key={currency}>
              <dt className="text-sm text-ink-soft">MRR now{mrr.length > 1 && `, ${currency.toUpperCase()}`}</dt>
              <dd className="text-2xl font-semibold">
                <Money currency={currency} minor={amount_minor} />
              </dd>
            </div>
          ))}
        </dl>
        {url && (
          <a className={buttonClass('secondary', 'small')} href={url} rel="noreferrer" target="_blank">
            Open in {sourceOf(connection).name} <ExternalIcon />
          </a>
        )}
      </div>
    </header>
  )
}
