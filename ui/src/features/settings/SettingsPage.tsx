import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'
import { useConnection } from '~/view/useView'

import { ConnectionSection } from './ConnectionSection'
import { PrivacySection } from './PrivacySection'
import { RatesSection } from './RatesSection'
import { RulesSection } from './RulesSection'
import { SettingsFrame } from './SettingsFrame'
import { SettingsSummary } from './SettingsSummary'

export function SettingsPage() {
  const connection = useConnection()
  const mayManage = useMay('manage')
  useTitle('Settings', connection.name)
  return (
    <SettingsFrame lead="Metric rules and connection details." title="Settings">
      {mayManage ? (
        <>
          <RulesSection connection={connection} />
          <RatesSection />
          <PrivacySection connection={connection} />
          <ConnectionSection connection={connection} />
        </>
      ) : (
        <SettingsSummary connection={connection} />
      )}
    </SettingsFrame>
  )
}
