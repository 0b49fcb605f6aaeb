import { Outlet, useLocation } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import css from './settings-page.module.css'

/** A calm column for everything that is not a conversation. */
export function SettingsPage() {
  const address = useLocation({ select: ({ href }) => href })
  const scroller = useRef<HTMLDivElement>(null)
  // Another page begins at its top, wherever the one before was read to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of the address that counts
  useLayoutEffect(() => {
    scroller.current?.scrollTo(0, 0)
  }, [address])
  return (
    <div ref={scroller} className={css['scroller']}>
      <div className={css['column']}>
        <Outlet />
      </div>
    </div>
  )
}
