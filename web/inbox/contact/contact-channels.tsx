import { Tooltip } from '@mantine/core'
import { IconBellOff, IconShieldCheck, IconShieldQuestion } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ChannelView, ContactIdentityView, ContactView } from '../../../src/domain/views.ts'
import { attachmentUrl } from '../../shared/agent-api.ts'
import { useChannels } from '../data/queries.ts'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { cx } from '../parts/class-names.ts'
import { dateOf } from '../parts/time.ts'
import { peopleText } from '../text/people-text.ts'
import css from './contact-channels.module.css'

/** Who a contact is on each channel, with what is known of that: proven or not, wanted or not. */
export function ContactChannels({ contact }: { readonly contact: ContactView }) {
  const channels = useChannels()
  return (
    <ul className={css['identities']}>
      {contact.identities.map((identity) => {
        const channel = channels.get(identity.channelId)
        const { displayName, externalId } = identity
        // By what one writes to him, where that is an address that people read.
        const isAddress = channel?.capabilities.letters !== undefined || isNumber(externalId)
        return (
          <li key={identity.id}>
            <Picture identity={identity} channel={channel} />
            <span className={css['identity']}>
              <bdi className={css['channel']}>{channel?.name ?? '…'}</bdi>
              {displayName && <bdi className={css['external']}>{displayName}</bdi>}
              {(isAddress || !displayName) && displayName !== externalId && (
                <bdi className={css['external']} dir="ltr">
                  {externalId}
                </bdi>
              )}
            </span>
            <span className={css['marks']}>
              <Proof verified={identity.verified} />
              {identity.optedOutAt && (
                <Mark
                  look="out"
                  hint={peopleText.optedOutHint(dateOf(identity.optedOutAt))}
                  icon={<IconBellOff size={13} stroke={2} aria-hidden />}
                >
                  {peopleText.optedOut}
                </Mark>
              )}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

const isNumber = (externalId: string): boolean => /^\+\d{6,15}$/.test(externalId)

function Picture(props: {
  readonly identity: ContactIdentityView
  readonly channel: ChannelView | undefined
}) {
  const { avatarId } = props.identity
  if (!avatarId) return <ChannelMark channel={props.channel} size={24} />
  return <img className={css['picture']} src={attachmentUrl(avatarId, true)} alt="" width={24} height={24} />
}

const Proof = ({ verified }: { readonly verified: boolean }) =>
  verified ? (
    <Mark
      look="verified"
      hint={peopleText.verifiedHint}
      icon={<IconShieldCheck size={13} stroke={2} aria-hidden />}
    >
      {peopleText.verified}
    </Mark>
  ) : (
    <Mark
      look="claimed"
      hint={peopleText.claimedHint}
      icon={<IconShieldQuestion size={13} stroke={2} aria-hidden />}
    >
      {peopleText.claimed}
    </Mark>
  )

/** A word about something, with more about it on asking. */
export const Mark = (props: {
  readonly look: 'verified' | 'claimed' | 'out'
  readonly hint: string
  readonly icon: ReactNode
  readonly children: string
}) => (
  <Tooltip label={props.hint} multiline w={220}>
    <span className={cx(css['mark'], css[props.look])}>
      {props.icon}
      {props.children}
    </span>
  </Tooltip>
)
