import { Menu, useMantineColorScheme } from '@mantine/core'
import {
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { AVAILABILITIES } from '../../shared/wire-values.ts'
import { useMe } from '../data/queries.ts'
import { PresenceDot } from '../parts/avatar.tsx'
import { text } from '../text/text.ts'
import { signOut, useAvailability } from './account.ts'
import css from './account-menu.module.css'
import { AccountTrigger } from './account-trigger.tsx'

const SCHEMES = [
  { scheme: 'light', Icon: IconSun },
  { scheme: 'dark', Icon: IconMoon },
  { scheme: 'auto', Icon: IconDeviceDesktop },
] as const

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
            rightSection={me.availability === choice ? <IconCheck size={16} aria-hidden /> : null}
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
        <Menu.Label>{text.navigation.appearance}</Menu.Label>
        {SCHEMES.map(({ scheme, Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === scheme ? <IconCheck size={16} aria-hidden /> : null}
            aria-current={colorScheme === scheme ? 'true' : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {text.appearance[scheme]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
