/**
 * What opens over a page: the content of popovers, menus, lists, drawers and dialogs. It comes with a library that is about as large
 * as everything else on a first visit, so nothing imports it directly: see `usePanels`.
 */
import { useEffect, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import {
  Dialog as AriaDialog,
  Heading,
  ListBox,
  ListBoxItem,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Modal,
  ModalOverlay,
  Popover as AriaPopover,
  Separator,
} from 'react-aria-components'

import { IconButton } from './Button'
import { CheckIcon, CloseIcon } from './icons'
import type { MenuEntry } from './Menu'
import type { SheetProps } from './Overlay'
import type { Option } from './Select'

/** What a panel is told by the button that opens it. */
export interface PanelState {
  triggerRef: RefObject<HTMLButtonElement | null>
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
}

export type Placement = 'bottom start' | 'bottom end'

const FRAME = 'max-w-[calc(100vw-1rem)] rounded-xl border border-line bg-surface shadow-high outline-none'
const ENTRY = 'flex cursor-pointer items-center gap-2 rounded-lg px-2.5 py-2 text-sm outline-none data-focused:bg-hover'

interface PopoverPanelProps extends PanelState {
  label: string
  className?: string
  placement?: Placement
  children: ReactNode
}

/** Less than can be seen. A panel is placed again when its offset changes. */
const NUDGE_PX = 0.01

/** Keeps a panel at its button when what is around that grows, such as a list whose rows arrive. */
function useNudge({ triggerRef, isOpen }: Pick<PanelState, 'triggerRef' | 'isOpen'>): number {
  const [nudge, setNudge] = useState(0)
  useEffect(() => {
    if (!isOpen) return
    let place: string | undefined
    let frame = requestAnimationFrame(function look() {
      const { left = 0, top = 0 } = triggerRef.current?.getBoundingClientRect() ?? {}
      const now = `${Math.round(left + window.scrollX)} ${Math.round(top + window.scrollY)}`
      if (place !== undefined && place !== now) setNudge((before) => (before === 0 ? NUDGE_PX : 0))
      place = now
      frame = requestAnimationFrame(look)
    })
    return () => cancelAnimationFrame(frame)
  }, [triggerRef, isOpen])
  return nudge
}

export function PopoverPanel({ label, className = '', children, ...rest }: PopoverPanelProps) {
  const crossOffset = useNudge(rest)
  return (
    <AriaPopover {...rest} className={`${FRAME} ${className}`} crossOffset={crossOffset}>
      <AriaDialog aria-label={label} className="max-h-[inherit] overflow-y-auto outline-none">
        {children}
      </AriaDialog>
    </AriaPopover>
  )
}

interface MenuPanelProps extends PanelState {
  label: string
  className?: string
  entries: readonly MenuEntry[]
  onAction?: ((id: string) => void) | undefined
  /** With these, entries are switched on and off, and the menu stays open. */
  selected?: readonly string[] | undefined
  onSelect?: ((ids: string[]) => void) | undefined
}

export function MenuPanel({ label, className = '', entries, onAction, selected, onSelect, ...state }: MenuPanelProps) {
  const close = () => state.onOpenChange(false)
  const choice = selected && {
    selectedKeys: selected,
    selectionMode: 'multiple' as const,
    onSelectionChange: (keys: 'all' | Set<string | number>) =>
      onSelect?.(entries.filter(({ id }) => keys === 'all' || keys.has(id)).map(({ id }) => id)),
  }
  return (
    <AriaPopover {...state} aria-label={label} className={`min-w-48 p-1 ${FRAME} ${className}`} trigger="MenuTrigger">
      <AriaMenu
        {...choice}
        aria-label={label}
        // The keyboard is in a menu that was opened, as in every native one.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus="first"
        className="max-h-[60vh] overflow-y-auto outline-none"
        disabledKeys={entries.filter(({ isDisabled }) => isDisabled).map(({ id }) => id)}
        onAction={(id) => onAction?.(String(id))}
        onClose={close}
      >
        {entries.flatMap(({ id, text, content, isApart }) => [
          isApart && <Separator key={`${id} separator`} className="my-1 border-t border-line" />,
          <AriaMenuItem
            key={id}
            className={`${ENTRY} data-disabled:cursor-default data-disabled:text-ink-faint`}
            id={id}
            textValue={text}
          >
            {({ isSelected }) => (
              <>
                <span className="min-w-0 flex-1">{content ?? text}</span>
                {selected && <CheckIcon className={`size-4 text-accent ${isSelected ? '' : 'invisible'}`} />}
              </>
            )}
          </AriaMenuItem>,
        ])}
      </AriaMenu>
    </AriaPopover>
  )
}

interface ListPanelProps<T extends string> extends PanelState {
  label: string
  options: readonly Option<T>[]
  value: T
  onChange: (value: T) => void
}

export function ListPanel<T extends string>({ label, options, value, onChange, ...state }: ListPanelProps<T>) {
  const choose = (id: T) => {
    state.onOpenChange(false)
    if (id !== value) onChange(id)
  }
  return (
    <AriaPopover {...state} aria-label={label} className={`min-w-(--trigger-width) p-1 ${FRAME}`} trigger="Select">
      <ListBox
        aria-label={label}
        // As in a menu.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        className="max-h-[50vh] overflow-y-auto outline-none"
        disallowEmptySelection
        items={options}
        selectedKeys={[value]}
        selectionMode="single"
        onSelectionChange={(keys) => {
          const chosen = options.find(({ id }) => keys !== 'all' && keys.has(id))
          if (chosen) choose(chosen.id)
        }}
      >
        {(option) => (
          // The one that is chosen already only closes the list.
          <ListBoxItem className={ENTRY} textValue={option.label} onClick={() => state.onOpenChange(false)}>
            {({ isSelected }) => (
              <>
                <span className="min-w-0 flex-1">
                  {option.label}
                  {option.hint && <span className="block text-xs text-ink-soft">{option.hint}</span>}
                </span>
                <CheckIcon className={`size-4 text-accent ${isSelected ? '' : 'invisible'}`} />
              </>
            )}
          </ListBoxItem>
        )}
      </ListBox>
    </AriaPopover>
  )
}

function SheetHead({ title, onClose }: { title: ReactNode; onClose: () => void }) {
  return (
    <header className="flex items-start gap-3 border-b border-line px-5 py-4">
      <Heading slot="title" className="min-w-0 flex-1 text-lg font-semibold wrap-anywhere">
        {title}
      </Heading>
      <IconButton label="Close" onPress={onClose}>
        <CloseIcon />
      </IconButton>
    </header>
  )
}

export function DrawerPanel({ title, isOpen, onOpenChange, children, width, side }: SheetProps & { width: string; side: 'left' | 'right' }) {
  return (
    <ModalOverlay isDismissable className="fixed inset-0 z-40 bg-scrim" isOpen={isOpen} onOpenChange={onOpenChange}>
      <Modal
        className={`fixed inset-y-0 ${side === 'right' ? 'right-0' : 'left-0'} w-full ${width} bg-surface shadow-high outline-none`}
      >
        <AriaDialog className="flex h-full flex-col outline-none">
          {({ close }) => (
            <>
              <SheetHead title={title} onClose={close} />
              {/* The keyboard can scroll what it can focus. */}
              <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4 -outline-offset-2" tabIndex={0}>
                {children}
              </div>
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export function DialogPanel({ title, isOpen, onOpenChange, children }: SheetProps) {
  return (
    <ModalOverlay
      isDismissable
      className="fixed inset-0 z-40 grid place-items-center overflow-y-auto bg-scrim p-4"
      isOpen={isOpen}
      onOpenChange={onOpenChange}
    >
      <Modal className="w-full max-w-lg rounded-2xl border border-line bg-surface shadow-high">
        <AriaDialog className="outline-none">
          {({ close }) => (
            <>
              <SheetHead title={title} onClose={close} />
              <div className="px-5 py-4">{children}</div>
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
