import { IconArrowLeft } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useEffect } from 'react'
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
  readonly children?: ReactNode
}) {
  const { title } = props
  useEffect(() => {
    document.title = text.title(0, title)
  }, [title])
  return (
    <header className={css['head']}>
      {props.back && (
        <Link to={props.back.to} className={css['back']}>
          <IconArrowLeft size={16} stroke={1.8} aria-hidden />
          {props.back.label}
        </Link>
      )}
      <div className={css['titles']}>
        <h1 className={css['title']}>
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
