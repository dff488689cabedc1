import type { ReactNode } from 'react'

interface CardHeadProps {
  title: ReactNode
  /** The button beside the title that says what the figures mean. */
  definition?: ReactNode
  /** Below the title: of which days the figures are, or what they add up to. */
  lead?: ReactNode
  /** For a card inside of a section that has a heading of its own. */
  level?: 2 | 3
  /** What can be done with the card, at its right. */
  children?: ReactNode
}

/** The icon stands right behind the last word, however the title is broken into lines. */
export function TitleWithIcon({ title, icon }: { title: ReactNode; icon: ReactNode }) {
  return (
    <>
      {title}
      {icon && <span className="-my-1.5 inline-block align-middle">{'\u00a0'}{icon}</span>}
    </>
  )
}

/** The head of a card whose content is a list or a table; charts have one of their own. */
export function CardHead({ title, definition, lead, level = 2, children }: CardHeadProps) {
  const Heading = `h${level}` as const
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-3 pb-2 sm:px-5">
      <div className="min-w-0 flex-1 basis-52">
        <Heading className="font-semibold">
          <TitleWithIcon icon={definition} title={title} />
        </Heading>
        {lead && <p className="text-[0.8125rem] text-ink-soft">{lead}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-x-3 gap-y-1">{children}</div>}
    </header>
  )
}
