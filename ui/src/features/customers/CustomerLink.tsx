import { Link } from '@tanstack/react-router'

import { placeOf } from '~/view/together'
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
  const place = placeOf(connectionId, id)
  return (
    <Link
      className={`link block truncate ${className}`}
      params={place}
      search={keptSearch}
      to="/c/$connectionId/customers/$customerId"
    >
      <bdi>{name ?? email ?? place.customerId}</bdi>
    </Link>
  )
}
