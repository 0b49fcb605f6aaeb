import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ContactView, MergePreviewView } from '../../../src/domain/views.ts'
import { useAgents, useChannels } from '../data/queries.ts'
import { cx } from '../parts/class-names.ts'
import { peopleText } from '../text/people-text.ts'
import css from './merge-preview.module.css'

/** What a merge makes: everything that the contact has then, and what of it is new. */
export function MergePreview(props: { readonly preview: MergePreviewView; readonly goes: ContactView }) {
  const { result, taken, conflicts, conversations } = props.preview
  const words = peopleText.merge
  const channels = useChannels()
  const agents = useAgents()
  const from = words.from(props.goes.name)
  const ids = new Set(taken.identities)
  return (
    <div className={css['preview']}>
      <h3 className={css['heading']}>{words.result}</h3>
      <dl className={css['facts']}>
        <Fact label={peopleText.identities}>
          {result.identities.map((identity) => (
            <Value key={identity.id} fresh={ids.has(identity.id)} from={from}>
              {channels.get(identity.channelId)?.name ?? '…'} · {identity.displayName ?? identity.externalId}
            </Value>
          ))}
        </Fact>
        <List label={peopleText.emails} all={result.emails} fresh={taken.emails} from={from} />
        <List label={peopleText.phones} all={result.phones} fresh={taken.phones} from={from} />
        <List label={peopleText.tags} all={result.tags} fresh={taken.tags} from={from} />
        {Object.keys(result.attributes).length > 0 && (
          <Fact label={peopleText.attributes}>
            {Object.entries(result.attributes).map(([key, value]) => (
              <Value key={key} fresh={taken.attributes.includes(key)} from={from}>
                {key}: {value}
              </Value>
            ))}
          </Fact>
        )}
      </dl>
      {taken.ownerId && (
        <p className={css['line']}>{words.ownerFrom(agents.get(taken.ownerId)?.name ?? '…')}</p>
      )}
      <p className={css['line']}>{words.conversations(conversations)}</p>
      {conflicts.length > 0 && (
        <div className={css['conflicts']}>
          <h3 className={css['heading']}>
            <IconAlertTriangle size={15} stroke={1.8} aria-hidden />
            {words.conflicts}
          </h3>
          <ul>
            {conflicts.map(({ key, stays, goes }) => (
              <li key={key}>
                <bdi className={css['key']}>{key}</bdi> <bdi>{words.conflict(stays, goes)}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

function List(props: {
  readonly label: string
  readonly all: readonly string[]
  readonly fresh: readonly string[]
  readonly from: string
}) {
  if (props.all.length === 0) return null
  return (
    <Fact label={props.label}>
      {props.all.map((value) => (
        <Value key={value} fresh={props.fresh.includes(value)} from={props.from}>
          {value}
        </Value>
      ))}
    </Fact>
  )
}

/** One value; what is new bears where it is from, for eyes and ears. */
const Value = (props: { readonly fresh: boolean; readonly from: string; readonly children: ReactNode }) => (
  <span className={cx(css['value'], props.fresh && css['fresh'])}>
    <bdi>{props.children}</bdi>
    {props.fresh && <span className={css['from']}>{props.from}</span>}
  </span>
)
