import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from '~/api/queries'
import { AskAdmin } from '~/components/AskAdmin'
import { SettingsFrame } from '~/features/settings/SettingsFrame'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'

import { AuditLog } from './AuditLog'

export function AuditPage() {
  const { data: session } = useQuery(sessionQuery)
  const mayManage = useMay('manage')
  useTitle('Audit log', session?.workspace?.name)
  return (
    <SettingsFrame lead="Who did what in this workspace, when and from where. Entries can’t be changed." title="Audit log">
      {mayManage ? <AuditLog /> : <AskAdmin title="Only owners and admins can read the audit log" />}
    </SettingsFrame>
  )
}
