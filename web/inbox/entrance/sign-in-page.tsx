import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { isProblem, ProblemError } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery } from '../data/queries.ts'
import { text } from '../text/text.ts'
import { EntranceCard } from './entrance-card.tsx'
import { emailAddress, required } from './fields.ts'
import { FormError } from './notice.tsx'

const MINUTE_S = 60

/** Address and password, then the code where one is asked. */
export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const [asksCode, setAsksCode] = useState(false)
  const [failure, setFailure] = useState<string>()
  const setUp = useQuery({ queryKey: ['set-up'], queryFn: api.setUpNeeded, retry: false })
  const form = useForm({
    initialValues: { email: '', password: '', code: '' },
    validate: {
      email: emailAddress,
      password: required,
      code: (value) => (asksCode && value.trim() === '' ? text.entrance.codeNeeded : null),
    },
  })
  useEffect(() => {
    document.title = text.title(0, text.entrance.signInTitle)
  }, [])

  const signIn = async ({ email, password, code }: typeof form.values) => {
    setFailure(undefined)
    try {
      const me = await api.signIn({ email: email.trim(), password, ...(code ? { code: code.trim() } : {}) })
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, me)
      await navigate({ href: next ?? '/', replace: true })
    } catch (error) {
      if (isProblem(error, 'second-factor-required')) return setAsksCode(true)
      setFailure(wordsOf(error))
      if (asksCode) form.setFieldValue('code', '')
    }
  }
  return (
    <EntranceCard
      title={asksCode ? text.entrance.codeTitle : text.entrance.signInTitle}
      hint={asksCode ? text.entrance.codeHint : text.entrance.signInHint}
    >
      <form onSubmit={form.onSubmit((values) => signIn(values))} noValidate>
        <Stack gap="md">
          {setUp.data?.needed && <FormError>{text.entrance.needsSetUp}</FormError>}
          {failure && <FormError>{failure}</FormError>}
          {asksCode ? (
            <TextInput
              key="code"
              autoFocus
              size="md"
              label={text.entrance.code}
              autoComplete="one-time-code"
              spellCheck={false}
              {...form.getInputProps('code')}
            />
          ) : (
            <>
              <TextInput
                key="email"
                autoFocus
                size="md"
                type="email"
                label={text.entrance.email}
                autoComplete="username"
                {...form.getInputProps('email')}
              />
              <PasswordInput
                size="md"
                label={text.entrance.password}
                autoComplete="current-password"
                {...form.getInputProps('password')}
              />
            </>
          )}
          <Button type="submit" size="md" loading={form.submitting} fullWidth>
            {asksCode ? text.entrance.verify : text.entrance.signIn}
          </Button>
          {asksCode && (
            <Button
              variant="subtle"
              onClick={() => {
                setAsksCode(false)
                setFailure(undefined)
                form.reset()
              }}
            >
              {text.entrance.otherAccount}
            </Button>
          )}
        </Stack>
      </form>
    </EntranceCard>
  )
}

function wordsOf(error: unknown): string {
  if (isProblem(error, 'wrong-credentials')) return text.entrance.wrong
  if (isProblem(error, 'locked-out') || isProblem(error, 'rate-limited')) {
    const { retryAfterSeconds } = error.problem
    return text.entrance.locked(retryAfterSeconds ? Math.ceil(retryAfterSeconds / MINUTE_S) : undefined)
  }
  return error instanceof ProblemError || error instanceof Error ? error.message : text.general.failedTitle
}
