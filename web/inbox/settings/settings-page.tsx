import { Outlet, useLocation } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import css from './settings-page.module.css'

/** A calm column for everything that is not a conversation. */
export function SettingsPage() {
  const address = useLocation({ select: ({ href }) => href })
  const shown = useRef(address)
  const scroller = useRef<HTMLDivElement>(null)
  // Another page begins at its top, wherever the one before was read to.
  useLayoutEffect(() => {
    if (shown.current === address) return
    shown.current = address
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
