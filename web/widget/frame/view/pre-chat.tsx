import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { isEmail } from '../claims.ts'
import styles from '../styles/pre-chat.css?inline'
import { addStyles } from '../theme.ts'
import { useScreen } from './screen.ts'

addStyles(styles)

/** Asks for name and email before the first message. */
export function PreChat(): JSX.Element {
  const { chat, state, language } = useScreen()
  const { say } = language
  const [name, setName] = useState(state.host?.identity?.name ?? '')
  const [email, setEmail] = useState('')
  const [tried, setTried] = useState(false)
  const nameFault = tried && name.trim() === '' ? say('nameMissing') : ''
  const emailFault = tried && !isEmail(email.trim()) ? say('emailWrong') : ''

  const submit = (event: Event): void => {
    event.preventDefault()
    setTried(true)
    const profile = { name: name.trim(), email: email.trim() }
    if (profile.name !== '' && isEmail(profile.email)) chat.introduce(profile)
    else {
      const wrong = profile.name === '' ? 'pre-name' : 'pre-email'
      document.getElementById(wrong)?.focus()
    }
  }

  return (
    <form class="pre-chat" noValidate onSubmit={submit}>
      <p>{say('introduce')}</p>
      <Field
        id="pre-name"
        type="text"
        label={say('name')}
        fault={nameFault}
        value={name}
        limit={120}
        onChange={setName}
        first
      />
      <Field
        id="pre-email"
        type="email"
        label={say('email')}
        fault={emailFault}
        value={email}
        limit={254}
        onChange={setEmail}
      />
      <button type="submit" class="start">
        {say('start')}
      </button>
    </form>
  )
}

interface FieldProps {
  id: string
  type: 'text' | 'email'
  label: string
  fault: string
  value: string
  limit: number
  onChange: (value: string) => void
  first?: boolean
}

function Field({ id, type, label, fault, value, limit, onChange, first }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={type as 'text'}
        dir="auto"
        required
        autoComplete={type === 'email' ? 'email' : 'name'}
        maxLength={limit}
        value={value}
        aria-invalid={fault !== ''}
        aria-describedby={`${id}-fault`}
        {...(first && { 'data-first': true })}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <p id={`${id}-fault`} class="fault" aria-live="polite">
        {fault}
      </p>
    </div>
  )
}
