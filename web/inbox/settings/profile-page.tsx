import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ProblemError } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery, useMe } from '../data/queries.ts'
import { fieldErrors, newPassword, required } from '../entrance/fields.ts'
import { tellDone, tellError } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { ApiTokens } from './api-tokens.tsx'
import { Card, PageHead } from './page-parts.tsx'
import css from './rows.module.css'
import { SecondFactor } from './second-factor.tsx'

/** Oneself: name, password, second factor, tokens. */
export function ProfilePage() {
  return (
    <>
      <PageHead title={settingsText.profile.title} hint={settingsText.profile.hint} />
      <AboutCard />
      <PasswordCard />
      <SecondFactor />
      <ApiTokens />
    </>
  )
}

function AboutCard() {
  const me = useMe()
  const form = useForm({ initialValues: { name: me.name }, validate: { name: required } })
  const save = async ({ name }: typeof form.values) => {
    try {
      queryClient.setQueryData(sessionQuery.queryKey, await api.updateProfile({ name: name.trim() }))
      void queryClient.invalidateQueries({ queryKey: ['agents'] })
      tellDone(text.general.saved)
    } catch (error) {
      tellError(error)
    }
  }
  return (
    <Card title={settingsText.profile.about}>
      <form className={css['form']} noValidate onSubmit={form.onSubmit((values) => save(values))}>
        <TextInput
          className={css['narrow']}
          label={settingsText.profile.name}
          description={settingsText.profile.nameHint}
          autoComplete="name"
          {...form.getInputProps('name')}
        />
        <TextInput className={css['narrow']} label={settingsText.profile.email} value={me.email} readOnly />
        <div className={css['buttons']}>
          <Button type="submit" loading={form.submitting}>
            {text.general.save}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function PasswordCard() {
  const me = useMe()
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: { currentPassword: required, newPassword },
  })
  const save = async (values: typeof form.values) => {
    try {
      await api.changePassword(values)
      form.reset()
      tellDone(settingsText.profile.passwordChanged)
    } catch (error) {
      const named = error instanceof ProblemError ? fieldErrors(error) : {}
      if (Object.keys(named).length > 0) form.setErrors(named)
      else if (error instanceof ProblemError && error.problem.code === 'wrong-credentials') {
        form.setFieldError('currentPassword', error.message)
      } else tellError(error)
    }
  }
  return (
    <Card title={settingsText.profile.password}>
      <form className={css['form']} noValidate onSubmit={form.onSubmit((values) => save(values))}>
        <input type="hidden" autoComplete="username" value={me.email} readOnly />
        <PasswordInput
          className={css['narrow']}
          label={settingsText.profile.currentPassword}
          autoComplete="current-password"
          {...form.getInputProps('currentPassword')}
        />
        <PasswordInput
          className={css['narrow']}
          label={settingsText.profile.newPassword}
          description={text.entrance.passwordRule}
          autoComplete="new-password"
          {...form.getInputProps('newPassword')}
        />
        <div className={css['buttons']}>
          <Button type="submit" variant="default" loading={form.submitting}>
            {settingsText.profile.changePassword}
          </Button>
        </div>
      </form>
    </Card>
  )
}
