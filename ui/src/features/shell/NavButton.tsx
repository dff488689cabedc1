import { useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

import { IconButton } from '~/components/Button'
import { MenuIcon } from '~/components/icons'
import { Drawer } from '~/components/Overlay'

import { Nav } from './Nav'
import { UserMenu } from './UserMenu'
import { WorkspaceChoice } from './WorkspaceChoice'

/** The navigation of a narrow page. */
export function NavButton() {
  const [isOpen, setIsOpen] = useState(false)
  const { pathname } = useLocation()
  useEffect(() => setIsOpen(false), [pathname])
  return (
    <div className="lg:hidden">
      <IconButton label="Open menu" onPress={() => setIsOpen(true)}>
        <MenuIcon className="size-5" />
      </IconButton>
      <Drawer isOpen={isOpen} side="left" title="Chartsy" width="max-w-72" onOpenChange={setIsOpen}>
        <div className="flex h-full flex-col gap-4">
          <WorkspaceChoice />
          <Nav />
          <div className="mt-auto">
            <UserMenu onLeave={() => setIsOpen(false)} />
          </div>
        </div>
      </Drawer>
    </div>
  )
}
