import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'

import { keptSearch } from '~/view/useView'

/** Goes to a customer's page, with the view that the page has. */
export function useOpenCustomer(connectionId: string): (customerId: string) => void {
  const navigate = useNavigate()
  return useCallback(
    (customerId) =>
      void navigate({ to: '/c/$connectionId/customers/$customerId', params: { connectionId, customerId }, search: keptSearch }),
    [navigate, connectionId],
  )
}
