import { DefinitionButton } from '~/charts/Definition'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import { TitleWithIcon } from '~/components/CardHead'
import { DownloadTable } from '~/components/DownloadTable'
import { ErrorState, Skeleton } from '~/components/Feedback'
import { Segmented } from '~/components/Segmented'
import { longerRange } from '~/features/controls/advice'
import { NothingHere } from '~/features/controls/NothingHere'
import { formatRange } from '~/format/date'
import { moneyOf } from '~/format/money'
import { DIMENSION_LABEL } from '~/view/groupLabels'
import type { CohortWhat, DimensionName } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import type { CohortRow } from './cohorts'
import { CohortMap } from './CohortMap'
import { lackingText } from './lacking'
import type { CohortData } from './useCohorts'
import { INCOMPLETE, WHAT_FORMULA, WHAT_TITLE, startName, stepName } from './words'

interface MapCardProps {
  view: View
  what: CohortWhat
  by: DimensionName | undefined
  data: CohortData
  /** Counts and amounts instead of shares and averages. */
  isTotal: boolean
  setIsTotal: (isTotal: boolean) => void
  /** Missing where nothing more may be seen. */
  open: ((row: CohortRow, at: number) => void) | undefined
}

const AS: Record<CohortWhat, [each: string, total: string]> = {
  customers: ['Percent', 'Customers'],
  mrr: ['Percent', 'Amount'],
  revenue: ['Per customer', 'Total'],
}

/** Every cell, one a row, with what it is made of: shares are the reader's. */
function fileOf({ what, by, data }: MapCardProps): ExportTable {
  const amount = (minor: number) => (what === 'customers' ? minor : moneyOf(minor, data.currency))
  return {
    columns: [
      by ?? 'cohort',
      'customers',
      'currency',
      `${data.interval}s_since_start`,
      what === 'customers' ? 'retained_customers' : what,
      'customers_observed',
      ...(what === 'mrr' ? ['mrr_at_start'] : []),
      'is_running',
      ...(data.isIncomplete ? ['lacks_exchange_rates'] : []),
    ],
    rows: data.starts.flatMap((row) =>
      row.cells.map((cell, at) => [
        row.start_on ?? startName(row, data.interval, data.labels),
        row.customers,
        data.currency,
        at,
        amount(cell.value),
        cell.customers,
        ...(what === 'mrr' ? [amount(cell.base)] : []),
        cell.isRunning,
        ...(data.isIncomplete ? [cell.isIncomplete] : []),
      ]),
    ),
  }
}

/** The cohorts as a map, with how it is read. */
export function MapCard(props: MapCardProps) {
  const { view, what, by, data, isTotal, setIsTotal, open } = props
  const { interval, starts, all, isLoading, error } = data
  const head = by ? DIMENSION_LABEL[by] : 'Started'
  const title = by ? `${WHAT_TITLE[what]} by first ${DIMENSION_LABEL[by].toLowerCase()}` : `${WHAT_TITLE[what]} by ${interval} of start`
  const [each, total] = AS[what]
  return (
    <section aria-label={title} className="card min-w-0 overflow-clip">
      <header className="flex flex-wrap items-start gap-x-2 gap-y-2 px-4 pt-4 sm:px-5">
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="font-semibold">
            <TitleWithIcon icon={<DefinitionButton formula={WHAT_FORMULA[what]} label={WHAT_TITLE[what]} page="cohorts" />} title={title} />
          </h2>
          <p className="text-[0.8125rem] text-ink-soft">
            Customers who started {formatRange(view.period.start, view.period.end)}.{open && ' Open a cell to see what it is made of.'}
          </p>
        </div>
        {by === undefined && !view.connection.shared?.hides_counts && (
          <Segmented
            label="Show"
            options={[
              { id: 'each', label: each },
              { id: 'total', label: total },
            ]}
            value={isTotal ? 'total' : 'each'}
            onChange={(next) => setIsTotal(next === 'total')}
          />
        )}
        <DownloadTable
          isDisabled={starts.length === 0}
          name={fileName(view.connection.name, title)}
          table={() => fileOf(props)}
        />
      </header>
      <div className={`pt-3 transition-opacity ${data.isStale ? 'opacity-60' : ''}`}>
        {error && <ErrorState error={error} onRetry={data.refetch} />}
        {isLoading && <Skeleton className="mx-5 mb-4 h-80" />}
        {!isLoading && !error && starts.length === 0 && (
          <NothingHere title="No customers started in this range" view={view}>{longerRange(view)}</NothingHere>
        )}
        {starts.length > 0 && (
          <CohortMap
            all={isTotal ? undefined : all}
            hasSizes={!view.connection.shared?.hides_counts}
            head={head}
            interval={interval}
            label={`${title}. Use the arrow keys to move between cells.`}
            labels={data.labels}
            open={open}
            rows={starts}
            style={{ what, currency: data.currency, isTotal, lacking: data.lacking }}
          />
        )}
      </div>
      {starts.length > 0 && <Reading data={data} isAverage={by !== undefined || !isTotal} what={what} />}
    </section>
  )
}

/** How the colors are read. */
function Reading({ what, data: { interval, isIncomplete, lacking }, isAverage }: { what: CohortWhat; data: CohortData; isAverage: boolean }) {
  const scale = what === 'revenue' ? ['Less', 'More'] : ['0%', '100%']
  return (
    <ul className="mt-2 flex flex-wrap items-center gap-x-5 gap-y-1.5 border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft sm:px-5">
      <li>
        {stepName(interval, 0)} is the {interval} in which they started.
      </li>
      <li className="flex items-center gap-2">
        {scale[0]}
        <span
          aria-hidden="true"
          className="h-3 w-20 rounded-sm border border-line"
          style={{ background: 'linear-gradient(to right, var(--surface), color-mix(in srgb, var(--accent) 46%, var(--surface)))' }}
        />
        {scale[1]}
      </li>
      {what === 'mrr' && (
        <li className="flex items-center gap-2">
          <span
            aria-hidden="true"
            className="size-3 rounded-sm"
            style={{ background: 'color-mix(in srgb, var(--up) 46%, var(--surface))' }}
          />
          More than at first
        </li>
      )}
      {isIncomplete && (
        <li>
          {INCOMPLETE} Not complete: {lackingText(lacking)}.
        </li>
      )}
      <li className="flex items-center gap-2">
        <span aria-hidden="true" className="size-3 rounded-sm border border-dashed border-line-strong" />
        So far
      </li>
      {isAverage && (
        <li className="flex items-center gap-2">
          <span aria-hidden="true" className="size-3 rounded-sm border border-line bg-sunken" />
          Average of fewer than half of the customers
        </li>
      )}
    </ul>
  )
}
