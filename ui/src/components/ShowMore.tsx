import { Button } from './Button'

interface Props {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> }
  label?: string
  className: string
}

/** Loads the next page of a list, if there is one. */
export function ShowMore({ list, label = 'Show more', className }: Props) {
  if (!list.hasNextPage) return null
  return (
    <div className={`flex justify-center ${className}`}>
      <Button isPending={list.isFetchingNextPage} size="small" onPress={() => void list.fetchNextPage()}>
        {label}
      </Button>
    </div>
  )
}
