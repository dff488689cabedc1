import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import { registryQuery } from '~/api/queries'
import type { MetricDefinition } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Cell, Grid } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { StackedCard } from '~/features/groups/StackedCard'
import { useGroups } from '~/features/groups/useGroups'
import { useFigures } from '~/features/metrics/useFigures'
import { MovementDrawer } from '~/features/movements/MovementDrawer'
import { useMark } from '~/features/movements/useMark'
import { NothingYet, isNothingBilled } from '~/features/shell/NoFigures'
import { ofName } from '~/view/figure'
import { REST, partIn, partMark } from '~/view/groupLabels'
import { plansStory } from '~/view/story'
import { compact } from '~/view/search'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import type { ChurnRates } from './PlanTable'
import { PlanTable } from './PlanTable'
import { SwitchesCard } from './SwitchesCard'
import { switchIn } from './switches'

const route = getRouteApi('/app/c/$connectionId/plans')

const BY = [
  { id: 'product', label: 'Product' },
  { id: 'plan', label: 'Plan' },
] as const

/** The mark of all movements that are a move to another plan. */
const SWITCHED = partMark('cause', 'plan')

/** What a server that has no such metric would answer: nothing is requested until the registry is known. */
const CHURN: Pick<MetricDefinition, 'id' | 'measure' | 'dimensions'> = { id: 'customer_churn_rate', measure: 'ratio', dimensions: [] }

function useChurn(view: View): ChurnRates {
  const { data: registry } = useQuery(registryQuery)
  const metric = registry?.find(({ id }) => id === CHURN.id)
  const asked = metric ?? (CHURN as MetricDefinition)
  const isEnabled = metric !== undefined
  const plans = useFigures(view, asked, { by: 'plan', isEnabled })
  const products = useFigures(view, asked, { by: 'product', isEnabled })
  const whole = useFigures(view, asked, { isEnabled })
  return useMemo(() => {
    const rates = (figures: typeof plans.figures) => new Map(figures.map(({ key, value }) => [key, value]))
    return {
      of: ofName('ratio', view.period),
      plans: rates(plans.figures),
      products: rates(products.figures),
      total: whole.figures[0]?.value,
    }
  }, [view.period, plans.figures, products.figures, whole.figures])
}

/** What is sold: which products and plans MRR is made of, how they develop, and how customers move between them. */
export function PlansPage() {
  const view = useView()
  useTitle('Plans', view.connection.name)
  if (!isNothingBilled(view)) return <Plans view={view} />
  return (
    <>
      <PageHead title="Plans" />
      <NothingYet appears="Plans appear" view={view} />
    </>
  )
}

function Plans({ view }: { view: View }) {
  const { by = 'product', mark_of } = route.useSearch()
  const navigate = route.useNavigate()
  const plans = useGroups(view, 'plan')
  const products = useGroups(view, 'product')
  const churn = useChurn(view)
  const { open, drawer } = useMark(by)
  const { reason } = partIn(mark_of)
  const switched = switchIn(mark_of)
  const { start: start_on, end: end_on } = view.period
  const openSwitch = useCallback(
    (mark = SWITCHED) => open({ start_on, end_on }, mark),
    [open, start_on, end_on],
  )
  const { currency = 'usd', total, rows } = plans
  const story = useMemo(
    () => plansStory({ currency, total: total?.mrr_minor, parts: rows.filter(({ key }) => key !== REST).map(({ label, mrr_minor }) => ({ name: label, value: mrr_minor })) }),
    [currency, total, rows],
  )
  return (
    <>
      <PageHead story={story} title="Plans" />
      <Grid>
        <Cell>
          <StackedCard
            by={by}
            controls={
              <Segmented
                label="Stack by"
                options={BY}
                value={by}
                onChange={(next) =>
                  void navigate({
                    search: (before) => compact({ ...before, by: next === 'product' ? undefined : next }),
                    replace: true,
                    resetScroll: false,
                  })
                }
              />
            }
            groups={by === 'plan' ? plans : products}
            height={280}
            name={by}
            open={open}
            view={view}
          />
        </Cell>
        <Cell>
          <PlanTable churn={churn} plans={plans} products={products} view={view} />
        </Cell>
        {!IS_SHARED && (
          <Cell>
            <SwitchesCard view={view} onOpen={openSwitch} />
          </Cell>
        )}
      </Grid>
      {!IS_SHARED && (
        <MovementDrawer currency={currency} view={view} {...drawer} {...(reason || switched ? { reason, switched, part: undefined } : {})} />
      )}
    </>
  )
}
