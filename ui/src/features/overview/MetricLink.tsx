
import { PageLink } from '~/components/PageLink'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

/** The name of a figure, which leads to its page. */
export function MetricLink({ view, id, label }: { view: View; id: string; label: string }) {
  return (
    <PageLink
      className="link"
      params={{ connectionId: view.connection.id, metricId: id }}
      search={keptSearch}
      to="/c/$connectionId/metrics/$metricId"
    >
      {label}
    </PageLink>
  )
}
