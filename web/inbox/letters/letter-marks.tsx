import { IconShieldCheck, IconShieldQuestion, IconShieldX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useId } from 'react'
import type { LetterAuthentication } from '../../../src/domain/letter.ts'
import type { LetterView } from '../../../src/domain/views.ts'
import { cx } from '../parts/class-names.ts'
import { letterText } from '../text/letter-text.ts'
import css from './letter-marks.module.css'

/** Whether a letter is from whom it says, in one word. */
export type Proof = 'verified' | 'unverified' | 'failed'

/** The domain's own policy has the first word; without one, a signature that holds is proof, and two failures are too. */
export function proofOf(found: LetterAuthentication | undefined): Proof {
  if (!found) return 'unverified'
  const { spf, dkim, dmarc } = found
  if (dmarc === 'pass') return 'verified'
  if (dmarc === 'fail' || (spf === 'fail' && dkim !== 'pass')) return 'failed'
  return dkim === 'pass' ? 'verified' : 'unverified'
}

const PROOF_ICONS = {
  verified: IconShieldCheck,
  unverified: IconShieldQuestion,
  failed: IconShieldX,
} as const

/** What one should know of a letter before one believes it. */
export function LetterMarks({ letter, inbound }: { readonly letter: LetterView; readonly inbound: boolean }) {
  const words = letterText.marks
  return (
    <span className={css['marks']}>
      {inbound && !letter.broken && <ProofMark found={letter.authentication} />}
      {letter.stranger && (
        <Mark tone="warn" hint={words.strangerHint}>
          {words.stranger}
        </Mark>
      )}
      {letter.spam && (
        <Mark tone="danger" hint={words.spamHint}>
          {words.spam}
        </Mark>
      )}
      {letter.automatic && (
        <Mark tone="plain" hint={words.automaticHint}>
          {words.automatic[letter.automatic]}
        </Mark>
      )}
      {letter.partial && (
        <Mark tone="plain" hint={words.partialHint}>
          {words.partial}
        </Mark>
      )}
      {letter.broken && (
        <Mark tone="warn" hint={letterText.brokenHint}>
          {words.broken}
        </Mark>
      )}
    </span>
  )
}

function ProofMark({ found }: { readonly found: LetterAuthentication | undefined }) {
  const words = letterText.proof
  const proof = proofOf(found)
  const Icon = PROOF_ICONS[proof]
  const tone = proof === 'verified' ? 'good' : proof === 'failed' ? 'danger' : 'plain'
  return (
    <Mark
      tone={tone}
      hint={
        <>
          {words[`${proof}Hint`]}
          {found ? (
            <>
              <span className={css['results']}>
                {(['spf', 'dkim', 'dmarc'] as const).map((way) => (
                  <span key={way}>
                    <b>{way.toUpperCase()}</b> {words.results[found[way]]}
                  </span>
                ))}
              </span>
              <span className={css['by']}>{words.by(found.by)}</span>
            </>
          ) : (
            <span className={css['by']}>{words.notChecked}</span>
          )}
        </>
      }
    >
      <Icon size={13} stroke={2} aria-hidden />
      <span className={cx(proof === 'verified' && css['quiet'])}>{words[proof]}</span>
    </Mark>
  )
}

/** A word that explains itself to whoever points at it or comes by with the keyboard. */
function Mark(props: {
  readonly tone: 'plain' | 'good' | 'warn' | 'danger'
  readonly hint: ReactNode
  readonly children: ReactNode
}) {
  const id = useId()
  return (
    <span className={css['anchor']}>
      <button type="button" className={cx(css['mark'], css[props.tone])} aria-describedby={id}>
        {props.children}
      </button>
      <span role="tooltip" id={id} className={css['hint']}>
        {props.hint}
      </span>
    </span>
  )
}
