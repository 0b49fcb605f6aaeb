import { Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { IconCheck, IconLogout, IconUserCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { AVAILABILITIES } from '../../shared/wire-values.ts'
import { useMe } from '../data/queries.ts'
import { PresenceDot } from '../parts/avatar.tsx'
import { text } from '../text/text.ts'
import { signOut, useAvailability } from './account.ts'
import css from './account-menu.module.css'
import { AccountTrigger } from './account-trigger.tsx'

/** One's own picture: availability, profile, appearance, the way out. */
export function AccountMenu() {
  const me = useMe()
  const availability = useAvailability()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Menu position="right-end" width={264} trapFocus defaultOpened>
      <Menu.Target>
        <AccountTrigger />
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css['who']}>
          <p className={css['name']}>{me.name}</p>
          <p className={css['email']}>{me.email}</p>
        </div>
        <Menu.Divider />
        <Menu.Label>{text.availability.label}</Menu.Label>
        {AVAILABILITIES.map((choice) => (
          <Menu.Item
            key={choice}
            onClick={() => availability.mutate(choice)}
            leftSection={<PresenceDot state={choice} />}
            rightSection={
              me.availability === choice ? <IconCheck size={16} aria-label={text.general.you} /> : null
            }
            aria-current={me.availability === choice ? 'true' : undefined}
          >
            <span className={css['choice']}>{text.availability[choice]}</span>
            <span className={css['hint']}>{text.availability.hints[choice]}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings/profile" leftSection={<IconUserCircle size={16} />}>
          {text.navigation.profile}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {text.navigation.signOut}
        </Menu.Item>
        <Menu.Divider />
        <div className={css['scheme']}>
          <SegmentedControl
            fullWidth
            aria-label={text.navigation.appearance}
            value={colorScheme}
            onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
            data={[
              { value: 'light', label: text.appearance.light },
              { value: 'dark', label: text.appearance.dark },
              { value: 'auto', label: text.appearance.auto },
            ]}
          />
        </div>
      </Menu.Dropdown>
    </Menu>
  )
}
