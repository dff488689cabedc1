import { Link } from '@tanstack/react-router'

import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

interface Named {
  id: string
  name: string | null
  email: string | null
}

/** A customer by what is known of them, in one line. */
export function CustomerLink({ view, customer: { id, name, email } }: { view: View; customer: Named }) {
  return (
    <Link
      className="link block truncate"
      params={{ connectionId: view.connection.id, customerId: id }}
      search={keptSearch}
      to="/c/$connectionId/customers/$customerId"
    >
      {name ?? email ?? id}
    </Link>
  )
}
