import type { ReactNode } from 'react'
import { LogoMark } from '../parts/logo.tsx'
import { text } from '../text/text.ts'
import css from './entrance-card.module.css'

/** The page before the inbox: our mark beside one card. */
export function EntranceCard(props: {
  readonly title: string
  readonly hint: ReactNode
  readonly wide?: boolean
  readonly children?: ReactNode
}) {
  return (
    <div className={css['page']}>
      <aside className={css['brand']} aria-hidden>
        <Streams />
        <p className={css['slogan']}>{text.tagline}</p>
      </aside>
      <main className={css['side']}>
        <div className={css['card']} data-wide={props.wide || undefined}>
          <p className={css['product']}>
            <LogoMark size={28} />
            {text.product}
          </p>
          <h1 className={css['title']}>{props.title}</h1>
          <p className={css['hint']}>{props.hint}</p>
          {props.children}
        </div>
      </main>
    </div>
  )
}

/** Where a stream leaves the picture: close beside its neighbours. */
const mouth = (index: number): number => 400 + (index - 4) * 13

/** Many streams that become one river. */
function Streams() {
  const starts = [40, 130, 220, 310, 400, 490, 580, 670, 760]
  return (
    <svg className={css['streams']} viewBox="0 0 800 900" preserveAspectRatio="xMidYMid slice" fill="none">
      {starts.map((x, index) => (
        <path
          key={x}
          d={`M${x} -20 C ${x} 320, ${mouth(index)} 260, ${mouth(index)} 640 V 920`}
          stroke={['#7fd1d6', '#46a7b0', '#b9e6e9'][index % 3]}
          strokeOpacity={0.22 + (index % 3) * 0.14}
          strokeWidth={7 + (index % 2) * 5}
          strokeLinecap="round"
        />
      ))}
    </svg>
  )
}
