/** The connection that was just connected here: its figures open by themselves once there are some. A reload of the page forgets it. */
let awaited: string | undefined

export function awaitFigures(connectionId: string): void {
  awaited = connectionId
}

/** Whether its figures are awaited; only the first who asks is told so. */
export function takeAwaited(connectionId: string): boolean {
  const isAwaited = awaited === connectionId
  if (isAwaited) awaited = undefined
  return isAwaited
}
