import type { ReactElement, ReactNode } from 'react'
import { cloneElement, Suspense, useState } from 'react'

interface TriggerProps {
  readonly onClick?: () => void
  readonly 'aria-haspopup'?: 'menu'
  readonly 'aria-expanded'?: boolean
}

/**
 * A button whose menu is fetched when it is first asked for: menus weigh more than the rest of the first screen.
 * @param props.children the menu with the same button; it opens by itself when it first appears
 */
export function OnDemand(props: {
  readonly trigger: ReactElement<TriggerProps>
  readonly children: ReactNode
}) {
  const [asked, setAsked] = useState(false)
  if (!asked) {
    return cloneElement(props.trigger, {
      onClick: () => setAsked(true),
      'aria-haspopup': 'menu',
      'aria-expanded': false,
    })
  }
  return <Suspense fallback={props.trigger}>{props.children}</Suspense>
}
