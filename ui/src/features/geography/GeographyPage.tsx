import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { IS_SHARED } from '~/api/visit'
import { fileName } from '~/charts/export'
import { throughOf } from '~/charts/caption'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { ErrorState, Skeleton, SkeletonRows } from '~/components/Feedback'
import { Cell, Grid } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { PageLink } from '~/components/PageLink'
import { Segmented } from '~/components/Segmented'
import { NothingHere } from '~/features/controls/NothingHere'
import { figureColumns } from '~/features/groups/columns'
import { StackedCard } from '~/features/groups/StackedCard'
import type { GroupRow, Groups } from '~/features/groups/useGroups'
import { useGroups } from '~/features/groups/useGroups'
import { MovementDrawer } from '~/features/movements/MovementDrawer'
import { useMark } from '~/features/movements/useMark'
import { NothingYet, isNothingBilled } from '~/features/shell/NoFigures'
import { formatDay } from '~/format/date'
import { capital } from '~/format/names'
import { isCountry } from '~/view/groupLabels'
import type { MapFigure } from '~/view/pageSearch'
import { levelPhrase } from '~/view/period'
import { compact } from '~/view/search'
import { geographyStory } from '~/view/story'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { keptSearch, useView } from '~/view/useView'

import { CountryMap } from './CountryMap'
import { mapPicture } from './mapPicture'
import type { Mapped } from './mapped'
import { useMap } from './useMap'

const route = getRouteApi('/app/c/$connectionId/geography')

const SHADE_BY = [
  { id: 'mrr', label: 'MRR' },
  { id: 'customers', label: 'Customers' },
] as const satisfies readonly { id: MapFigure; label: string }[]

/** Where the customers are that MRR comes from. */
export function GeographyPage() {
  const view = useView()
  useTitle('Geography', view.connection.name)
  if (!isNothingBilled(view)) return <Geography view={view} />
  return (
    <>
      <PageHead title="Geography" />
      <NothingYet appears="Countries appear" view={view} />
    </>
  )
}

function storyOf({ currency = 'usd', total, rows }: Groups): string | null {
  const countries = rows.filter(({ key, mrr_minor }) => isCountry(key) && mrr_minor > 0)
  return geographyStory({
    currency,
    total: total?.mrr_minor,
    parts: countries.map(({ label, mrr_minor }) => ({ name: label, value: mrr_minor })),
    countries: countries.length,
  })
}

function Geography({ view }: { view: View }) {
  const groups = useGroups(view, 'country')
  const { open, drawer } = useMark('country')
  const { currency = 'usd' } = groups
  return (
    <>
      <PageHead story={groups.isLoading ? null : storyOf(groups)} title="Geography" />
      <Grid>
        <Cell>
          <CountriesCard groups={groups} view={view} />
        </Cell>
        <Cell>
          <StackedCard by="country" groups={groups} height={280} name="country" open={open} view={view} />
        </Cell>
      </Grid>
      {!IS_SHARED && <MovementDrawer currency={currency} view={view} {...drawer} />}
    </>
  )
}

function columnsOf(view: View, groups: Groups): Column<GroupRow>[] {
  const rank = new Map(groups.rows.map(({ key }, index) => [key, index + 1]))
  return [
    { id: 'rank', header: '#', width: '2rem', isWideOnly: true, cell: ({ key }) => <span className="num text-ink-soft">{rank.get(key)}</span> },
    {
      id: 'country',
      header: 'Country',
      sortBy: ({ label }) => label.toLowerCase(),
      value: ({ label }) => label,
      total: () => 'Total',
      cell: ({ key, label }) =>
        isCountry(key) ? (
          <PageLink
            className="link"
            params={{ connectionId: view.connection.id }}
            search={(before) => ({ ...keptSearch(before), country: [key], state: 'active' as const })}
            title="Show these customers"
            to="/c/$connectionId/customers"
          >
            {label}
          </PageLink>
        ) : (
          label
        ),
    },
    ...figureColumns<GroupRow>(groups),
  ]
}

/** On a picture that leaves the page: of which day it is, how far the data goes, and what no shape shows. */
function captionOf({ period, connection }: View, { elsewhere }: Mapped): string {
  return [formatDay(period.focus.end), throughOf(connection), elsewhere && `not on the map: ${elsewhere}`].filter(Boolean).join(' · ')
}

/** Every country, ranked in a table and on a map. */
function CountriesCard({ view, groups }: { view: View; groups: Groups }) {
  const { map: chosen = 'mrr' } = route.useSearch()
  const map = groups.hasCounts ? chosen : 'mrr'
  const navigate = route.useNavigate()
  const columns = useMemo(() => columnsOf(view, groups), [view, groups])
  const { compared_with } = view.period
  const { rows } = groups
  const { map: drawn, error, refetch } = useMap(groups, map)
  return (
    <section aria-label="MRR by country" className="card min-w-0 pb-2">
      <CardHead lead={compared_with && `Change since ${levelPhrase(compared_with.level_on)}`} title="By country">
        {groups.hasCounts && (
          <Segmented
            label="Shade the map by"
            options={SHADE_BY}
            value={map}
            onChange={(next) =>
              void navigate({
                search: (before) => compact({ ...before, map: next === 'mrr' ? undefined : next }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        )}
        <DownloadTable
          isDisabled={rows.length === 0}
          name={fileName(view.connection.name, 'countries')}
          picture={
            drawn && {
              title: `${capital(drawn.mapped.name)} by country`,
              caption: captionOf(view, drawn.mapped),
              drawing: mapPicture(drawn.world, drawn.mapped),
            }
          }
          table={() => fileOfRows(columns, rows)}
        />
      </CardHead>
      {groups.error ? (
        <ErrorState error={groups.error} onRetry={groups.refetch} />
      ) : groups.isLoading ? (
        <div className="px-5">
          <SkeletonRows rows={8} />
          <Skeleton className="mx-auto mt-4 aspect-[960/425] max-w-5xl" />
        </div>
      ) : rows.length === 0 ? (
        <NothingHere title="No MRR" view={view}>Choose another currency or range.</NothingHere>
      ) : (
        <>
          <DataTable
            columns={columns}
            initialSort={[{ id: 'mrr', desc: true }]}
            isStale={groups.isStale}
            label="MRR by country"
            rowKey={({ key }) => key}
            rows={rows}
            shownAtFirst={10}
          />
          {drawn && <CountryMap {...drawn} isStale={groups.isStale} view={view} />}
          {!drawn && error && <ErrorState error={error} onRetry={refetch} />}
          {!drawn && !error && <Skeleton className="mx-4 aspect-[960/425] sm:mx-5" />}
        </>
      )}
    </section>
  )
}
