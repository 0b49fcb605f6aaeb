import { IconArrowLeft } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import { cx } from '../parts/class-names.ts'
import { text } from '../text/text.ts'
import css from './page-parts.module.css'

/** The head of a settings page; names the browser's tab too. */
export function PageHead(props: {
  readonly title: string
  readonly hint?: ReactNode
  readonly back?: {
    readonly to: '/settings/channels' | '/settings/teams' | '/settings/categories' | '/settings/agents'
    readonly label: string
  }
  /** For a page that took the place of another without a new address being opened: readers of screens hear of it. */
  readonly takesFocus?: boolean
  readonly children?: ReactNode
}) {
  const { title, takesFocus = false } = props
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = text.title(0, title)
    if (takesFocus) heading.current?.focus({ preventScroll: true })
  }, [title, takesFocus])
  return (
    <header className={css['head']}>
      {props.back && (
        <Link to={props.back.to} className={css['back']}>
          <IconArrowLeft size={16} stroke={1.8} aria-hidden />
          {props.back.label}
        </Link>
      )}
      <div className={css['titles']}>
        <h1 ref={heading} className={css['title']} tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        {props.hint && <p className={css['hint']}>{props.hint}</p>}
      </div>
      {props.children && <div className={css['actions']}>{props.children}</div>}
    </header>
  )
}

/** A titled box of settings. */
export function Card(props: {
  readonly title?: string
  readonly hint?: ReactNode
  readonly flush?: boolean
  readonly children: ReactNode
}) {
  return (
    <section className={cx(css['card'], props.flush && css['flush'])}>
      {props.title && (
        <header className={css['card-head']}>
          <h2 className={css['card-title']}>{props.title}</h2>
          {props.hint && <p className={css['hint']}>{props.hint}</p>}
        </header>
      )}
      {props.children}
    </section>
  )
}

/** A small word on a tinted ground. */
export const Tag = (props: {
  readonly tone: 'plain' | 'good' | 'warn' | 'danger' | 'brand'
  readonly children: ReactNode
}) => <span className={cx(css['tag'], css[props.tone])}>{props.children}</span>
