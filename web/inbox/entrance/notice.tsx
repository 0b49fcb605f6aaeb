import { IconAlertCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import css from './notice.module.css'

/** What went wrong with a form as a whole. */
export const FormError = ({ children }: { readonly children: ReactNode }) => (
  <div role="alert" className={css['error']}>
    <IconAlertCircle size={17} stroke={1.9} aria-hidden />
    <span>{children}</span>
  </div>
)
