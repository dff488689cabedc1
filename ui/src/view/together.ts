import type { Connection } from '~/api/types'

/** Whether it is several connections as one. */
export const isTogether = ({ parts }: Pick<Connection, 'parts'>): boolean => parts.length > 0

/** Of several connections together, a customer's id begins with the connection's. */
const SEPARATOR = ':'

/** The id that the provider gave a customer. */
export function ownId(customerId: string): string {
  const at = customerId.indexOf(SEPARATOR)
  return at === -1 || !customerId.startsWith('conn_') ? customerId : customerId.slice(at + 1)
}
