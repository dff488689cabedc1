import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { registryQuery } from '~/api/queries'
import { loadable } from '~/components/loadable'
import { shownCurrency } from '~/view/currency'
import { unshared } from '~/view/unshared'
import type { View } from '~/view/useView'

import type { OpenedValue } from './openable'
import { OpenValue } from './openValue'

/** With the lists behind the values, which the page itself does not need. */
const [useDrawer] = loadable(() => import('./ValueDrawer'))

/** Every value of a metric within opens what is behind it, in one drawer. */
export function OpenValues({ view, children }: { view: View; children: ReactNode }) {
  const [opened, open] = useState<OpenedValue>()
  return (
    <OpenValue value={unshared(open)}>
      {children}
      {opened && <Opened opened={opened} view={view} onClose={() => open(undefined)} />}
    </OpenValue>
  )
}

function Opened({ view, opened, onClose }: { view: View; opened: OpenedValue; onClose: () => void }) {
  const registry = useQuery(registryQuery)
  const code = useDrawer(true)
  const metric = registry.data?.find(({ id }) => id === opened.metric)
  if (!code || !metric) return null
  return (
    <code.ValueDrawer
      currency={shownCurrency(view) ?? 'usd'}
      days={opened.days}
      metric={metric}
      {...(opened.part && 'filter' in opened.part ? { part: opened.part.filter } : {})}
      {...(opened.part && 'declineCode' in opened.part ? { declineCode: opened.part.declineCode } : {})}
      view={view}
      onClose={onClose}
    />
  )
}
