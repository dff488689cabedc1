import { Link } from '@tanstack/react-router'

import { ownId } from '~/view/together'
import { keptSearch } from '~/view/useView'

interface Named {
  id: string
  name: string | null
  email?: string | null
}

interface Props {
  connectionId: string
  customer: Named
  className?: string
}

/** A customer's name, or what else is known of them, in one line. */
export function CustomerLink({ connectionId, customer: { id, name, email }, className = '' }: Props) {
  return (
    <Link
      className={`link block truncate ${className}`}
      params={{ connectionId, customerId: id }}
      search={keptSearch}
      to="/c/$connectionId/customers/$customerId"
    >
      <bdi>{name ?? email ?? ownId(id)}</bdi>
    </Link>
  )
}
