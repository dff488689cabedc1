import type { Connection } from '~/api/types'

/** Whether it is several connections as one. */
export const isTogether = ({ parts }: Pick<Connection, 'parts'>): boolean => parts.length > 0

/** Of several connections together, a customer's id begins with the connection's. */
const SEPARATOR = ':'

/** Where a customer's page is, and the id that its provider gave it. */
export function placeOf(connectionId: string, customerId: string): { connectionId: string; customerId: string } {
  const at = customerId.indexOf(SEPARATOR)
  if (at === -1 || !customerId.startsWith('conn_')) return { connectionId, customerId }
  return { connectionId: customerId.slice(0, at), customerId: customerId.slice(at + 1) }
}
