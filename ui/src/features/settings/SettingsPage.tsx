import { PartList } from '~/features/together/PartsPage'
import { isTogether } from '~/view/together'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'
import { useConnection } from '~/view/useView'

import { ConnectionSection } from './ConnectionSection'
import { JoiningSection } from './JoiningSection'
import { PrivacySection } from './PrivacySection'
import { RatesSection } from './RatesSection'
import { RulesSection } from './RulesSection'
import { SettingsFrame } from './SettingsFrame'
import { SettingsSummary } from './SettingsSummary'
import { TogetherSection } from './TogetherSection'

export function SettingsPage() {
  const connection = useConnection()
  const mayManage = useMay('manage')
  useTitle('Settings', connection.name)
  if (isTogether(connection)) {
    return (
      <SettingsFrame lead="How all accounts are shown together. Each account keeps its own metric rules." title="Settings">
        {mayManage && <TogetherSection connection={connection} />}
        {mayManage && <JoiningSection connection={connection} />}
        <PartList connection={connection} to="/c/$connectionId/settings" />
        <RatesSection />
      </SettingsFrame>
    )
  }
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
