import { Outlet } from '@tanstack/react-router'
import css from './settings-page.module.css'

/** A calm column for everything that is not a conversation. */
export function SettingsPage() {
  return (
    <div className={css['scroller']}>
      <div className={css['column']}>
        <Outlet />
      </div>
    </div>
  )
}
